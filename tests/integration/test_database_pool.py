"""Connections that the server has ended do not reach a request."""

import pytest
from sqlalchemy import text

from youke.kernel import db
from youke.kernel.config import Settings
from youke.kernel.db import Database


def end_others(database: Database) -> None:
    """End all connections of a pool from outside, as a restart of the server does."""
    with database.engine.connect() as one, database.engine.connect() as other:
        pids = [c.scalar(text("SELECT pg_backend_pid()")) for c in (one, other)]
    outside = Database(database.url)
    with outside.transaction() as session:
        for pid in pids:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    outside.close()


def test_an_idle_connection_that_the_server_ended_is_replaced(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "TRUSTED_S", 0.0)
    database = Database(settings.database_url)
    end_others(database)

    with database.transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1
    database.close()
