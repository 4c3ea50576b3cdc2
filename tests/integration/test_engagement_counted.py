"""Counters that a crowd leaves behind, standings that follow, and what is usual."""

from bisect import bisect_right

import pytest
from engagement_cast import Cast, everybody_at_once, refreshed
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from youke.engagement import norms
from youke.engagement import service as engagement
from youke.engagement.models import WatchNorm
from youke.kernel.db import Database
from youke.lessons.service import Lesson


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def test_a_crowd_waits_for_nobody_and_is_counted_by_the_next_fold(
    database: Database,
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        lesson, crowd = cast.lesson(), [cast.student() for _ in range(8)]

    with database.transaction() as holder:
        # Somebody works on the lesson's row and does not let go of it.
        holder.execute(
            text("SELECT 1 FROM lessons WHERE id = :id FOR NO KEY UPDATE"),
            {"id": lesson.id},
        )

        def like(number: int) -> None:
            with database.transaction() as session:
                engagement.like(session, crowd[number], lesson.id)

        everybody_at_once([lambda n=n: like(n) for n in range(8)])
    with database.transaction() as session:
        assert refreshed(session, session.merge(lesson)).likes == 0
        assert engagement.miscounted(session) == []

    assert engagement.fold_counts(database) == 1

    with database.transaction() as session:
        assert refreshed(session, session.merge(lesson)).likes == 8
    assert engagement.fold_counts(database) == 0


def test_a_wrong_counter_is_found_and_put_right(database: Database) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        lesson, right = cast.lesson(), cast.lesson()
        for each in (lesson, right):
            cast.has_watched(cast.student(), each, 0.9, liked=True)
    with database.transaction() as session:
        session.execute(
            update(Lesson).where(Lesson.id == lesson.id).values(likes=7, views=0)
        )
        assert engagement.miscounted(session) == [lesson.id]

    assert engagement.put_counters_right(database) == 1

    with database.transaction() as session:
        counted = refreshed(session, session.merge(lesson))
        assert (counted.likes, counted.views) == (1, 1)
        assert engagement.miscounted(session) == []


def test_standings_follow_what_was_counted(database: Database) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        lesson, student = cast.lesson(), cast.student()
        engagement.like(session, student, lesson.id)
    assert _standings(database) == []

    assert engagement.refresh_changed_standings(database) == 1

    assert _standings(database) == [
        engagement.Standing(lesson_id=lesson.id, grade=7, points=1.0)
    ]
    assert engagement.refresh_changed_standings(database) == 0
    engagement.refresh_all_standings(database)
    assert len(_standings(database)) == 1


def _standings(database: Database) -> list[engagement.Standing]:
    with database.transaction() as session:
        return list(engagement.standings(session))


def test_with_few_watches_nothing_is_usual(cast: Cast) -> None:
    student, lesson = cast.student(), cast.lesson()
    cast.has_watched(student, lesson, 0.5)

    assert engagement.refresh_norms(cast.session) == 0

    (fact,) = engagement.history(cast.session, student.id)
    assert fact.depth is None
    assert fact.confidence == 0.5


def test_a_long_lesson_is_measured_against_long_ones(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(norms, "LEAST_WATCHES", 20)
    short, long = cast.lesson(duration_s=60.0), cast.lesson(duration_s=3600.0)
    for number in range(1, 21):
        # The short one is seen to its end by most, of the long one a third at most.
        cast.has_watched(cast.student(), short, min(1.0, 0.5 + number / 20))
        cast.has_watched(cast.student(), long, number / 60)
    reader = cast.student()
    cast.has_watched(reader, long, 0.3)
    cast.has_watched(reader, short, 1.0)

    assert engagement.refresh_norms(cast.session) == 2

    facts = engagement.history(cast.session, reader.id)
    (fact,) = [each for each in facts if each.lesson_id == long.id]
    longest = cast.session.get_one(WatchNorm, float("inf"))
    assert fact.depth == bisect_right(longest.quantiles, 0.3 * 3600) / norms.STEPS
    assert fact.depth > 0.8
    assert fact.confidence > 0.8
