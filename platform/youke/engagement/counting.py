"""Counters of likes and views that equal a recount and make nobody wait.

A like writes its change beside the lesson's row and folds it in only where nobody
else holds that row. Likes that come in crowds therefore never queue for it; what a
crowd leaves behind is folded by a job within seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from youke.engagement.models import CountChange, Recounted
from youke.lessons.service import change_counts, lesson_for_update, set_counts

#: Takes the row only when it is free, so that two folders never wait for each other.
#: A change that commits later is not seen here, stays, and is folded by the next.
_TAKE = text(
    """
    WITH mine AS MATERIALIZED (
        SELECT id FROM lessons WHERE id = :id FOR NO KEY UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM count_changes USING mine WHERE lesson_id = mine.id
        RETURNING likes, views
    ), noted AS (
        INSERT INTO recounted_lessons (lesson_id)
        SELECT :id FROM gone HAVING count(*) > 0
    )
    SELECT sum(likes) AS likes, sum(views) AS views FROM gone HAVING count(*) > 0
    """
)
#: One statement sees one moment: a fact that it counts has its change deleted here, and
#: a fact that it does not see keeps its change.
_RECOUNT = text(
    """
    WITH gone AS (DELETE FROM count_changes WHERE lesson_id = :id)
    SELECT
        (SELECT count(*) FROM likes WHERE lesson_id = :id) AS likes,
        (SELECT count(*) FROM views WHERE lesson_id = :id) AS views
    """
)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """A lesson's counters, or what is to be added to them."""

    likes: int = 0
    views: int = 0


def note(session: Session, changes: Mapping[UUID, Counts]) -> None:
    """Write down what is to be added to lessons' counters, in this transaction."""
    rows = [
        {"lesson_id": lesson, "likes": change.likes, "views": change.views}
        for lesson, change in changes.items()
        if change != Counts()
    ]
    if rows:
        session.execute(insert(CountChange), rows)


def fold(session: Session, lesson_id: UUID) -> Counts | None:
    """Add what was noted to the lesson's counters and return them.

    None when there is nothing to add, or when somebody else holds the lesson.
    """
    taken = session.connection().execute(_TAKE, {"id": lesson_id}).one_or_none()
    if taken is None:
        return None
    added = _counts(taken)
    likes, views = change_counts(
        session, lesson_id, likes=added.likes, views=added.views
    )
    return Counts(likes=likes, views=views)


def waiting(session: Session) -> list[UUID]:
    """Return the lessons with changes that are not in their counters yet."""
    found = select(CountChange.lesson_id).distinct().order_by(CountChange.lesson_id)
    return list(session.scalars(found))


def take_recounted(session: Session) -> list[UUID]:
    """Return the lessons whose counters changed since the last call, and forget it."""
    found = session.scalars(delete(Recounted).returning(Recounted.lesson_id))
    return sorted(set(found))


def recount(session: Session, lesson_id: UUID) -> Counts:
    """Set the lesson's counters to the number of its facts and return them."""
    lesson_for_update(session, lesson_id)
    counted = _counts(session.execute(_RECOUNT, {"id": lesson_id}).one())
    set_counts(session, lesson_id, likes=counted.likes, views=counted.views)
    session.execute(insert(Recounted).values(lesson_id=lesson_id))
    return counted


def _counts(row: Row[int, int]) -> Counts:
    return Counts(likes=int(row.likes), views=int(row.views))
