"""Liking lessons."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.engagement import counting
from youke.kernel.clock import now
from youke.lessons.service import likes_of


@dataclass(frozen=True, kw_only=True)
class Likes:
    """A lesson's likes, and whether the asking person's is among them."""

    likes: int
    liked: bool


#: The like and what it adds to the counter: both or none.
_LIKE = text(
    """
    WITH added AS (
        INSERT INTO likes (person_id, lesson_id, created_at)
        VALUES (:person, :lesson, :at) ON CONFLICT DO NOTHING RETURNING lesson_id
    )
    INSERT INTO count_changes (lesson_id, likes, views)
    SELECT lesson_id, 1, 0 FROM added RETURNING lesson_id
    """
)
_UNLIKE = text(
    """
    WITH gone AS (
        DELETE FROM likes WHERE person_id = :person AND lesson_id = :lesson
        RETURNING lesson_id
    )
    INSERT INTO count_changes (lesson_id, likes, views)
    SELECT lesson_id, -1, 0 FROM gone RETURNING lesson_id
    """
)


def like(session: Session, person: Person, lesson_id: UUID) -> Likes:
    """Note that the person likes the lesson; liking twice counts once."""
    before = likes_of(session, lesson_id, person)
    wanted = {"person": person.id, "lesson": lesson_id, "at": now()}
    added = session.connection().scalar(_LIKE, wanted)
    change = 1 if added else 0
    return Likes(likes=_counted(session, lesson_id, before, change), liked=True)


def unlike(session: Session, person: Person, lesson_id: UUID) -> Likes:
    """Take the person's like back; there need not be one."""
    before = likes_of(session, lesson_id, person)
    wanted = {"person": person.id, "lesson": lesson_id}
    removed = session.connection().scalar(_UNLIKE, wanted)
    change = -1 if removed else 0
    return Likes(likes=_counted(session, lesson_id, before, change), liked=False)


def _counted(session: Session, lesson_id: UUID, before: int, change: int) -> int:
    """Return the lesson's likes after a change.

    In a crowd they are those of a moment ago and one's own; the rest comes with the
    next fold.
    """
    counts = counting.fold(session, lesson_id) if change else None
    return before + change if counts is None else counts.likes
