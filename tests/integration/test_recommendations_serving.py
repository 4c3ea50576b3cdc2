"""What people are recommended, from the facts in the database at this moment."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from engagement_cast import Cast
from sqlalchemy.orm import Session

from youke.accounts.service import Person, Role
from youke.catalogue.service import UnknownSubjectError
from youke.engagement import service as engagement
from youke.engagement.standing import refresh_standings
from youke.lessons.service import withdraw
from youke.recommendations import service as recommendations
from youke.recommendations.service import Recommended
from youke.storage import ObjectStore


class Shelf(Cast):
    """A cast that asks for recommendations."""

    def __init__(self, session: Session, store: ObjectStore) -> None:
        super().__init__(session)
        self.store = store

    def recommend(
        self, person: Person, limit: int = 20, subject: str | None = None
    ) -> list[Recommended]:
        return recommendations.recommend(
            self.session, self.store, person, limit, subject=subject
        )

    def ids(
        self, person: Person, limit: int = 20, subject: str | None = None
    ) -> list[UUID]:
        return [r.lesson.id for r in self.recommend(person, limit, subject)]


@pytest.fixture
def shelf(session: Session, store: ObjectStore) -> Iterator[Shelf]:
    return Shelf(session, store)


def test_a_newcomer_gets_popular_lessons_of_the_own_grade(shelf: Shelf) -> None:
    plain, loved = shelf.lesson(), shelf.lesson()
    shelf.lesson(grade=8)
    engagement.like(shelf.session, shelf.student(), loved.id)
    refresh_standings(shelf.session, [loved.id])

    answer = shelf.recommend(shelf.student())

    assert [r.lesson.id for r in answer] == [loved.id, plain.id]
    assert [r.source for r in answer] == ["popular", "new"]
    assert [r.reason for r in answer] == ["Popular in 七年级", "New in 七年级"]


def test_a_like_changes_the_next_list_and_says_why(shelf: Shelf) -> None:
    student = shelf.student()
    liked = shelf.lesson(title="Ratios", chapter="One", subject="math")
    others = [shelf.lesson(subject=s) for s in ("music", "art", "english")]
    next_one = shelf.lesson(chapter="One", subject="math")
    for other in others:
        engagement.like(shelf.session, shelf.student(), other.id)
    refresh_standings(shelf.session, [other.id for other in others])
    before = shelf.ids(student)

    engagement.like(shelf.session, student, liked.id)
    after = shelf.recommend(student)

    assert before[0] != next_one.id
    assert after[0].lesson.id == next_one.id
    assert after[0].source == "related"
    assert after[0].reason == "Because you liked “Ratios”"
    assert liked.id not in [r.lesson.id for r in after]


def test_taking_the_like_back_brings_the_old_list_back(shelf: Shelf) -> None:
    student, lessons = shelf.student(), [shelf.lesson() for _ in range(4)]
    before = shelf.ids(student)

    engagement.like(shelf.session, student, lessons[0].id)
    engagement.unlike(shelf.session, student, lessons[0].id)

    assert shelf.ids(student) == before


def test_who_only_watched_is_not_told_of_a_like(shelf: Shelf) -> None:
    student, watched = shelf.student(), shelf.lesson(title="Ratios")
    shelf.lesson()
    shelf.has_watched(student, watched, 0.9)

    (answer,) = shelf.recommend(student)

    assert answer.reason == "Because you watched “Ratios”"


def test_hidden_unready_seen_and_distant_lessons_never_come(shelf: Shelf) -> None:
    student = shelf.student(grade=7)
    good = shelf.lesson()
    shelf.lesson(listed=False)
    shelf.lesson(duration_s=None)
    shelf.lesson(grade=6)
    shelf.lesson(grade=9)
    shelf.has_watched(student, shelf.lesson(), 0.81)
    near = shelf.lesson(grade=8)

    assert shelf.ids(student) == [good.id, near.id]


def test_a_lesson_seen_to_four_fifths_may_still_come(shelf: Shelf) -> None:
    student, lesson = shelf.student(), shelf.lesson()
    shelf.has_watched(student, lesson, 0.8)

    assert shelf.ids(student) == [lesson.id]


def test_the_title_of_a_withdrawn_lesson_is_told_to_nobody(shelf: Shelf) -> None:
    student, liked = shelf.student(), shelf.lesson(title="Secret")
    shelf.lesson()
    engagement.like(shelf.session, student, liked.id)

    withdraw(liked)
    shelf.session.flush()

    assert all("Secret" not in r.reason for r in shelf.recommend(student))


def test_a_subject_leaves_only_its_lessons(shelf: Shelf) -> None:
    student, art = shelf.student(), shelf.lesson(subject="art")
    engagement.like(shelf.session, student, shelf.lesson().id)

    assert shelf.ids(student, subject="art") == [art.id]
    with pytest.raises(UnknownSubjectError):
        shelf.ids(student, subject="alchemy")


def test_teachers_are_recommended_lessons_of_all_grades(shelf: Shelf) -> None:
    lessons = [shelf.lesson(grade=grade) for grade in (1, 6, 12)]

    for person in (shelf.teacher(), shelf.person(Role.TUTOR)):
        assert set(shelf.ids(person)) == {lesson.id for lesson in lessons}


def test_no_more_come_than_were_asked_for(shelf: Shelf) -> None:
    for _ in range(5):
        shelf.lesson()

    assert len(shelf.ids(shelf.student(), limit=3)) == 3


def test_related_lessons_begin_with_the_chapter_and_leave_out_the_seen(
    shelf: Shelf,
) -> None:
    student, lesson = shelf.student(), shelf.lesson(chapter="One")
    same_subject, same_chapter = shelf.lesson(), shelf.lesson(chapter="One")
    shelf.lesson(listed=False, chapter="One")
    shelf.lesson(grade=3, chapter="One")
    shelf.has_watched(student, shelf.lesson(chapter="One"), 1.0)

    answer = recommendations.related(
        shelf.session, shelf.store, lesson, student, limit=9
    )

    assert [r.lesson.id for r in answer] == [same_chapter.id, same_subject.id]
    assert [r.reason for r in answer] == [
        "From the same chapter",
        "Of the same subject",
    ]
