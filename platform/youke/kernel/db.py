"""The database: engine, sessions, and the base of all tables."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from sqlalchemy import (
    DateTime,
    Engine,
    MetaData,
    Text,
    Uuid,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

#: A statement that takes longer than this is a defect of ours, not patience of theirs.
STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 5_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000

#: A connection that was in use so shortly before needs no ping.
TRUSTED_S = 1.0

#: Names for constraints, so that migrations and error tables can speak of them.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all tables: text is text, times carry a zone, JSON is binary."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        str: Text,
        datetime: DateTime(timezone=True),
        UUID: Uuid,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
    }


def driver_url(url: str) -> str:
    """Return a PostgreSQL URL that names the driver which we use."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme.startswith("postgres") else url


def libpq_url(url: str) -> str:
    """Return the same URL as libpq and procrastinate want it."""
    return driver_url(url).replace("postgresql+psycopg://", "postgresql://", 1)


def make_engine(
    url: str,
    *,
    pool_size: int = 10,
    idle_timeout_ms: int = IDLE_IN_TRANSACTION_TIMEOUT_MS,
) -> Engine:
    """Open a pool of connections that notices a restarted server.

    :param idle_timeout_ms: after so much silence within a transaction the server ends
        it, and lets go of its locks.
    """
    options = (
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"
        f" -c lock_timeout={LOCK_TIMEOUT_MS}"
        f" -c idle_in_transaction_session_timeout={idle_timeout_ms}"
        " -c timezone=UTC"
    )
    engine = create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        connect_args={"options": options, "connect_timeout": 5},
    )
    event.listen(engine, "checkin", _note_idle)
    event.listen(engine, "checkout", _ping_idle)
    return engine


def _note_idle(_connection: Any, record: Any) -> None:
    record.info["idle_since"] = time.monotonic()


def _ping_idle(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that was idle whether its server is still there.

    SQLAlchemy's own ping asks every time, a tenth of a request for nothing while
    connections go from hand to hand.
    """
    idle_s = time.monotonic() - record.info.get("idle_since", 0.0)
    if idle_s < TRUSTED_S:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        # The pool opens another one and asks again.
        raise DisconnectionError from error


class Database:
    """One engine and the sessions that are opened on it."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        idle_timeout_ms: int = IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ) -> None:
        self.url = url
        self.engine = make_engine(
            url, pool_size=pool_size, idle_timeout_ms=idle_timeout_ms
        )
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that commits at the end and rolls back on any error."""
        with self.sessions() as session, session.begin():
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
