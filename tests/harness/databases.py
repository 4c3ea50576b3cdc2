"""Databases for tests: copied from one that was migrated once, emptied after use."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

import youke_migrations
from harness.servers import Servers

TEMPLATE = "youke_template"
_LOCK = 2403


def create(servers: Servers, name: str) -> str:
    """Create a migrated database and return its URL."""
    with _one_at_a_time(servers) as connection:
        if not _exists(connection, TEMPLATE):
            _make_template(servers, connection)
        _copy(connection, TEMPLATE, name)
    return servers.postgres.url(name)


def drop(servers: Servers, name: str) -> None:
    """Drop a database, whoever is connected."""
    with _one_at_a_time(servers) as connection:
        _drop(connection, name)


@contextmanager
def _one_at_a_time(servers: Servers) -> Iterator[psycopg.Connection]:
    url = servers.postgres.url("postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield connection


def _exists(connection: psycopg.Connection, name: str) -> bool:
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    return connection.execute(query, [name]).fetchone() is not None


def _make_template(servers: Servers, connection: psycopg.Connection) -> None:
    # Renamed only when complete: a failed migration must not become a template.
    unfinished = f"{TEMPLATE}_unfinished"
    _drop(connection, unfinished)
    _copy(connection, "template1", unfinished)
    youke_migrations.upgrade(servers.postgres.url(unfinished))
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(unfinished), sql.Identifier(TEMPLATE)
        )
    )


def _copy(connection: psycopg.Connection, source: str, name: str) -> None:
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(source)
        )
    )


def _drop(connection: psycopg.Connection, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(statement.format(sql.Identifier(name)))


class Cleaner:
    """Empties the tables that tests wrote to; what migrations wrote stays."""

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url) as connection:
            tables = _tables(connection)
            self._tables = [t for t in tables if not _has_rows(connection, t)]

    def clean(self) -> None:
        """Empty every table that was empty in the beginning."""
        with psycopg.connect(self._url) as connection:
            connection.execute("SET lock_timeout = '10s'")
            # A log that refuses to be emptied is emptied all the same.
            connection.execute("SET session_replication_role = replica")
            dirty = [t for t in self._tables if _has_rows(connection, t)]
            if dirty:
                names = sql.SQL(", ").join(sql.Identifier(*t) for t in dirty)
                connection.execute(
                    sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names)
                )


def _tables(connection: psycopg.Connection) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables"
        " WHERE schemaname IN ('public', 'counselling') ORDER BY 1, 2"
    )
    return [(str(schema), str(table)) for schema, table in rows]


def _has_rows(connection: psycopg.Connection, table: tuple[str, str]) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(*table))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])
