"""What can be done with lessons; the only writer of their table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from youke.accounts.service import Person, Role, school_of
from youke.catalogue.service import (
    check_stage_grade,
    find_grade,
    find_stage,
    find_subject,
    stage_of_grade,
)
from youke.kernel.clock import now
from youke.lessons.errors import LessonNotFoundError, NotYourLessonError
from youke.lessons.models import Lesson
from youke.lessons.states import IN_WORK, LessonState

__all__ = [
    "IN_WORK",
    "Lesson",
    "LessonDraft",
    "LessonNotFoundError",
    "LessonState",
    "change_counts",
    "count_before",
    "create_lesson",
    "delete_lesson",
    "find_lesson",
    "ids_in_states",
    "lesson_for_update",
    "lessons_by_id",
    "likes_of",
    "may_change",
    "may_see",
    "own_lesson",
    "own_lessons",
    "publish",
    "revise_lesson",
    "set_counts",
    "withdraw",
]


@dataclass(frozen=True, kw_only=True)
class LessonDraft:
    """What a teacher says of a lesson; codes or names of the catalogue."""

    title: str
    grade: str | int
    subject: str
    stage: str | None = None
    edition: str | None = None
    volume: str | None = None
    chapter: str | None = None
    tags: Sequence[str] = field(default_factory=tuple)
    summary: str = ""


def create_lesson(session: Session, owner: Person, draft: LessonDraft) -> Lesson:
    """Create a lesson without a video yet.

    :raises InvalidError: when stage, grade or subject are not in the catalogue.
    """
    school = school_of(owner)
    lesson = Lesson(owner_id=owner.id, school_id=school.id if school else None)
    _describe(lesson, draft)
    session.add(lesson)
    session.flush()
    return lesson


def revise_lesson(
    session: Session, lesson: Lesson, changes: Mapping[str, Any]
) -> Lesson:
    """Correct what a lesson says of itself; what is not named stays.

    :param changes: fields of `LessonDraft`.
    :raises InvalidError: when the whole, as it would be, does not fit the catalogue.
    """
    lesson = lesson_for_update(session, lesson.id)
    present = LessonDraft(
        **{f.name: getattr(lesson, f.name) for f in fields(LessonDraft)}
    )
    _describe(lesson, replace(present, **changes))
    return lesson


def _describe(lesson: Lesson, draft: LessonDraft) -> None:
    grade = find_grade(draft.grade)
    stage = find_stage(draft.stage) if draft.stage else stage_of_grade(grade.number)
    check_stage_grade(stage, grade)
    lesson.title, lesson.summary = draft.title, draft.summary
    lesson.stage, lesson.grade = stage.code, grade.number
    lesson.subject = find_subject(draft.subject).code
    lesson.edition, lesson.volume = draft.edition, draft.volume
    lesson.chapter = draft.chapter
    lesson.tags = list(dict.fromkeys(tag for tag in draft.tags if tag))


def find_lesson(session: Session, lesson_id: UUID, viewer: Person) -> Lesson:
    """Return a lesson that the viewer may see; a hidden one does not exist."""
    lesson = session.get(Lesson, lesson_id)
    if lesson is None or not may_see(
        viewer, owner_id=lesson.owner_id, listed=lesson.listed
    ):
        raise LessonNotFoundError
    return lesson


def likes_of(session: Session, lesson_id: UUID, viewer: Person) -> int:
    """Return the likes of a lesson that the viewer may see.

    Reads no more than that: it is asked for by everybody who likes it.
    """
    columns = (Lesson.owner_id, Lesson.published_at, Lesson.playable, Lesson.likes)
    wanted = select(*columns).where(Lesson.id == lesson_id)
    row = session.connection().execute(wanted).one_or_none()
    listed = row is not None and row.published_at is not None and row.playable
    if row is None or not may_see(viewer, owner_id=row.owner_id, listed=listed):
        raise LessonNotFoundError
    likes: int = row.likes
    return likes


def may_see(viewer: Person, *, owner_id: UUID, listed: bool) -> bool:
    """Say whether the viewer may see a lesson of this owner."""
    return listed or owner_id == viewer.id or viewer.is_administrator


def own_lesson(session: Session, lesson_id: UUID, person: Person) -> Lesson:
    """Return a lesson that the person may change.

    :raises LessonNotFoundError: when it does not exist or is hidden from them.
    :raises NotYourLessonError: when they may see it, but it is another's.
    """
    lesson = session.get(Lesson, lesson_id)
    if lesson is None:
        raise LessonNotFoundError
    if may_change(lesson, person):
        return lesson
    if lesson.listed or person.has(Role.TEACHER):
        raise NotYourLessonError
    raise LessonNotFoundError


def may_change(lesson: Lesson, person: Person) -> bool:
    """Say whether the person may change the lesson: its owner and administrators."""
    return lesson.owner_id == person.id or person.is_administrator


def own_lessons(session: Session, person: Person) -> Sequence[Lesson]:
    """Return the person's lessons, newest first."""
    mine = select(Lesson).where(Lesson.owner_id == person.id)
    return session.scalars(mine.order_by(Lesson.id.desc())).all()


#: One array instead of a list of so many parameters: the same statement every time,
#: which the database prepares once.
_BY_IDS = select(Lesson).where(Lesson.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))


def lessons_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Lesson]:
    """Return the lessons with these identifiers, also hidden ones."""
    found = session.scalars(_BY_IDS, {"ids": list(ids)})
    return {lesson.id: lesson for lesson in found}


def ids_in_states(session: Session, states: Collection[str]) -> Sequence[UUID]:
    """Return the lessons whose video is in one of these states, oldest first."""
    wanted = select(Lesson.id).where(Lesson.state.in_(states))
    return session.scalars(wanted.order_by(Lesson.id)).all()


def count_before(session: Session, lesson: Lesson) -> int:
    """Return how many older lessons of the same owner have their video in work."""
    older = (Lesson.owner_id == lesson.owner_id) & (Lesson.id < lesson.id)
    in_work = select(func.count()).where(older).where(Lesson.state.in_(IN_WORK))
    return session.scalar(in_work) or 0


def lesson_for_update(session: Session, lesson_id: UUID) -> Lesson:
    """Return the lesson, locked until the transaction ends, as it is now."""
    lesson = session.scalar(
        select(Lesson)
        .where(Lesson.id == lesson_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if lesson is None:
        raise LessonNotFoundError
    return lesson


def publish(lesson: Lesson) -> None:
    """Show the lesson to everybody, from when it is playable."""
    lesson.published_at = lesson.published_at or now()


def withdraw(lesson: Lesson) -> None:
    """Hide the lesson from everybody else."""
    lesson.published_at = None


def delete_lesson(session: Session, lesson: Lesson) -> None:
    """Delete the lesson; `media.service.delete_lesson` also frees what it stored."""
    session.delete(lesson)
    session.flush()


def change_counts(
    session: Session, lesson_id: UUID, *, likes: int = 0, views: int = 0
) -> tuple[int, int]:
    """Add to the lesson's counters; return its likes and its views."""
    added = (
        update(Lesson)
        .where(Lesson.id == lesson_id)
        .values(likes=Lesson.likes + likes, views=Lesson.views + views)
        .returning(Lesson.likes, Lesson.views)
    )
    row = session.connection().execute(added).one()
    return row.likes, row.views


def set_counts(session: Session, lesson_id: UUID, *, likes: int, views: int) -> None:
    """Set the lesson's counters to what was recounted."""
    session.execute(
        update(Lesson).where(Lesson.id == lesson_id).values(likes=likes, views=views)
    )
