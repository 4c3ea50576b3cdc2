"""The log of readings: complete, never changed, and telling when it was."""

import psycopg
import pytest
from click.testing import CliRunner
from counselling_cast import House, begun, room_of
from psycopg.errors import RaiseException

from harness.city import City
from youke.counselling import service
from youke.counselling.commands import counselling
from youke.counselling.ledger import digest_at, verify
from youke.counselling.room import Room
from youke.counselling.vault import Vault
from youke.kernel.config import Settings
from youke.kernel.db import Database


@pytest.fixture
def house(city: City, database: Database) -> House:
    """A house in which a conversation was read three times by its two people."""
    house = House(city)
    thread_id = begun(house, database)
    for reader in (house.student, house.counsellor, house.student):
        with database.transaction() as session:
            service.read(room_of(session), house.fresh(session, reader), thread_id)
    return house


def change(settings: Settings, statement: str) -> None:
    """Change the log as somebody who owns the database and its triggers."""
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode())


def test_every_reading_is_a_line_that_says_who_and_why(
    house: House, database: Database
) -> None:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT position, reader_id, why FROM counselling.readings ORDER BY 1"
        ).all()
    student, counsellor = house.student.person.id, house.counsellor.person.id
    assert [tuple(row) for row in rows] == [
        (1, student, "own"),
        (2, counsellor, "assigned"),
        (3, student, "own"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE counselling.readings SET why = 'own'",
        "DELETE FROM counselling.readings",
        "TRUNCATE counselling.readings",
    ],
)
def test_the_database_refuses_to_change_a_line(
    house: House, settings: Settings, statement: str
) -> None:
    assert house
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("SET ROLE youke_counselling")
        with pytest.raises(RaiseException, match="never changed"):
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE counselling.readings SET reader_id = thread_id WHERE position = 2",
        "UPDATE counselling.readings SET why = 'own' WHERE position = 2",
        "UPDATE counselling.readings SET at = at + interval '1 s' WHERE position = 2",
        "DELETE FROM counselling.readings WHERE position = 2",
    ],
)
def test_a_changed_row_breaks_the_chain(
    house: House, database: Database, settings: Settings, statement: str
) -> None:
    assert house
    with database.transaction() as session:
        assert verify(room_of(session)).broken_at is None
    change(settings, statement)
    with database.transaction() as session:
        verdict = verify(room_of(session))
    assert verdict.broken_at in {2, 3}
    assert verdict.lines == 1


def test_a_chain_cannot_be_made_without_the_key(
    house: House, database: Database
) -> None:
    assert house
    with database.transaction() as session:
        other = Room(session, Vault("another secret, which is long enough too"))
        assert verify(other).broken_at == 1


def test_the_command_tells_what_it_found(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A service of this settings' key reads; the house's lines were of another key.
    assert house
    monkeypatch.setattr(Settings, "from_env", lambda: settings)
    result = CliRunner().invoke(counselling, ["verify"])
    assert (result.exit_code, result.output) == (1, "BROKEN at line 1; 0 lines hold.\n")


def test_lines_cut_off_at_the_end_are_missed_by_what_was_noted(
    house: House, database: Database, settings: Settings
) -> None:
    assert house
    with database.transaction() as session:
        head = verify(room_of(session)).head.hex()
        assert digest_at(room_of(session), 3) == head
    change(settings, "DELETE FROM counselling.readings WHERE position = 3")
    with database.transaction() as session:
        assert verify(room_of(session)).broken_at is None
        assert digest_at(room_of(session), 3) is None
