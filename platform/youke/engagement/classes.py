"""What a class as a whole is at, never what one of its students is."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import desc, func, select
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.engagement.models import Watch
from youke.kernel.clock import now

#: What fewer students of a class have watched is their own business.
LEAST_CLASSMATES = 5
LATELY = timedelta(days=14)


def watched_in_class(session: Session, class_id: UUID, limit: int) -> Sequence[UUID]:
    """Return lessons that many of a class watched lately, those of most first."""
    watchers = func.count()
    statement = (
        select(Watch.lesson_id)
        .join(Person, Person.id == Watch.person_id)
        .where(Person.organisation_id == class_id, Watch.seconds > 0)
        .where(Watch.updated_at >= now() - LATELY)
        .group_by(Watch.lesson_id)
        .having(watchers >= LEAST_CLASSMATES)
        .order_by(desc(watchers), Watch.lesson_id)
    )
    return session.scalars(statement.limit(limit)).all()
