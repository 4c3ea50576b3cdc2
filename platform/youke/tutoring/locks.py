"""Locks, always taken in one order: tutor, session, ticket, question.

The constraints of the tables are the truth; locks taken in one order turn their
violations into clear answers and leave no room for deadlocks.
"""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from youke.tutoring.errors import SessionNotFoundError, TicketNotFoundError
from youke.tutoring.models import Ticket, TutoringSession

#: Our key space among the database's advisory locks.
TUTOR_KEYS = 24_039_004


def lock_tutor(session: Session, tutor_id: UUID) -> None:
    """Let nobody else act for this tutor until the transaction ends."""
    key = func.hashtext(str(tutor_id))
    session.execute(select(func.pg_advisory_xact_lock(TUTOR_KEYS, key)))


def lock_session(session: Session, session_id: UUID) -> TutoringSession:
    """Return the session, locked until the transaction ends, as it is now."""
    found = session.scalar(
        select(TutoringSession)
        .where(TutoringSession.id == session_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise SessionNotFoundError
    return found


def lock_ticket(session: Session, ticket_id: UUID) -> Ticket:
    """Return the ticket, locked until the transaction ends, as it is now."""
    found = session.scalar(
        select(Ticket)
        .where(Ticket.id == ticket_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise TicketNotFoundError
    return found


def violates(error: IntegrityError, constraint: str) -> bool:
    """Say whether the error is the violation of the named constraint."""
    diagnostics = getattr(error.orig, "diag", None)
    return getattr(diagnostics, "constraint_name", None) == constraint
