"""Break-glass: what two administrators may read together, for how long, and who learns.

One asks with a reason, another one agrees; for two hours both may read. Student and
counsellor are told when it is over, with both names and the reason.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from youke.accounts.service import Person, people
from youke.counselling.access import Grant, right_by_grant
from youke.counselling.breakglass.models import Opening
from youke.counselling.crisis import service as crisis
from youke.counselling.errors import (
    OpeningNotFoundError,
    SamePersonError,
    ThreadNotFoundError,
)
from youke.counselling.models import Thread
from youke.counselling.room import Room
from youke.counselling.states import Author, OpeningState
from youke.counselling.telling import tell_of_call, tell_of_message
from youke.counselling.threads import (
    Conversation,
    key_of,
    read_by_right,
    reader,
    say,
    thread_for_zone,
)
from youke.kernel.clock import now
from youke.kernel.ids import new_id

#: How long a request waits for a second person.
ASKED_FOR = timedelta(hours=24)
#: How long the two may read.
GRANTED_FOR = timedelta(hours=2)
REASON = "reason"


def ask(room: Room, person: Person, thread_id: UUID, reason: str) -> Opening:
    """Ask for a second person to agree; the others who could are told.

    :raises ThreadNotFoundError: for everybody but administrators of the student.
    """
    thread = thread_for_zone(room, thread_id)
    others = _responsible(room, thread)
    if person.id not in others:
        raise ThreadNotFoundError
    with room.inside() as session:
        opening = Opening(
            id=new_id(),
            thread_id=thread.id,
            state=OpeningState.ASKED.value,
            asked_by_id=person.id,
            expires_at=now() + ASKED_FOR,
            reason=b"",
        )
        opening.reason = key_of(room, thread.id).seal(
            reason, id=opening.id, kind=REASON
        )
        session.add(opening)
    tell_of_call(room, others - {person.id})
    return opening


def agree(room: Room, person: Person, opening_id: UUID) -> Opening:
    """Agree as the second person; from now on both may read for `GRANTED_FOR`.

    :raises SamePersonError: when it is the one who asked.
    :raises IllegalTransitionError: when it was granted, refused or too late.
    """
    opening = find(room, person, opening_id)
    if opening.asked_by_id == person.id:
        raise SamePersonError
    with room.inside():
        wanted = OpeningState.GRANTED if opening.expires_at > now() else None
        present = OpeningState(opening.state)
        opening.state = present.to(wanted or OpeningState.LAPSED).value
        if wanted:
            opening.agreed_by_id = person.id
            opening.expires_at = now() + GRANTED_FOR
    return opening


def refuse(room: Room, person: Person, opening_id: UUID) -> Opening:
    """Say no, or take one's own request back."""
    opening = find(room, person, opening_id)
    with room.inside():
        opening.state = OpeningState(opening.state).to(OpeningState.REFUSED).value
    return opening


def read_opened(room: Room, person: Person, opening_id: UUID) -> Conversation:
    """Open the conversation for one of the two, and note that in the log.

    :raises OpeningNotFoundError: for everybody else, and when the time is over.
    """
    opening = find(room, person, opening_id)
    why = None
    if opening.state == OpeningState.GRANTED and opening.agreed_by_id is not None:
        grant = Grant(
            holder_id=opening.asked_by_id,
            agreed_by_id=opening.agreed_by_id,
            expires_at=opening.expires_at,
        )
        why = right_by_grant(reader(person), grant, now())
    if why is None:
        raise OpeningNotFoundError
    return read_by_right(room, thread_for_zone(room, opening.thread_id), person.id, why)


def find(room: Room, person: Person, opening_id: UUID) -> Opening:
    """Return a request that the person may decide or has made.

    :raises OpeningNotFoundError: for everybody else.
    """
    with room.inside() as session:
        wanted = select(Opening).where(Opening.id == opening_id).with_for_update()
        opening = session.scalar(wanted)
    if opening is None:
        raise OpeningNotFoundError
    if person.id not in _responsible(room, thread_for_zone(room, opening.thread_id)):
        raise OpeningNotFoundError
    return opening


def open_requests(room: Room, person: Person) -> Sequence[tuple[Opening, Thread]]:
    """Return the requests that wait or are granted and concern this administrator."""
    live = or_(
        Opening.state == OpeningState.ASKED.value,
        Opening.state == OpeningState.GRANTED.value,
    )
    with room.inside() as session:
        rows = session.execute(
            select(Opening, Thread)
            .join(Thread, Thread.id == Opening.thread_id)
            .where(live, Opening.expires_at > now())
            .order_by(Opening.asked_at)
        ).all()
    return [
        (opening, thread)
        for opening, thread in rows
        if person.id in _responsible(room, thread)
    ]


def reason_of(room: Room, opening: Opening) -> str:
    """Return why it was asked for."""
    with room.inside():
        data_key = key_of(room, opening.thread_id)
        return data_key.open(opening.reason, id=opening.id, kind=REASON)


def end_openings(room: Room) -> int:
    """End what is over and tell student and counsellor; return how many ended."""
    with room.inside() as session:
        is_over = Opening.expires_at <= now()
        live = Opening.state.in_([OpeningState.ASKED.value, OpeningState.GRANTED.value])
        wanted = select(Opening).where(live, is_over)
        over = session.scalars(wanted.with_for_update(skip_locked=True)).all()
    for opening in over:
        _end(room, opening)
    return len(over)


def _end(room: Room, opening: Opening) -> None:
    present = OpeningState(opening.state)
    was_granted = present == OpeningState.GRANTED
    with room.inside():
        after = OpeningState.ENDED if was_granted else OpeningState.LAPSED
        opening.state = present.to(after).value
    if not was_granted or opening.agreed_by_id is None:
        return
    thread = thread_for_zone(room, opening.thread_id)
    two = people(room.session, {opening.asked_by_id, opening.agreed_by_id})
    names = "、".join(person.name for person in two.values())
    say(room, thread, Author.SYSTEM, f"opened|{names}|{reason_of(room, opening)}")
    tell_of_message(room, thread.student_id)
    if thread.counsellor_id is not None:
        tell_of_message(room, thread.counsellor_id)


def _responsible(room: Room, thread: Thread) -> frozenset[UUID]:
    """Return the administrators of the student's school, district and city."""
    helpers = crisis.helpers_for(room, thread)
    return frozenset({*helpers.school, *helpers.district, *helpers.city})
