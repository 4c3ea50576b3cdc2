"""Calls for help: raised without a word, climbing until somebody takes them."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from counselling_cast import House, begun, room_of
from sqlalchemy import select

from harness.city import Caller, City
from youke.accounts.service import Role
from youke.counselling import service
from youke.counselling.crisis import service as crisis
from youke.counselling.crisis.escalation import PATIENCE
from youke.counselling.errors import (
    CallUnderWayError,
    CrisisNotFoundError,
    NotAcknowledgedError,
)
from youke.kernel import clock
from youke.kernel.db import Database
from youke.kernel.errors import IllegalTransitionError
from youke.notices.models import Notice


@pytest.fixture
def house(city: City) -> Iterator[House]:
    yield House(city)
    clock.set_clock(None)


def later(by: timedelta) -> None:
    moment = clock.now() + by
    clock.set_clock(lambda: moment)


def called(house: House, database: Database) -> UUID:
    """Press the button without a conversation; return the call."""
    with database.transaction() as session:
        room = room_of(session)
        thread = service.call_for_help(room, house.fresh(session, house.student), None)
        live = crisis.live_call_of(room, thread.id)
        assert live
        return live.id


def told(database: Database) -> set[UUID]:
    with database.transaction() as session:
        calls = select(Notice.person_id).where(Notice.kind == "help_needed")
        return set(session.scalars(calls))


def climb(database: Database) -> int:
    with database.transaction() as session:
        return crisis.climb(room_of(session))


def ids(*callers: Caller) -> set[UUID]:
    return {caller.person.id for caller in callers}


def test_it_climbs_from_the_duty_to_the_city_while_nobody_takes_it(
    house: House, database: Database
) -> None:
    school = house.caller("school", Role.SCHOOL_ADMIN)
    district = house.caller("district", Role.DISTRICT_ADMIN)
    city = house.caller("city", Role.CITY_ADMIN)
    with database.transaction() as session:
        on_duty = house.fresh(session, house.counsellor)
        service.set_duty(room_of(session), on_duty, is_on=True)
    called(house, database)
    assert told(database) == ids(house.counsellor, school)
    later(PATIENCE - timedelta(seconds=1))
    assert climb(database) == 0
    later(timedelta(seconds=1))
    assert climb(database) == 1
    assert told(database) == ids(house.counsellor, house.other, school, district)
    assert climb(database) == 0
    later(PATIENCE)
    assert climb(database) == 1
    assert told(database) >= ids(city)
    later(PATIENCE)
    assert climb(database) == 1, "at the top it is said again"


def test_a_night_without_anybody_on_duty_wakes_all_counsellors(
    house: House, database: Database
) -> None:
    called(house, database)
    assert told(database) == ids(house.counsellor, house.other)


def test_administrators_of_other_schools_learn_nothing(
    house: House, database: Database
) -> None:
    elsewhere = house.city.organisation("西溪中学", parent=house.district)
    stranger = house.caller("far", Role.SCHOOL_ADMIN, organisation=elsewhere)
    crisis_id = called(house, database)
    with database.transaction() as session:
        person = house.fresh(session, stranger)
        assert crisis.live_calls(room_of(session), person) == []
        with pytest.raises(CrisisNotFoundError):
            crisis.take_call(room_of(session), person, crisis_id)


def test_who_takes_a_call_stops_the_clock_and_gets_the_conversation(
    house: House, database: Database
) -> None:
    crisis_id = called(house, database)
    with database.transaction() as session:
        person = house.fresh(session, house.counsellor)
        call = crisis.take_call(room_of(session), person, crisis_id)
        crisis.take_call(room_of(session), person, crisis_id)
        assert call.thread.counsellor_id == person.id
    with database.transaction() as session:
        other = house.fresh(session, house.other)
        with pytest.raises(IllegalTransitionError):
            crisis.take_call(room_of(session), other, crisis_id)
    later(PATIENCE * 2)
    assert climb(database) == 0


def test_only_who_took_it_learns_the_name_and_the_student_learns_that(
    house: House, database: Database
) -> None:
    crisis_id = called(house, database)
    with database.transaction() as session:
        room, person = room_of(session), house.fresh(session, house.counsellor)
        with pytest.raises(NotAcknowledgedError):
            crisis.identify(room, person, crisis_id)
        call = crisis.take_call(room, person, crisis_id)
        assert crisis.identify(room, person, crisis_id).name == "小明"
        student = house.fresh(session, house.student)
        said = service.read(room, student, call.thread.id).said
    assert said[-1].text == "identity|叶宁"


def test_words_raise_a_person_and_only_once(house: House, database: Database) -> None:
    begun(house, database, "我不想 活了")
    assert house.counsellor.person.id in told(database)
    with database.transaction() as session:
        room, student = room_of(session), house.fresh(session, house.student)
        (thread,) = service.threads_of_student(room, student)
        assert service.write(room, student, thread.id, "真的不想活").raised
        person = house.fresh(session, house.counsellor)
        assert len(crisis.live_calls(room, person)) == 1
        with pytest.raises(CallUnderWayError):
            service.erase_thread(room, student, thread.id)


def test_a_resolved_call_makes_way_for_the_next(
    house: House, database: Database
) -> None:
    crisis_id = called(house, database)
    with database.transaction() as session:
        room, person = room_of(session), house.fresh(session, house.counsellor)
        crisis.take_call(room, person, crisis_id)
        crisis.resolve_call(room, person, crisis_id)
        with pytest.raises(IllegalTransitionError):
            crisis.take_call(room, person, crisis_id)
    assert called(house, database) != crisis_id
