"""Who may open a conversation: a pure decision, asked before every reading."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from youke.counselling.states import Why


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who asks."""

    id: UUID
    is_counsellor: bool
    is_administrator: bool


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A right to read that two people gave, until it ends."""

    holder_id: UUID
    agreed_by_id: UUID
    expires_at: datetime


def right_to_read(
    reader: Reader, *, student_id: UUID, counsellor_id: UUID | None
) -> Why | None:
    """Return by what right the reader may open a conversation, None without one."""
    if reader.id == student_id:
        return Why.OWN
    if reader.is_counsellor and counsellor_id == reader.id:
        return Why.ASSIGNED
    return None


def right_by_grant(reader: Reader, grant: Grant, moment: datetime) -> Why | None:
    """Return the right of one of the two who opened a conversation, while it lasts."""
    is_holder = reader.id in {grant.holder_id, grant.agreed_by_id}
    by_two = grant.holder_id != grant.agreed_by_id
    if reader.is_administrator and is_holder and by_two and moment < grant.expires_at:
        return Why.BREAK_GLASS
    return None
