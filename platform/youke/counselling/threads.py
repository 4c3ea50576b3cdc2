"""Conversations: opened by students, written and read by two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from youke.accounts.service import Person, Role
from youke.counselling.access import Reader, right_to_read
from youke.counselling.aliases import draw_alias
from youke.counselling.errors import (
    CounsellorNotFoundError,
    OtherKeyError,
    ThreadNotFoundError,
    ThreadTakenError,
    TooManyThreadsError,
)
from youke.counselling.ledger import note_reading
from youke.counselling.models import Message, Thread, ThreadKey
from youke.counselling.room import Room
from youke.counselling.states import Author, ThreadState, Why
from youke.counselling.vault import DataKey
from youke.kernel.clock import now
from youke.kernel.errors import ForbiddenError
from youke.kernel.ids import new_id

#: More open ones than this are a flood, not a need.
MOST_OPEN = 5


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message, opened."""

    id: UUID
    author: Author
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A conversation as one of those who may read it reads it."""

    thread: Thread
    said: Sequence[Said]
    why: Why


def begin(
    room: Room, student: Person, counsellor_id: UUID | None, *, key: str | None = None
) -> Thread:
    """Open a conversation under a drawn alias; nothing is said in it yet.

    :param key: the same key opens the same conversation again.
    :raises ForbiddenError: for everybody but students.
    :raises TooManyThreadsError: when the student has many open ones.
    """
    if not student.has(Role.STUDENT):
        raise ForbiddenError
    if counsellor_id is not None:
        check_counsellor(room.session, counsellor_id)
    with room.inside() as session:
        _check_key(room)
        _one_at_a_time(session, student.id)
        thread_id = uuid5(student.id, key) if key else new_id()
        if known := session.get(Thread, thread_id):
            return known
        is_open = Thread.state == ThreadState.OPEN.value
        mine = select(func.count()).where(is_open, Thread.student_id == student.id)
        if (session.scalar(mine) or 0) >= MOST_OPEN:
            raise TooManyThreadsError(most=MOST_OPEN)
        taken = set(session.scalars(select(Thread.alias).where(is_open)))
        thread = Thread(
            id=thread_id,
            student_id=student.id,
            counsellor_id=counsellor_id,
            alias=draw_alias(taken),
            state=ThreadState.OPEN.value,
        )
        session.add(thread)
        session.flush()  # the key's row refers to it
        wrapped = room.vault.new_data_key(thread.id)
        key_id = room.vault.key_id
        session.add(ThreadKey(thread_id=thread.id, key_id=key_id, wrapped=wrapped))
    return thread


def say(
    room: Room, thread: Thread, author: Author, text: str, *, key: str | None = None
) -> bool:
    """Seal a message into a conversation; False when this key said it before."""
    with room.inside() as session:
        if key is not None and _is_said(session, thread.id, key):
            return False
        message = Message(
            id=new_id(), thread_id=thread.id, author=author.value, key=key, sealed=b""
        )
        data_key = key_of(room, thread.id)
        message.sealed = data_key.seal(text, id=message.id, kind=author.value)
        session.add(message)
        if author == Author.STUDENT:
            thread.student_wrote_at = thread.student_seen_at = now()
        else:
            thread.counsellor_wrote_at = now()
        if author != Author.SYSTEM and thread.state == ThreadState.CLOSED.value:
            thread.state = ThreadState.CLOSED.to(ThreadState.OPEN).value
    return True


def read(room: Room, person: Person, thread_id: UUID) -> Conversation:
    """Open a conversation for one of its two people, and note that in the log.

    :raises ThreadNotFoundError: for everybody else, as if there were none.
    """
    thread, why = own_thread(room, person, thread_id)
    return read_by_right(room, thread, person.id, why)


def read_by_right(
    room: Room, thread: Thread, reader_id: UUID, why: Why
) -> Conversation:
    """Open a conversation by a right that was checked, and note that in the log."""
    with room.inside() as session:
        if why == Why.OWN:
            thread.student_seen_at = now()
        elif why == Why.ASSIGNED:
            thread.counsellor_seen_at = now()
        said = _opened(room, session, thread.id)
        note_reading(room, reader_id=reader_id, thread_id=thread.id, why=why)
    return Conversation(thread=thread, said=said, why=why)


def own_thread(
    room: Room, person: Person, thread_id: UUID, *, for_update: bool = False
) -> tuple[Thread, Why]:
    """Return a conversation of this person's and the right to it.

    :raises ThreadNotFoundError: when it is not one of its two people.
    """
    with room.inside() as session:
        wanted = select(Thread).where(Thread.id == thread_id)
        thread = session.scalar(wanted.with_for_update() if for_update else wanted)
    if thread is None:
        raise ThreadNotFoundError
    why = right_to_read(
        reader(person), student_id=thread.student_id, counsellor_id=thread.counsellor_id
    )
    if why is None:
        raise ThreadNotFoundError
    return thread, why


def thread_for_zone(room: Room, thread_id: UUID) -> Thread:
    """Return a conversation to another room of this zone, which checks who asks.

    :raises ThreadNotFoundError: when there is none.
    """
    with room.inside() as session:
        thread = session.get(Thread, thread_id)
    if thread is None:
        raise ThreadNotFoundError
    return thread


def threads_of_student(room: Room, student: Person) -> Sequence[Thread]:
    """Return a student's own conversations, the newest word first."""
    latest = func.greatest(Thread.student_wrote_at, Thread.counsellor_wrote_at).desc()
    with room.inside() as session:
        mine = select(Thread).where(Thread.student_id == student.id)
        return session.scalars(mine.order_by(latest)).all()


