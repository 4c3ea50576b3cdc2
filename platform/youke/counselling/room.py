"""Entering the trust zone: the transaction takes the zone's database role meanwhile.

The tables of counselling belong to the role `youke_counselling`, which nobody can sign
in as. What the rest of the service does, it does without that role; so a query that
was forgotten, or smuggled in, elsewhere finds these tables closed.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from psycopg.pq import TransactionStatus
from sqlalchemy import text
from sqlalchemy.orm import Session

from youke.counselling.vault import Vault

ROLE = "youke_counselling"
_DEPTH = "counselling_depth"


@contextmanager
def inside(session: Session) -> Iterator[Session]:
    """Hold the zone's role; everything else is out of reach meanwhile.

    What waits to be written is written first, before and after, since each side has no
    right to the other's tables.
    """
    depth = session.info.get(_DEPTH, 0)
    if depth == 0:
        session.flush()
        session.execute(text(f"SET LOCAL ROLE {ROLE}"))
    session.info[_DEPTH] = depth + 1
    try:
        yield session
        session.flush()
    finally:
        session.info[_DEPTH] = depth
        if depth == 0 and _is_usable(session):
            session.execute(text("SET LOCAL ROLE NONE"))


@dataclass(frozen=True)
class Room:
    """A transaction and the vault: what one needs to read and write in here."""

    session: Session
    vault: Vault

    def inside(self) -> AbstractContextManager[Session]:
        """Hold the zone's role."""
        return inside(self.session)


def _is_usable(session: Session) -> bool:
    """Say whether the transaction still takes statements; a failed one forgets all."""
    if not session.is_active:
        return False
    driver = session.connection().connection.driver_connection
    status = driver.info.transaction_status if driver else TransactionStatus.UNKNOWN
    return bool(status == TransactionStatus.INTRANS)
