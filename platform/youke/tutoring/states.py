"""The life of a ticket, and where a session stands by the clock."""

from datetime import datetime
from enum import StrEnum

from youke.kernel.states import State


class TicketState(State):
    """Where a ticket stands; waiting and active ones are live."""

    WAITING = "waiting", "active left unreached"
    ACTIVE = "active", "answered waiting closed"
    ANSWERED = "answered"
    #: The student gave the place back.
    LEFT = "left"
    #: The student was called twice and was not there.
    CLOSED = "closed"
    #: The session ended or was cancelled before its turn; the question is open.
    UNREACHED = "unreached"


class SessionPhase(StrEnum):
    """Where a session stands; nobody sets it, time passes."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    OVER = "over"
    #: The only one that somebody decides.
    CANCELLED = "cancelled"


def phase_at(moment: datetime, starts_at: datetime, ends_at: datetime) -> SessionPhase:
    """Return where a session stands at a moment; its end is no longer part of it."""
    if moment < starts_at:
        return SessionPhase.UPCOMING
    return SessionPhase.RUNNING if moment < ends_at else SessionPhase.OVER
