"""Referrals: made by the assigned counsellor and looked after until they are closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from youke.accounts.service import Person
from youke.counselling.errors import (
    FollowUpInPastError,
    ReferralNotFoundError,
    ThreadNotFoundError,
)
from youke.counselling.models import Thread
from youke.counselling.referrals.models import Referral, ReferralNote
from youke.counselling.room import Room
from youke.counselling.states import Author, ReferralState, Why
from youke.counselling.telling import tell_of_message
from youke.counselling.threads import key_of, own_thread, say
from youke.kernel.clock import local, now
from youke.kernel.ids import new_id

NOTE = "referral"


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that was written down about a referral, opened."""

    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A referral with its notes, the oldest first."""

    referral: Referral
    notes: Sequence[Note]


def refer(
    room: Room, counsellor: Person, thread_id: UUID, *, note: str, follow_up_on: date
) -> Referral:
    """Send the student on to somebody else, and say when one looks again.

    :raises ThreadNotFoundError: for everybody but the assigned counsellor.
    :raises FollowUpInPastError: when the day is over.
    """
    thread = _assigned(room, counsellor, thread_id)
    _check_day(follow_up_on)
    with room.inside() as session:
        referral = Referral(
            id=new_id(),
            thread_id=thread.id,
            state=ReferralState.OPEN.value,
            follow_up_on=follow_up_on,
        )
        session.add(referral)
        session.flush()  # the note's row refers to it
        _add_note(room, referral, note)
    say(room, thread, Author.SYSTEM, "referred")
    tell_of_message(room, thread.student_id)
    return referral


def follow_up(
    room: Room,
    counsellor: Person,
    referral_id: UUID,
    *,
    note: str,
    follow_up_on: date | None,
) -> Referral:
    """Write down what came of it; without a next day it is closed.

    :raises ReferralNotFoundError: for everybody but the assigned counsellor.
    """
    with room.inside() as session:
        wanted = select(Referral).where(Referral.id == referral_id).with_for_update()
        referral = session.scalar(wanted)
    if referral is None:
        raise ReferralNotFoundError
    _assigned(room, counsellor, referral.thread_id)
    with room.inside():
        if follow_up_on is None:
            referral.state = ReferralState(referral.state).to(ReferralState.CLOSED)
            referral.closed_at = now()
        else:
            _check_day(follow_up_on)
            referral.follow_up_on = follow_up_on
        _add_note(room, referral, note)
    return referral


def referrals_of(room: Room, counsellor: Person, thread_id: UUID) -> Sequence[Followed]:
    """Return the referrals of a conversation, opened for its counsellor."""
    _assigned(room, counsellor, thread_id)
    with room.inside() as session:
        found = session.scalars(
            select(Referral)
            .where(Referral.thread_id == thread_id)
            .order_by(Referral.made_at.desc())
        ).all()
        return [Followed(referral=each, notes=_notes(room, each)) for each in found]


def due(room: Room, counsellor: Person) -> Sequence[tuple[Referral, Thread]]:
    """Return a counsellor's open referrals, the next look first."""
    with room.inside() as session:
        rows = session.execute(
            select(Referral, Thread)
            .join(Thread, Thread.id == Referral.thread_id)
            .where(Thread.counsellor_id == counsellor.id)
            .where(Referral.state == ReferralState.OPEN.value)
            .order_by(Referral.follow_up_on)
        ).all()
        return [(referral, thread) for referral, thread in rows]


def remind(room: Room, today: date) -> int:
    """Tell the counsellors whose day of a look has come; return how many were told."""
    with room.inside() as session:
        is_due = (Referral.state == ReferralState.OPEN.value) & (
            Referral.follow_up_on <= today
        )
        whose = select(Thread.counsellor_id).join(Referral).where(is_due).distinct()
        found = [each for each in session.scalars(whose) if each is not None]
    for counsellor_id in found:
        tell_of_message(room, counsellor_id)
    return len(found)


def _assigned(room: Room, counsellor: Person, thread_id: UUID) -> Thread:
    thread, why = own_thread(room, counsellor, thread_id)
    if why != Why.ASSIGNED:
        raise ThreadNotFoundError
    return thread


def _add_note(room: Room, referral: Referral, text: str) -> None:
    """Seal a note; to be called inside."""
    note = ReferralNote(id=new_id(), referral_id=referral.id, sealed=b"")
    note.sealed = key_of(room, referral.thread_id).seal(text, id=note.id, kind=NOTE)
    room.session.add(note)


def _notes(room: Room, referral: Referral) -> list[Note]:
    data_key = key_of(room, referral.thread_id)
    rows = room.session.scalars(
        select(ReferralNote)
        .where(ReferralNote.referral_id == referral.id)
        .order_by(ReferralNote.id)
    )
    return [
        Note(text=data_key.open(row.sealed, id=row.id, kind=NOTE), at=row.created_at)
        for row in rows
    ]


def _check_day(day: date) -> None:
    if day < local(now()).date():
        raise FollowUpInPastError
