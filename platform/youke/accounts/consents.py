"""Who allows what: decisions are added and never changed, the last one holds.

Recommendations made from what one person watched are profiling. Students are asked
first; for adults it is on until they say no.
"""

from uuid import UUID

from sqlalchemy import Select, Subquery, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from youke.accounts.models import Consent, Person, Purpose, Role

#: The wording that people decide on now; a new one counts up.
PROFILING_VERSION = 1

#: Made once: every recommendation asks it.
_LAST_DECISION = (
    select(Consent.granted)
    .where(Consent.person_id == bindparam("person"))
    .where(Consent.purpose == Purpose.PROFILING.value)
    .order_by(Consent.id.desc())
    .limit(1)
)


def profiling_allowed(session: Session, person: Person) -> bool:
    """Say whether recommendations may be made from what this person did."""
    decision = decision_on_profiling(session, person.id)
    return not person.has(Role.STUDENT) if decision is None else decision


def decision_on_profiling(session: Session, person_id: UUID) -> bool | None:
    """Return what was decided last, None while nobody was asked."""
    return session.scalar(_LAST_DECISION, {"person": person_id})


def decide_profiling(
    session: Session, person: Person, *, granted: bool, given_by: Person
) -> None:
    """Note a decision; saying the same again adds nothing."""
    if decision_on_profiling(session, person.id) == granted:
        return
    session.add(
        Consent(
            person_id=person.id,
            purpose=Purpose.PROFILING.value,
            version=PROFILING_VERSION,
            granted=granted,
            given_by_id=given_by.id,
        )
    )
    session.flush()


def ids_of_profiled() -> Select[UUID]:
    """Select everybody of whom models may learn."""
    last = _last_decisions()
    is_student = Person.roles.contains([Role.STUDENT.value])
    allowed = last.c.granted | (last.c.granted.is_(None) & ~is_student)
    outer = last.c.person_id == Person.id
    return select(Person.id).outerjoin(last, outer).where(allowed)


def _last_decisions() -> Subquery:
    return (
        select(Consent.person_id, Consent.granted)
        .where(Consent.purpose == Purpose.PROFILING.value)
        .ext(distinct_on(Consent.person_id))
        .order_by(Consent.person_id, Consent.id.desc())
        .subquery()
    )
