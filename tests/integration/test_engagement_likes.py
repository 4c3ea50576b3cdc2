"""One like per person, and a counter that equals a recount whatever happens."""

import pytest
from engagement_cast import Cast, everybody_at_once, refreshed
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from youke.engagement import service as engagement
from youke.engagement.models import Like
from youke.kernel.db import Database
from youke.lessons.errors import LessonNotFoundError


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def test_liking_twice_counts_once(cast: Cast) -> None:
    student, lesson = cast.student(), cast.lesson()

    engagement.like(cast.session, student, lesson.id)
    again = engagement.like(cast.session, student, lesson.id)

    assert again == engagement.Likes(likes=1, liked=True)
    assert engagement.liked(cast.session, student.id, lesson.id)


def test_a_like_can_be_taken_back_and_need_not_exist(cast: Cast) -> None:
    student, other, lesson = cast.student(), cast.student(), cast.lesson()
    engagement.like(cast.session, student, lesson.id)
    engagement.like(cast.session, other, lesson.id)

    engagement.unlike(cast.session, student, lesson.id)
    again = engagement.unlike(cast.session, student, lesson.id)

    assert again == engagement.Likes(likes=1, liked=False)
    assert not engagement.liked(cast.session, student.id, lesson.id)


def test_a_hidden_lesson_cannot_be_liked(cast: Cast) -> None:
    with pytest.raises(LessonNotFoundError):
        engagement.like(cast.session, cast.student(), cast.lesson(listed=False).id)


def test_the_counter_equals_a_recount_after_a_crowd_likes_and_unlikes(
    database: Database,
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        lesson = cast.lesson()
        crowd = [cast.student() for _ in range(6)]

    def dither(person: int) -> None:
        for step in range(6):
            act = engagement.unlike if step % 3 == 2 else engagement.like
            with database.transaction() as session:
                act(session, crowd[person % len(crowd)], lesson.id)

    everybody_at_once([lambda n=n: dither(n) for n in range(12)])

    engagement.fold_counts(database)
    with database.transaction() as session:
        recount = session.scalar(select(func.count()).select_from(Like))
        assert refreshed(session, session.merge(lesson)).likes == recount


def test_likes_of_many_people_at_once_are_all_counted(database: Database) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        lesson = cast.lesson()
        crowd = [cast.student() for _ in range(12)]

    def like(number: int) -> None:
        with database.transaction() as session:
            engagement.like(session, crowd[number], lesson.id)

    everybody_at_once([lambda n=n: like(n) for n in range(12)])

    engagement.fold_counts(database)
    with database.transaction() as session:
        assert refreshed(session, session.merge(lesson)).likes == 12
