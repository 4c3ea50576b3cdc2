"""Liking lessons."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from youke.accounts.service import Person
from youke.engagement import counting
from youke.engagement.counting import Counts
from youke.engagement.models import Like
from youke.kernel.clock import now
from youke.lessons.service import Lesson, find_lesson


@dataclass(frozen=True, kw_only=True)
class Likes:
    """A lesson's likes, and whether the asking person's is among them."""

    likes: int
    liked: bool


def like(session: Session, person: Person, lesson_id: UUID) -> Likes:
    """Note that the person likes the lesson; liking twice counts once."""
    lesson = find_lesson(session, lesson_id, person)
    added = session.scalar(
        insert(Like)
        .values(person_id=person.id, lesson_id=lesson.id, created_at=now())
        .on_conflict_do_nothing()
        .returning(Like.person_id)
    )
    return Likes(likes=_counted(session, lesson, 1 if added else 0), liked=True)


def unlike(session: Session, person: Person, lesson_id: UUID) -> Likes:
    """Take the person's like back; there need not be one."""
    lesson = find_lesson(session, lesson_id, person)
    removed = session.scalar(
        delete(Like)
        .where(Like.person_id == person.id, Like.lesson_id == lesson.id)
        .returning(Like.person_id)
    )
    return Likes(likes=_counted(session, lesson, -1 if removed else 0), liked=False)


def _counted(session: Session, lesson: Lesson, change: int) -> int:
    """Return the lesson's likes after a change.

    In a crowd they are those of a moment ago and one's own; the rest comes with the
    next fold.
    """
    if not change:
        session.refresh(lesson, ["likes"])
        return lesson.likes
    counting.note(session, {lesson.id: Counts(likes=change)})
    counts = counting.fold(session, lesson.id)
    if counts is None:
        return lesson.likes + change
    set_committed_value(lesson, "likes", counts.likes)
    set_committed_value(lesson, "views", counts.views)
    return counts.likes