def threads_of_counsellor(room: Room, counsellor: Person) -> Sequence[Thread]:
    """Return the conversations that are assigned to a counsellor, newest word first."""
    with room.inside() as session:
        mine = select(Thread).where(Thread.counsellor_id == counsellor.id)
        return session.scalars(mine.order_by(Thread.student_wrote_at.desc())).all()


def waiting_threads(room: Room) -> Sequence[Thread]:
    """Return the conversations that nobody has taken yet, the longest wait first."""
    with room.inside() as session:
        free = select(Thread).where(Thread.counsellor_id.is_(None))
        free = free.where(Thread.state == ThreadState.OPEN.value)
        return session.scalars(free.order_by(Thread.opened_at)).all()


def assign(room: Room, counsellor: Person, thread_id: UUID) -> Thread:
    """Give a conversation that waits to a counsellor; of many at once, to one.

    :raises ThreadNotFoundError: for everybody but counsellors.
    :raises ThreadTakenError: when it waits no more.
    """
    if not counsellor.has(Role.COUNSELLOR):
        raise ThreadNotFoundError
    with room.inside() as session:
        is_free = (Thread.id == thread_id) & Thread.counsellor_id.is_(None)
        taken = update(Thread).where(is_free).values(counsellor_id=counsellor.id)
        thread: Thread | None = session.scalar(taken.returning(Thread))
    if thread is None:
        present = thread_for_zone(room, thread_id)
        if present.counsellor_id != counsellor.id:
            raise ThreadTakenError
        return present
    return thread


def check_counsellor(session: Session, person_id: UUID) -> Person:
    """Return the counsellor with this identifier.

    :raises CounsellorNotFoundError: when there is none.
    """
    person = session.get(Person, person_id)
    if person is None or not person.has(Role.COUNSELLOR):
        raise CounsellorNotFoundError
    return person


def key_of(room: Room, thread_id: UUID) -> DataKey:
    """Unwrap a conversation's key; to be called inside."""
    row = room.session.get_one(ThreadKey, thread_id)
    return room.vault.data_key(thread_id, row.wrapped, row.key_id)


def reader(person: Person) -> Reader:
    """Return the person as the rules of access see it."""
    return Reader(
        id=person.id,
        is_counsellor=person.has(Role.COUNSELLOR),
        is_administrator=person.is_administrator,
    )


def _opened(room: Room, session: Session, thread_id: UUID) -> list[Said]:
    data_key = key_of(room, thread_id)
    rows = session.scalars(
        select(Message).where(Message.thread_id == thread_id).order_by(Message.id)
    )
    return [
        Said(
            id=row.id,
            author=Author(row.author),
            text=data_key.open(row.sealed, id=row.id, kind=row.author),
            at=row.created_at,
        )
        for row in rows
    ]


def _is_said(session: Session, thread_id: UUID, key: str) -> bool:
    """Say whether this was said; of two at once the second waits for the first."""
    session.execute(
        select(Thread.id).where(Thread.id == thread_id).with_for_update()
    ).all()
    same = (Message.thread_id == thread_id) & (Message.key == key)
    return session.scalar(select(Message.id).where(same)) is not None


def _one_at_a_time(session: Session, student_id: UUID) -> None:
    """Let a student's second request wait for the end of the first."""
    key = func.hashtextextended(str(student_id), 24_039_014)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def _check_key(room: Room) -> None:
    """Refuse to seal with a second key what the first could not open."""
    other = select(ThreadKey.key_id).where(ThreadKey.key_id != room.vault.key_id)
    if room.session.scalar(other.limit(1)):
        raise OtherKeyError
