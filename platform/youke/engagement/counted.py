"""Keeping counters, standings and norms up to date, each lesson in its transaction."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from youke.engagement import counting
from youke.engagement.standing import refresh_standings
from youke.kernel.db import Database
from youke.lessons.service import Lesson

#: Lessons counted in one transaction.
BATCH = 500

#: One statement sees one moment: facts, and changes that wait beside the counters.
_MISCOUNTED = text(
    """
    WITH liked AS (SELECT lesson_id, count(*) AS n FROM likes GROUP BY 1),
    viewed AS (SELECT lesson_id, count(*) AS n FROM views GROUP BY 1),
    waiting AS (
        SELECT lesson_id, sum(likes) AS likes, sum(views) AS views
        FROM count_changes GROUP BY 1
    )
    SELECT lessons.id FROM lessons
    LEFT JOIN liked ON liked.lesson_id = lessons.id
    LEFT JOIN viewed ON viewed.lesson_id = lessons.id
    LEFT JOIN waiting ON waiting.lesson_id = lessons.id
    WHERE lessons.likes + coalesce(waiting.likes, 0) <> coalesce(liked.n, 0)
    OR lessons.views + coalesce(waiting.views, 0) <> coalesce(viewed.n, 0)
    ORDER BY lessons.id
    """
)


def fold_counts(database: Database) -> int:
    """Fold what a crowd has left behind; return the number of lessons."""
    with database.transaction() as session:
        lesson_ids = counting.waiting(session)
    for lesson_id in lesson_ids:
        with database.transaction() as session:
            counting.fold(session, lesson_id)
    return len(lesson_ids)


def refresh_changed_standings(database: Database) -> int:
    """Count the points of lessons whose counters changed; return their number."""
    with database.transaction() as session:
        lesson_ids = counting.take_recounted(session)
        refresh_standings(session, lesson_ids)
    return len(lesson_ids)


def refresh_all_standings(database: Database) -> None:
    """Count all points anew, as those of lessons that nobody deals with grow old."""
    with database.transaction() as session:
        lesson_ids = session.scalars(select(Lesson.id).order_by(Lesson.id)).all()
    for start in range(0, len(lesson_ids), BATCH):
        with database.transaction() as session:
            refresh_standings(session, lesson_ids[start : start + BATCH])


def miscounted(session: Session) -> list[UUID]:
    """Return the lessons whose counters are not the number of their facts."""
    return list(session.scalars(_MISCOUNTED))


def put_counters_right(database: Database) -> int:
    """Recount lessons whose counters are not the number of facts; return how many."""
    with database.transaction() as session:
        wrong = miscounted(session)
    for lesson_id in wrong:
        with database.transaction() as session:
            counting.recount(session, lesson_id)
    return len(wrong)
