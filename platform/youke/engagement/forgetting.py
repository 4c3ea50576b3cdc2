"""Forgetting what a person did, so that counters stay the number of facts."""

from collections import Counter
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from youke.engagement import counting
from youke.engagement.counting import Counts
from youke.engagement.models import Like, Meter, View, Watch


def forget_watches(session: Session, person_id: UUID) -> int:
    """Forget all that the person watched; return the number of lessons.

    The meter stays, or forgetting would be a way to claim more.
    """
    watches = delete(Watch).where(Watch.person_id == person_id)
    lessons = session.scalars(watches.returning(Watch.lesson_id)).all()
    views = delete(View).where(View.person_id == person_id)
    gone = Counter(session.scalars(views.returning(View.lesson_id)))
    _count(session, {each: Counts(views=-gone[each]) for each in sorted(gone)})
    return len(lessons)


def forget_likes(session: Session, person_id: UUID) -> int:
    """Take all of the person's likes back; return their number."""
    likes = delete(Like).where(Like.person_id == person_id)
    gone = sorted(session.scalars(likes.returning(Like.lesson_id)))
    _count(session, {each: Counts(likes=-1) for each in gone})
    return len(gone)


def forget_person(session: Session, person_id: UUID) -> None:
    """Forget everything that the person did."""
    forget_watches(session, person_id)
    forget_likes(session, person_id)
    session.execute(delete(Meter).where(Meter.person_id == person_id))


def _count(session: Session, changes: dict[UUID, Counts]) -> None:
    counting.note(session, changes)
    for lesson_id in changes:
        counting.fold(session, lesson_id)
