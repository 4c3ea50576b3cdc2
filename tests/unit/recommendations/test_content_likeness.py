"""How alike lessons are by what their teachers said of them."""

from uuid import UUID

import pytest
from catalogues import candidate

from youke.recommendations.candidates import near_grades
from youke.recommendations.content import Likeness, common, similarity

LESSON = candidate(1, chapter="One", tags=frozenset({"ratio", "scale"}))


def test_a_lesson_is_wholly_like_itself() -> None:
    assert similarity(LESSON, LESSON) == pytest.approx(1)


def test_grade_and_teacher_alone_bind_nothing() -> None:
    assert similarity(LESSON, candidate(2, subject="music")) == 0


def test_a_chapter_of_the_same_name_in_another_book_is_another_chapter() -> None:
    other = candidate(2, chapter="One", volume="2")

    assert common(LESSON, other) is Likeness.SUBJECT


def test_the_same_chapter_binds_more_than_the_same_tags() -> None:
    chapter = candidate(2, chapter="One")
    tags = candidate(3, tags=LESSON.tags, owner_id=UUID(int=7))

    assert similarity(LESSON, chapter) > similarity(LESSON, tags)
    assert common(LESSON, chapter) is Likeness.CHAPTER
    assert common(LESSON, tags) is Likeness.TAGS


def test_shared_tags_bind_lessons_of_different_subjects() -> None:
    other = candidate(2, subject="geography", tags=frozenset({"scale"}))

    assert similarity(LESSON, other) > 0
    assert common(LESSON, other) is Likeness.TAGS


def test_likeness_is_mutual() -> None:
    other = candidate(2, grade=8, tags=frozenset({"scale"}))

    assert similarity(LESSON, other) == similarity(other, LESSON)


@pytest.mark.parametrize(
    ("grade", "near"), [(1, {2}), (3, {2, 4}), (6, {5}), (7, {8}), (9, {8}), (12, {11})]
)
def test_neighbouring_grades_are_of_the_same_stage(grade: int, near: set[int]) -> None:
    assert near_grades(grade) == near
