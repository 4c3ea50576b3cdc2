"""What is seen is merged, believed only as far as time passed, and counted by rule."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from engagement_cast import NOON, Cast, SetClock, everybody_at_once, refreshed
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from youke.engagement import service as engagement
from youke.engagement.errors import InvalidPositionError, NothingToWatchError
from youke.engagement.models import Meter, View, Watch
from youke.kernel import clock
from youke.kernel.db import Database
from youke.lessons.errors import LessonNotFoundError


@pytest.fixture
def set_clock() -> Iterator[SetClock]:
    yield SetClock()
    clock.set_clock(None)


@pytest.fixture
def cast(session: Session, set_clock: SetClock) -> Cast:  # noqa: ARG001  time stands
    return Cast(session)


def seen(cast: Cast, *keys: object) -> list[tuple[Decimal, Decimal]]:
    watch = cast.session.get_one(Watch, keys)
    return [(r.lower, r.upper) for r in watch.seen]


def test_what_overlaps_is_merged_and_measured_once(cast: Cast) -> None:
    student, lesson = cast.student(), cast.lesson()

    cast.watches(student, lesson, (0, 10), (5, 12))
    cast.watches(student, lesson, (20, 25), (12, 14))

    assert seen(cast, student.id, lesson.id) == [(0, 14), (20, 25)]
    progress = engagement.progress_of(cast.session, student.id, [lesson.id])
    assert progress == {lesson.id: 0.19}


def test_the_same_heartbeat_twice_changes_nothing(cast: Cast) -> None:
    student, lesson = cast.student(), cast.lesson()
    cast.watches(student, lesson, (0, 20.5))

    cast.watches(student, lesson, (0, 20.5))

    assert seen(cast, student.id, lesson.id) == [(0, Decimal("20.5"))]
    assert cast.session.get_one(Meter, student.id).credit_s == 9.5


def test_nobody_sees_more_than_time_allows(cast: Cast, set_clock: SetClock) -> None:
    student, lesson = cast.student(), cast.lesson(duration_s=3600)

    cast.watches(student, lesson, (0, 3600))
    set_clock.go_on(seconds=10)
    cast.watches(student, lesson, (0, 3600))

    assert seen(cast, student.id, lesson.id) == [(0, 50)]


def test_ten_thousand_seconds_in_new_sessions_count_as_one_allowance(
    cast: Cast,
) -> None:
    student, lesson = cast.student(), cast.lesson(duration_s=10_000)

    for number in range(20):
        span = (number * 500, number * 500 + 500)
        cast.watches(student, lesson, span, session=f"forged {number}")

    assert seen(cast, student.id, lesson.id) == [(0, 30)]
    assert refreshed(cast.session, lesson).views == 1


def test_a_view_is_counted_when_half_a_minute_is_seen_and_once(
    cast: Cast, set_clock: SetClock
) -> None:
    student, lesson = cast.student(), cast.lesson()

    cast.watches(student, lesson, (0, 29))
    assert refreshed(cast.session, lesson).views == 0
    set_clock.go_on(seconds=30)
    cast.watches(student, lesson, (40, 41))
    cast.watches(student, lesson, (41, 90))

    assert refreshed(cast.session, lesson).views == 1


def test_half_of_a_short_lesson_is_a_view(cast: Cast) -> None:
    student, lesson = cast.student(), cast.lesson(duration_s=8)

    cast.watches(student, lesson, (0, 4))

    assert refreshed(cast.session, lesson).views == 1


def test_watching_again_counts_again_the_next_day_only(
    cast: Cast, set_clock: SetClock
) -> None:
    student, lesson = cast.student(), cast.lesson(duration_s=40)
    cast.watches(student, lesson, (0, 30))

    set_clock.go_on(hours=23)
    cast.watches(student, lesson, (0, 30))
    assert refreshed(cast.session, lesson).views == 1
    set_clock.go_on(hours=2)
    cast.watches(student, lesson, (0, 19))
    assert refreshed(cast.session, lesson).views == 1
    cast.watches(student, lesson, (19, 20))

    assert refreshed(cast.session, lesson).views == 2
    assert seen(cast, student.id, lesson.id) == [(0, 30)]


def test_a_teacher_who_tries_an_unpublished_lesson_makes_no_view(cast: Cast) -> None:
    teacher = cast.teacher()
    lesson = cast.lesson(owner=teacher, listed=False)

    cast.watches(teacher, lesson, (0, 30))

    assert refreshed(cast.session, lesson).views == 0


def test_a_hidden_lesson_does_not_exist(cast: Cast) -> None:
    lesson = cast.lesson(listed=False)

    with pytest.raises(LessonNotFoundError):
        cast.watches(cast.student(), lesson, (0, 5))


def test_a_lesson_without_a_video_cannot_be_watched(cast: Cast) -> None:
    teacher = cast.teacher()
    lesson = cast.lesson(owner=teacher, duration_s=None)

    with pytest.raises(NothingToWatchError):
        cast.watches(teacher, lesson, (0, 5))


@pytest.mark.parametrize("position_s", [float("nan"), float("inf"), -1.0])
def test_a_position_is_a_number_of_seconds(cast: Cast, position_s: float) -> None:
    lesson = cast.lesson()
    beat = engagement.Heartbeat(session="tab", position_s=position_s, intervals=[])

    with pytest.raises(InvalidPositionError):
        engagement.record_watch(cast.session, cast.student(), lesson.id, beat)


def test_one_goes_on_where_one_was(cast: Cast, set_clock: SetClock) -> None:
    student, begun, done = cast.student(), cast.lesson(), cast.lesson(duration_s=20)
    cast.watches(student, begun, (0, 25))
    set_clock.go_on(minutes=1)
    cast.watches(student, done, (0, 20))

    going_on = engagement.continue_watching(cast.session, student.id, 5)

    assert [each.lesson.id for each in going_on] == [begun.id]
    assert going_on[0].position_s == 25
    assert engagement.resume_position(cast.session, student.id, begun.id) == 25
    assert engagement.resume_position(cast.session, student.id, done.id) is None


def test_a_withdrawn_lesson_is_not_gone_on_with(cast: Cast) -> None:
    student, lesson = cast.student(), cast.lesson()
    cast.watches(student, lesson, (0, 25))

    lesson.published_at = None
    cast.session.flush()

    assert engagement.continue_watching(cast.session, student.id, 5) == []


def test_history_has_watches_and_likes_side_by_side_latest_first(
    cast: Cast, set_clock: SetClock
) -> None:
    student = cast.student()
    watched, liked, both = cast.lesson(), cast.lesson(), cast.lesson(duration_s=20)
    cast.watches(student, watched, (0, 30))
    set_clock.go_on(minutes=1)
    engagement.like(cast.session, student, liked.id)
    set_clock.go_on(minutes=1)
    cast.watches(student, both, (0, 20))
    engagement.like(cast.session, student, both.id)
    cast.watches(cast.student(), watched, (0, 10))

    facts = engagement.history(cast.session, student.id)

    assert [f.lesson_id for f in facts] == [both.id, liked.id, watched.id]
    assert [f.confidence for f in facts] == [3.0, 1.5, 0.3]
    assert [f.done for f in facts] == [True, True, False]
    everything = list(engagement.all_interactions(cast.session))
    assert [i.fact for i in everything if i.person_id == student.id] != []
    assert len(everything) == 4


def test_the_past_is_written_once_and_counted(cast: Cast) -> None:
    student, lesson = cast.student(), cast.lesson()

    for _ in range(2):
        cast.has_watched(student, lesson, 0.9, liked=True)

    counted = refreshed(cast.session, lesson)
    assert (counted.views, counted.likes) == (1, 1)
    (fact,) = engagement.history(cast.session, student.id)
    assert (fact.watched, fact.liked) == (0.9, True)


def test_heartbeats_at_the_same_moment_lose_nothing_and_count_one_view(
    database: Database, set_clock: SetClock
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        student, lesson = cast.student(), cast.lesson()

    def beat(start: float) -> None:
        with database.transaction() as session:
            Cast(session).watches(student, lesson, (start, start + 3))

    everybody_at_once([lambda start=3.0 * n: beat(start) for n in range(10)])

    with database.transaction() as session:
        assert seen(Cast(session), student.id, lesson.id) == [(0, 30)]
        assert refreshed(session, session.merge(lesson)).views == 1
        assert session.scalar(select(func.count()).select_from(View)) == 1
    assert set_clock.at == NOON


def test_what_plays_in_a_hidden_tab_moves_the_place_and_counts_nothing(
    cast: Cast,
) -> None:
    student, lesson = cast.student(), cast.lesson()
    beat = engagement.Heartbeat(
        session="tab", position_s=30.0, intervals=[(0, 30)], visible=False
    )

    engagement.record_watch(cast.session, student, lesson.id, beat)

    assert seen(cast, student.id, lesson.id) == []
    assert refreshed(cast.session, lesson).views == 0
    assert engagement.resume_position(cast.session, student.id, lesson.id) == 30


def test_time_at_single_speed_brings_as_many_seconds(
    cast: Cast, set_clock: SetClock
) -> None:
    student, lesson = cast.student(), cast.lesson(duration_s=3600)
    for _ in range(2):
        beat = engagement.Heartbeat(
            session="tab", position_s=9, intervals=[(0, 3600)], speed=1
        )
        engagement.record_watch(cast.session, student, lesson.id, beat)
        set_clock.go_on(seconds=10)

    assert seen(cast, student.id, lesson.id) == [(0, 40)]


def test_time_is_shared_by_all_lessons(cast: Cast, set_clock: SetClock) -> None:
    student = cast.student()
    lessons = [cast.lesson(duration_s=3600) for _ in range(3)]
    for _ in range(2):
        for lesson in lessons:
            cast.watches(student, lesson, (0, 3600))
        set_clock.go_on(seconds=10)

    spans = [s for lesson in lessons for s in seen(cast, student.id, lesson.id)]
    assert sum(end - start for start, end in spans) == 30 + 2 * 10
