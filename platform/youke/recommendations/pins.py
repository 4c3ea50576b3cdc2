"""Lessons that a teacher recommends to a class; the only writer of their table."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from youke.accounts.service import (
    Organisation,
    OrganisationKind,
    Person,
    Role,
    class_of,
    school_of,
)
from youke.kernel.clock import now
from youke.kernel.errors import ForbiddenError
from youke.lessons.service import find_lesson
from youke.recommendations.errors import ClassNotFoundError, TooManyPinsError
from youke.recommendations.models import Pin

#: More would leave no place for anything else.
MOST_PINS = 20

#: Made once: every recommendation asks it.
_PINNED = (
    select(Pin.lesson_id)
    .where(Pin.class_id == bindparam("class"))
    .order_by(Pin.pinned_at.desc(), Pin.lesson_id)
)


def classes_to_pin_for(session: Session, person: Person) -> Sequence[Organisation]:
    """Return the classes that the person may pin for: those of the own school.

    A teacher whose account belongs to one class pins for that one.
    """
    if not person.has(Role.TEACHER):
        return []
    own = class_of(person)
    if own is not None:
        return [own]
    school = school_of(person)
    if school is None:
        return []
    classes = select(Organisation).where(
        Organisation.parent_id == school.id,
        Organisation.kind == OrganisationKind.CLASS.value,
    )
    return session.scalars(classes.order_by(Organisation.name)).all()


def pin(session: Session, person: Person, class_id: UUID, lesson_id: UUID) -> None:
    """Recommend a lesson to a class; once more changes nothing.

    :raises ForbiddenError: for those who may not.
    :raises ClassNotFoundError:
    :raises LessonNotFoundError:
    :raises TooManyPinsError:
    """
    _check(session, person, class_id)
    lesson = find_lesson(session, lesson_id, person)
    others = [each for each in pinned(session, class_id) if each != lesson.id]
    if len(others) >= MOST_PINS:
        raise TooManyPinsError(most=MOST_PINS)
    session.execute(
        insert(Pin)
        .values(
            class_id=class_id,
            lesson_id=lesson.id,
            pinned_by_id=person.id,
            pinned_at=now(),
        )
        .on_conflict_do_nothing()
    )


def unpin(session: Session, person: Person, class_id: UUID, lesson_id: UUID) -> None:
    """Take a recommendation back; there need not be one.

    :raises ForbiddenError: for those who may not.
    :raises ClassNotFoundError:
    """
    _check(session, person, class_id)
    itself = (Pin.class_id == class_id) & (Pin.lesson_id == lesson_id)
    session.execute(delete(Pin).where(itself))


def pins_to_see(session: Session, person: Person, class_id: UUID) -> Sequence[UUID]:
    """Return what is pinned for a class, to its teachers and its members.

    :raises ForbiddenError:
    :raises ClassNotFoundError:
    """
    if person.organisation_id != class_id:
        _check(session, person, class_id)
    return pinned(session, class_id)


def pinned(session: Session, class_id: UUID | None) -> Sequence[UUID]:
    """Return the lessons pinned for a class, the latest first."""
    if class_id is None:
        return []
    return session.scalars(_PINNED, {"class": class_id}).all()


def classes_that_have(
    session: Session, lesson_id: UUID, classes: Sequence[Organisation]
) -> frozenset[UUID]:
    """Return for which of these classes the lesson is pinned."""
    ids = [each.id for each in classes]
    having = select(Pin.class_id).where(Pin.lesson_id == lesson_id)
    return frozenset(session.scalars(having.where(Pin.class_id.in_(ids))))


def _check(session: Session, person: Person, class_id: UUID) -> None:
    if class_id in {each.id for each in classes_to_pin_for(session, person)}:
        return
    wanted = session.get(Organisation, class_id)
    if wanted is None or wanted.kind != OrganisationKind.CLASS.value:
        raise ClassNotFoundError
    raise ForbiddenError
