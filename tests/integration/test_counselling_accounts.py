"""An installation whose database account is an ordinary one, as in production."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from counselling_cast import room_of
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

import youke_migrations
from harness.servers import Servers
from youke.accounts.service import Role, add_person, hash_password
from youke.counselling import service
from youke.counselling.service import Draft
from youke.kernel.db import Database

SECRET = "only-a-test"


@pytest.fixture
def ordinary_url(servers: Servers, worker_name: str) -> Iterator[str]:
    """The URL of an empty database that an ordinary account owns and migrated."""
    name = f"youke_ordinary_{worker_name}"
    root = servers.postgres.url("postgres")
    with psycopg.connect(root, autocommit=True) as connection:
        account = sql.Identifier(name)
        for statement in (
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            "DROP ROLE IF EXISTS {}",
            "CREATE ROLE {} LOGIN NOSUPERUSER PASSWORD 'only-a-test'",
            "CREATE DATABASE {0} TEMPLATE template1 OWNER {0}",
        ):
            connection.execute(sql.SQL(statement).format(account))
        # What docs/counselling.md asks of a database administrator.
        connection.execute(
            "DO $$BEGIN CREATE ROLE youke_counselling NOLOGIN NOINHERIT;"
            " EXCEPTION WHEN duplicate_object THEN NULL; END$$"
        )
        grant = "GRANT youke_counselling TO {} WITH INHERIT FALSE, SET TRUE"
        connection.execute(sql.SQL(grant).format(account))
        parts = urlsplit(servers.postgres.url(name))
        netloc = f"{name}:{SECRET}@{parts.netloc.rpartition('@')[2]}"
        url = urlunsplit(parts._replace(netloc=netloc))
        youke_migrations.upgrade(url)
        yield url
        for statement in ("DROP DATABASE {} WITH (FORCE)", "DROP ROLE {}"):
            connection.execute(sql.SQL(statement).format(account))


def test_the_applications_own_account_reads_nothing_outside_the_zone(
    ordinary_url: str,
) -> None:
    database = Database(ordinary_url)
    with database.transaction() as session:
        student = add_person(
            session,
            username="student",
            name="小明",
            password="",
            password_hash=hash_password("not a secret"),
            roles=[Role.STUDENT],
        )
        room = room_of(session)
        thread = service.open_thread(room, student, Draft(text="你好")).thread
    with database.transaction() as session:
        said = service.read(room_of(session), student, thread.id).said
        assert [each.text for each in said] == ["你好"]
        session.delete(session.merge(student))
    database.close()
    with psycopg.connect(ordinary_url, autocommit=True) as connection:
        for name in ("threads", "messages", "thread_keys", "readings"):
            everything = sql.SQL("SELECT * FROM {}").format(
                sql.Identifier("counselling", name)
            )
            with pytest.raises(InsufficientPrivilege):
                connection.execute(everything)
