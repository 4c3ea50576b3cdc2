"""What can be done with conversations: the only writer of this zone's core."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from youke.accounts.service import Person, Role, people_with_role
from youke.counselling import duty
from youke.counselling.crisis import service as crisis
from youke.counselling.crisis.words import raises_concern
from youke.counselling.duty import set_duty
from youke.counselling.errors import CallUnderWayError
from youke.counselling.ledger import verify
from youke.counselling.models import Duty, Thread
from youke.counselling.room import Room, inside
from youke.counselling.states import Author, CrisisCause, ThreadState, Why
from youke.counselling.telling import tell_of_message
from youke.counselling.threads import (
    Conversation,
    assign,
    begin,
    check_counsellor,
    own_thread,
    read,
    say,
    threads_of_counsellor,
    threads_of_student,
    waiting_threads,
)
from youke.kernel.errors import IllegalTransitionError

__all__ = [
    "Conversation",
    "Draft",
    "Room",
    "Written",
    "call_for_help",
    "choose_counsellor",
    "close_thread",
    "counsellors",
    "erase_thread",
    "forget_person",
    "open_thread",
    "read",
    "set_duty",
    "take_thread",
    "threads_of_counsellor",
    "threads_of_student",
    "verify",
    "waiting_threads",
    "write",
]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """How a conversation begins."""

    text: str
    #: None: whoever is on duty.
    counsellor: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message that arrived, and whether a human being was raised by it."""

    thread: Thread
    raised: bool


def open_thread(
    room: Room, student: Person, draft: Draft, *, key: str | None = None
) -> Written:
    """Begin a conversation with a first message."""
    thread = begin(room, student, draft.counsellor, key=key)
    if not say(room, thread, Author.STUDENT, draft.text, key=key):
        return Written(thread=thread, raised=False)
    for person_id in _who_is_told(room, thread):
        tell_of_message(room, person_id)
    return Written(thread=thread, raised=_look_at(room, thread, draft.text))


def write(
    room: Room, person: Person, thread_id: UUID, text: str, *, key: str | None = None
) -> Written:
    """Add a message; the same key adds it once.

    :raises ThreadNotFoundError: for everybody but the two people of a conversation.
    """
    thread, why = own_thread(room, person, thread_id)
    author = Author.STUDENT if why == Why.OWN else Author.COUNSELLOR
    if not say(room, thread, author, text, key=key):
        return Written(thread=thread, raised=False)
    if author == Author.COUNSELLOR:
        tell_of_message(room, thread.student_id)
        return Written(thread=thread, raised=False)
    for person_id in _who_is_told(room, thread):
        tell_of_message(room, person_id)
    return Written(thread=thread, raised=_look_at(room, thread, text))


def call_for_help(room: Room, person: Person, thread_id: UUID | None) -> Thread:
    """Raise a human being at once; without a conversation one is begun for it."""
    if thread_id is None:
        thread = _newest_open(room, person) or begin(room, person, None)
        why = Why.OWN
    else:
        thread, why = own_thread(room, person, thread_id)
    is_student = why == Why.OWN
    cause = CrisisCause.BUTTON if is_student else CrisisCause.COUNSELLOR
    if crisis.raise_call(room, thread, cause):
        say(room, thread, Author.SYSTEM, f"called|{cause.value}")
    return thread


def take_thread(room: Room, counsellor: Person, thread_id: UUID) -> Thread:
    """Take a conversation that waits; the student is told that somebody is there."""
    thread = assign(room, counsellor, thread_id)
    tell_of_message(room, thread.student_id)
    return thread


def choose_counsellor(
    room: Room, student: Person, thread_id: UUID, counsellor_id: UUID | None
) -> Thread:
    """Give one's own conversation to another counsellor; only its student may.

    :raises IllegalTransitionError: when somebody else asks for it.
    """
    thread, why = own_thread(room, student, thread_id)
    if why != Why.OWN:
        raise IllegalTransitionError(what="Thread", present=why, wanted=Why.OWN)
    if counsellor_id is not None:
        check_counsellor(room.session, counsellor_id)
    with room.inside():
        thread.counsellor_id = counsellor_id
        thread.counsellor_seen_at = None
    for person_id in _who_is_told(room, thread):
        tell_of_message(room, person_id)
    return thread


def close_thread(room: Room, person: Person, thread_id: UUID) -> Thread:
    """End a conversation for now; writing in it opens it again."""
    thread, _ = own_thread(room, person, thread_id)
    with room.inside():
        if thread.state != ThreadState.CLOSED:
            thread.state = ThreadState(thread.state).to(ThreadState.CLOSED).value
    return thread


def erase_thread(room: Room, student: Person, thread_id: UUID) -> None:
    """Destroy a conversation with its key: what copies there are open no more.

    :raises IllegalTransitionError: when somebody else than its student asks for it.
    :raises CallUnderWayError: while a call for help is not resolved.
    """
    thread, why = own_thread(room, student, thread_id)
    if why != Why.OWN:
        raise IllegalTransitionError(what="Thread", present=why, wanted="erased")
    if crisis.live_call_of(room, thread_id) is not None:
        raise CallUnderWayError
    with room.inside() as session:
        session.expunge(thread)
        session.execute(delete(Thread).where(Thread.id == thread_id))


def forget_person(session: Session, person_id: UUID) -> None:
    """Destroy a person's conversations; those that they looked after wait again."""
    with inside(session):
        session.execute(delete(Thread).where(Thread.student_id == person_id))
        session.execute(
            update(Thread)
            .where(Thread.counsellor_id == person_id)
            .values(counsellor_id=None)
        )
        session.execute(delete(Duty).where(Duty.counsellor_id == person_id))


def counsellors(room: Room) -> Sequence[tuple[Person, bool]]:
    """Return everybody who may be chosen, and whether they are on duty."""
    present = duty.on_duty(room)
    known = people_with_role(room.session, Role.COUNSELLOR)
    return [(person, person.id in present) for person in known]


def _who_is_told(room: Room, thread: Thread) -> set[UUID]:
    """Return the assigned counsellor, or those of whom one should take it."""
    if thread.counsellor_id is not None:
        return {thread.counsellor_id}
    all_of_them = {person.id for person, _ in counsellors(room)}
    return all_of_them & duty.on_duty(room) or all_of_them


def _look_at(room: Room, thread: Thread, text: str) -> bool:
    if not raises_concern(text):
        return False
    crisis.raise_call(room, thread, CrisisCause.WORDS)
    return True


def _newest_open(room: Room, student: Person) -> Thread | None:
    mine = threads_of_student(room, student)
    return next((each for each in mine if each.state == ThreadState.OPEN), None)
