"""Conversations: who may open them, and what the database holds of them."""

from uuid import UUID

import psycopg
import pytest
from counselling_cast import House, room_of
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import TableClause, func, select, table, text
from sqlalchemy.exc import DBAPIError

from harness.city import City
from youke.accounts.service import Role
from youke.counselling import service
from youke.counselling.errors import OtherKeyError, ThreadNotFoundError
from youke.counselling.room import Room
from youke.counselling.service import Draft
from youke.counselling.states import Why
from youke.counselling.vault import Vault
from youke.erasing import erase
from youke.kernel.config import Settings
from youke.kernel.db import Database

WORDS = "我和最好的朋友吵架了"


@pytest.fixture
def house(city: City) -> House:
    return House(city)


def opened(house: House, database: Database, text_: str = WORDS) -> UUID:
    with database.transaction() as session:
        student = house.fresh(session, house.student)
        draft = Draft(text=text_, counsellor=house.counsellor.person.id)
        return service.open_thread(room_of(session), student, draft).thread.id


def test_student_and_counsellor_write_to_each_other(
    house: House, database: Database
) -> None:
    thread_id = opened(house, database)
    with database.transaction() as session:
        counsellor = house.fresh(session, house.counsellor)
        service.write(room_of(session), counsellor, thread_id, "慢慢说，我在听")
    with database.transaction() as session:
        student = house.fresh(session, house.student)
        found = service.read(room_of(session), student, thread_id)
    assert [(each.author, each.text) for each in found.said] == [
        ("student", WORDS),
        ("counsellor", "慢慢说，我在听"),
    ]
    assert found.why == Why.OWN


@pytest.mark.parametrize(
    "role",
    [
        Role.COUNSELLOR,
        Role.STUDENT,
        Role.TEACHER,
        Role.SCHOOL_ADMIN,
        Role.DISTRICT_ADMIN,
        Role.CITY_ADMIN,
    ],
)
def test_for_everybody_else_there_is_no_such_conversation(
    house: House, database: Database, role: Role
) -> None:
    thread_id = opened(house, database)
    stranger = house.caller("stranger", role)
    with database.transaction() as session:
        person = house.fresh(session, stranger)
        with pytest.raises(ThreadNotFoundError):
            service.read(room_of(session), person, thread_id)
        with pytest.raises(ThreadNotFoundError):
            service.write(room_of(session), person, thread_id, "我也想看")


def test_the_database_holds_only_what_is_sealed(
    house: House, database: Database
) -> None:
    opened(house, database)
    with database.engine.connect() as connection:
        (sealed,) = connection.execute(
            text("SELECT sealed FROM counselling.messages")
        ).scalars()
    assert WORDS.encode() not in sealed
    assert WORDS[:2].encode() not in sealed


def test_another_master_key_opens_nothing_and_begins_nothing(
    house: House, database: Database
) -> None:
    thread_id = opened(house, database)
    with database.transaction() as session:
        other = Room(session, Vault("another secret, which is long enough too"))
        student = house.fresh(session, house.student)
        with pytest.raises(OtherKeyError):
            service.read(other, student, thread_id)
        with pytest.raises(OtherKeyError):
            service.open_thread(other, student, Draft(text=WORDS))


def test_an_ordinary_login_cannot_read_the_tables_nor_become_the_role(
    house: House, database: Database, settings: Settings
) -> None:
    opened(house, database)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS youke_test_plain")
        connection.execute("CREATE ROLE youke_test_plain LOGIN")
        try:
            connection.execute(
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO youke_test_plain"
            )
            connection.execute("SET SESSION AUTHORIZATION youke_test_plain")
            assert connection.execute("SELECT count(*) FROM people").fetchone()
            for name in ("threads", "messages", "thread_keys", "readings", "crises"):
                with pytest.raises(InsufficientPrivilege):
                    connection.execute(
                        sql.SQL("SELECT * FROM {}").format(
                            sql.Identifier("counselling", name)
                        )
                    )
            with pytest.raises(InsufficientPrivilege):
                connection.execute("SET ROLE youke_counselling")
        finally:
            connection.execute("RESET SESSION AUTHORIZATION")
            connection.execute("DROP OWNED BY youke_test_plain")
            connection.execute("DROP ROLE youke_test_plain")


def test_inside_the_zone_the_rest_of_the_database_is_out_of_reach(
    house: House, database: Database
) -> None:
    assert house
    with database.transaction() as session, room_of(session).inside():
        nested = session.begin_nested()
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT name FROM people"))
        nested.rollback()


def test_the_same_form_sent_twice_says_it_once(
    house: House, database: Database
) -> None:
    thread_id = opened(house, database)
    for _ in range(2):
        with database.transaction() as session:
            student = house.fresh(session, house.student)
            service.write(room_of(session), student, thread_id, "还有", key="k1")
    with database.transaction() as session:
        student = house.fresh(session, house.student)
        assert len(service.read(room_of(session), student, thread_id).said) == 2


def test_an_erased_conversation_leaves_nothing_but_the_log(
    house: House, database: Database
) -> None:
    thread_id = opened(house, database)
    with database.transaction() as session:
        student = house.fresh(session, house.student)
        service.read(room_of(session), student, thread_id)
    with database.transaction() as session:
        student = house.fresh(session, house.student)
        service.erase_thread(room_of(session), student, thread_id)
    with database.engine.connect() as connection:
        for name in ("threads", "messages", "thread_keys"):
            count = select(func.count()).select_from(_table(name))
            assert connection.scalar(count) == 0
        lines = select(func.count()).select_from(_table("readings"))
        assert connection.scalar(lines) == 1


def test_an_erased_person_leaves_no_conversation_though_the_account_must_stay(
    house: House, database: Database
) -> None:
    thread_id = opened(house, database)
    ask = {"subject": "math", "grade": 8, "text": "为什么？"}
    assert house.student.post("/questions", ask).status_code == 201
    with database.transaction() as session:
        assert erase(session, "student") is False, "a question stands on the account"
        counsellor = house.fresh(session, house.counsellor)
        with pytest.raises(ThreadNotFoundError):
            service.read(room_of(session), counsellor, thread_id)
    with database.engine.connect() as connection:
        for name in ("threads", "messages", "thread_keys"):
            count = select(func.count()).select_from(_table(name))
            assert connection.scalar(count) == 0


def test_a_counsellors_erased_account_lets_conversations_wait_again(
    house: House, database: Database
) -> None:
    thread_id = opened(house, database)
    with database.transaction() as session:
        erase(session, "counsellor")
        waiting = service.waiting_threads(room_of(session))
        assert [thread.id for thread in waiting] == [thread_id]


def _table(name: str) -> TableClause:
    return table(name, schema="counselling")
