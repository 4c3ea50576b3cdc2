"""Calls for help: raised, taken, resolved, and climbing while nobody takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from youke.accounts.service import Organisation, Person, Role, people, people_with_role
from youke.counselling import duty
from youke.counselling.crisis.escalation import (
    Helpers,
    Level,
    audience,
    due_after,
    first_level_with_somebody,
    next_level,
    told_up_to,
)
from youke.counselling.crisis.models import Crisis
from youke.counselling.errors import CrisisNotFoundError, NotAcknowledgedError
from youke.counselling.ledger import note_reading
from youke.counselling.models import Thread
from youke.counselling.room import Room
from youke.counselling.states import Author, CrisisCause, CrisisState, Why
from youke.counselling.telling import tell_of_call, tell_of_message
from youke.counselling.threads import assign, say, thread_for_zone
from youke.kernel.clock import now
from youke.kernel.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call for help and its conversation, of which nobody reads a word here."""

    crisis: Crisis
    thread: Thread


def raise_call(room: Room, thread: Thread, cause: CrisisCause) -> bool:
    """Raise a human being; False when a call of this conversation is under way."""
    helpers = helpers_for(room, thread)
    level = first_level_with_somebody(Level.DUTY, helpers)
    moment = now()
    with room.inside() as session:
        values = {
            "id": new_id(),
            "thread_id": thread.id,
            "cause": cause.value,
            "state": CrisisState.RAISED.value,
            "level": int(level),
            "raised_at": moment,
            "due_at": due_after(moment),
        }
        raised = insert(Crisis).values(values).on_conflict_do_nothing()
        is_new = session.scalar(raised.returning(Crisis.id)) is not None
    if is_new:
        tell_of_call(room, audience(level, helpers))
    return is_new


def climb(room: Room) -> int:
    """Let every call that waited too long climb one level; return how many did."""
    moment = now()
    with room.inside() as session:
        is_due = (Crisis.state == CrisisState.RAISED.value) & (Crisis.due_at <= moment)
        due = session.scalars(
            select(Crisis).where(is_due).with_for_update(skip_locked=True)
        ).all()
    for crisis in due:
        helpers = helpers_for(room, thread_for_zone(room, crisis.thread_id))
        level = first_level_with_somebody(next_level(Level(crisis.level)), helpers)
        with room.inside():
            crisis.level, crisis.due_at = int(level), due_after(moment)
        tell_of_call(room, audience(level, helpers))
    return len(due)


def live_calls(room: Room, person: Person) -> Sequence[Call]:
    """Return the calls that this person was told of and that are not resolved."""
    with room.inside() as session:
        rows = session.execute(
            select(Crisis, Thread)
            .join(Thread, Thread.id == Crisis.thread_id)
            .where(Crisis.state != CrisisState.RESOLVED.value)
            .order_by(Crisis.state.desc(), Crisis.raised_at)
        ).all()
    calls = [Call(crisis=crisis, thread=thread) for crisis, thread in rows]
    return [call for call in calls if _is_told(room, person, call)]


def find_call(room: Room, person: Person, crisis_id: UUID) -> Call:
    """Return a call that the person was told of.

    :raises CrisisNotFoundError: for everybody else.
    """
    with room.inside() as session:
        wanted = select(Crisis).where(Crisis.id == crisis_id).with_for_update()
        crisis = session.scalar(wanted)
    if crisis is None:
        raise CrisisNotFoundError
    call = Call(crisis=crisis, thread=thread_for_zone(room, crisis.thread_id))
    if not _is_told(room, person, call):
        raise CrisisNotFoundError
    return call


def take_call(room: Room, person: Person, crisis_id: UUID) -> Call:
    """Answer for a call: it climbs no more; saying so twice is saying it once.

    A counsellor who takes the call of a conversation that waits takes that, too.

    :raises IllegalTransitionError: when somebody else took it.
    """
    call = find_call(room, person, crisis_id)
    crisis = call.crisis
    if crisis.taken_by_id == person.id and crisis.state == CrisisState.ACKNOWLEDGED:
        return call
    with room.inside():
        crisis.state = CrisisState(crisis.state).to(CrisisState.ACKNOWLEDGED).value
        crisis.taken_by_id, crisis.taken_at = person.id, now()
    if person.has(Role.COUNSELLOR) and call.thread.counsellor_id is None:
        assign(room, person, call.thread.id)
    return call


def resolve_call(room: Room, person: Person, crisis_id: UUID) -> Call:
    """Say that the student is safe, or in other hands.

    :raises NotAcknowledgedError: for others than whoever took the call.
    """
    call = find_call(room, person, crisis_id)
    _check_taken(call, person)
    with room.inside():
        call.crisis.state = CrisisState.ACKNOWLEDGED.to(CrisisState.RESOLVED).value
        call.crisis.resolved_at = now()
    return call


def identify(room: Room, person: Person, crisis_id: UUID) -> Person:
    """Tell whoever took the call who the student is; it is logged, the student told.

    :raises NotAcknowledgedError: for others than whoever took the call.
    """
    call = find_call(room, person, crisis_id)
    _check_taken(call, person)
    thread = call.thread
    student = people(room.session, {thread.student_id})[thread.student_id]
    say(room, thread, Author.SYSTEM, f"identity|{person.name}")
    tell_of_message(room, student.id)
    note_reading(room, reader_id=person.id, thread_id=thread.id, why=Why.IDENTITY)
    return student


def live_call_of(room: Room, thread_id: UUID) -> Crisis | None:
    """Return the call of a conversation that is not resolved."""
    with room.inside() as session:
        live = (Crisis.thread_id == thread_id) & (
            Crisis.state != CrisisState.RESOLVED.value
        )
        return session.scalar(select(Crisis).where(live))


def helpers_for(room: Room, thread: Thread) -> Helpers:
    """Return who could help the student of a conversation."""
    session = room.session
    student = people(session, {thread.student_id})[thread.student_id]
    above = _organisations_above(student.organisation)
    near = {
        role: {
            person.id
            for person in people_with_role(session, role)
            if person.organisation_id in above
        }
        for role in (Role.SCHOOL_ADMIN, Role.DISTRICT_ADMIN)
    }
    city = {person.id for person in people_with_role(session, Role.CITY_ADMIN)}
    counsellors = {person.id for person in people_with_role(session, Role.COUNSELLOR)}
    return Helpers(
        assigned=thread.counsellor_id,
        on_duty=counsellors & duty.on_duty(room),
        counsellors=counsellors,
        school=near[Role.SCHOOL_ADMIN],
        district=near[Role.DISTRICT_ADMIN],
        city=city,
    )


def _is_told(room: Room, person: Person, call: Call) -> bool:
    level = Level(call.crisis.level)
    return person.id in told_up_to(level, helpers_for(room, call.thread))


def _check_taken(call: Call, person: Person) -> None:
    state = call.crisis.state
    if call.crisis.taken_by_id != person.id or state != CrisisState.ACKNOWLEDGED:
        raise NotAcknowledgedError


def _organisations_above(organisation: Organisation | None) -> set[UUID]:
    above: set[UUID] = set()
    while organisation is not None:
        above.add(organisation.id)
        organisation = organisation.parent
    return above
