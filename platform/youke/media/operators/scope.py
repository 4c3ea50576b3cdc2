"""Whose lessons an administrator looks after."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.orm import Session

from youke.accounts.service import (
    OrganisationKind,
    Person,
    Role,
    ids_of_organisations_within,
)
from youke.lessons.errors import LessonNotFoundError
from youke.lessons.service import Lesson

#: What each kind of administrator administers.
REALMS = {
    Role.SCHOOL_ADMIN.value: OrganisationKind.SCHOOL,
    Role.DISTRICT_ADMIN.value: OrganisationKind.DISTRICT,
    Role.CITY_ADMIN.value: OrganisationKind.CITY,
}


def overseen(person: Person) -> ColumnElement[bool]:
    """Return the condition for lessons of the person's own organisation.

    Each role speaks for the organisation of its kind in which the person is; somebody
    who is in none of that kind sees nothing by it.
    """
    realms = [_realm(person, role) for role in person.roles if role in REALMS]
    return or_(false(), *realms)


def check_overseen(session: Session, lesson_id: UUID, person: Person) -> None:
    """Make sure that the person looks after the lesson.

    :raises LessonNotFoundError: when they do not, or there is none.
    """
    its = (Lesson.id == lesson_id) & overseen(person)
    if not session.scalar(select(exists().where(its))):
        raise LessonNotFoundError


def _realm(person: Person, role: str) -> ColumnElement[bool]:
    is_city = role == Role.CITY_ADMIN.value
    if person.organisation is None:
        # Whoever sets a house up is in no organisation, and there may be none yet.
        return true() if is_city else false()
    organisation = person.organisation.enclosing(REALMS[role])
    if organisation is None:
        return false()
    within = Lesson.school_id.in_(ids_of_organisations_within(organisation.id))
    # Nobody else would look after lessons of teachers without a school.
    return within | Lesson.school_id.is_(None) if is_city else within
