"""Who is on duty: counsellors say so themselves."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from youke.accounts.service import Person
from youke.counselling.models import Duty
from youke.counselling.room import Room
from youke.kernel.clock import now


def on_duty(room: Room) -> set[UUID]:
    """Return who is on duty now."""
    with room.inside() as session:
        return set(session.scalars(select(Duty.counsellor_id)))


def set_duty(room: Room, counsellor: Person, *, is_on: bool) -> None:
    """Go on duty, or off it; twice is as good as once."""
    with room.inside() as session:
        if is_on:
            come = insert(Duty).values(counsellor_id=counsellor.id, since=now())
            session.execute(come.on_conflict_do_nothing())
        else:
            gone = delete(Duty).where(Duty.counsellor_id == counsellor.id)
            session.execute(gone)
