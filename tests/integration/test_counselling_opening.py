"""Break-glass: two people, a reason, a short time, and everybody learns of it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from counselling_cast import House, begun, room_of

from harness.city import Caller, City
from youke.accounts.service import Role
from youke.counselling import service
from youke.counselling.breakglass import service as breakglass
from youke.counselling.errors import (
    OpeningNotFoundError,
    SamePersonError,
    ThreadNotFoundError,
)
from youke.kernel import clock
from youke.kernel.db import Database

REASON = "班主任报告学生留下了告别的话"


@pytest.fixture
def house(city: City) -> Iterator[House]:
    yield House(city)
    clock.set_clock(None)


@pytest.fixture
def two(house: House) -> tuple[Caller, Caller]:
    return (
        house.caller("school", Role.SCHOOL_ADMIN, name="校长"),
        house.caller("district", Role.DISTRICT_ADMIN, name="区管理员"),
    )


def asked(house: House, database: Database, who: Caller) -> UUID:
    thread_id = begun(house, database)
    with database.transaction() as session:
        person = house.fresh(session, who)
        return breakglass.ask(room_of(session), person, thread_id, REASON).id


def agree(house: House, database: Database, who: Caller, opening_id: UUID) -> None:
    with database.transaction() as session:
        breakglass.agree(room_of(session), house.fresh(session, who), opening_id)


def read(house: House, database: Database, who: Caller, opening_id: UUID) -> list[str]:
    with database.transaction() as session:
        person = house.fresh(session, who)
        found = breakglass.read_opened(room_of(session), person, opening_id)
        return [each.text for each in found.said]


def test_one_person_alone_opens_nothing(
    house: House, database: Database, two: tuple[Caller, Caller]
) -> None:
    opening_id = asked(house, database, two[0])
    with pytest.raises(SamePersonError):
        agree(house, database, two[0], opening_id)
    for each in two:
        with pytest.raises(OpeningNotFoundError):
            read(house, database, each, opening_id)


def test_two_read_for_two_hours_and_a_third_never(
    house: House, database: Database, two: tuple[Caller, Caller]
) -> None:
    third = house.caller("city", Role.CITY_ADMIN)
    opening_id = asked(house, database, two[0])
    agree(house, database, two[1], opening_id)
    for each in two:
        assert read(house, database, each, opening_id) == ["我和朋友吵架了"]
    for stranger in (third, house.other, house.counsellor):
        with pytest.raises(OpeningNotFoundError):
            read(house, database, stranger, opening_id)
    over = clock.now() + breakglass.GRANTED_FOR
    clock.set_clock(lambda: over)
    for each in two:
        with pytest.raises(OpeningNotFoundError):
            read(house, database, each, opening_id)
    with database.engine.connect() as connection:
        why = connection.exec_driver_sql("SELECT why FROM counselling.readings")
        assert list(why.scalars()) == ["break_glass", "break_glass"]


def test_student_and_counsellor_are_told_who_and_why(
    house: House, database: Database, two: tuple[Caller, Caller]
) -> None:
    opening_id = asked(house, database, two[0])
    agree(house, database, two[1], opening_id)
    over = clock.now() + breakglass.GRANTED_FOR + timedelta(minutes=1)
    clock.set_clock(lambda: over)
    with database.transaction() as session:
        assert breakglass.end_openings(room_of(session)) == 1
    with database.transaction() as session:
        assert breakglass.end_openings(room_of(session)) == 0
        room, student = room_of(session), house.fresh(session, house.student)
        (thread,) = service.threads_of_student(room, student)
        last = service.read(room, student, thread.id).said[-1]
    assert last.author == "system"
    assert REASON in last.text
    assert {"校长", "区管理员"} <= set(last.text.replace("|", "、").split("、"))
    for told in (house.student, house.counsellor):
        notices = told.get("/notices").get_json()["items"]
        assert notices[0]["kind"] == "private_message"


def test_nobody_asks_who_is_not_responsible_for_the_student(
    house: House, database: Database
) -> None:
    thread_id = begun(house, database)
    elsewhere = house.city.organisation("西溪中学", parent=house.district)
    far = house.caller("far", Role.SCHOOL_ADMIN, organisation=elsewhere)
    for stranger in (far, house.other, house.counsellor, house.student):
        with database.transaction() as session:
            person = house.fresh(session, stranger)
            with pytest.raises(ThreadNotFoundError):
                breakglass.ask(room_of(session), person, thread_id, REASON)


def test_a_request_that_nobody_agreed_to_lapses(
    house: House, database: Database, two: tuple[Caller, Caller]
) -> None:
    opening_id = asked(house, database, two[0])
    over = clock.now() + breakglass.ASKED_FOR
    clock.set_clock(lambda: over)
    agree(house, database, two[1], opening_id)
    with pytest.raises(OpeningNotFoundError):
        read(house, database, two[0], opening_id)
