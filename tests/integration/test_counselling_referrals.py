"""Referrals: only the assigned counsellor's, and followed until they are closed."""

from datetime import timedelta

import pytest
from counselling_cast import House, begun, room_of

from harness.city import City
from youke.counselling.errors import FollowUpInPastError, ThreadNotFoundError
from youke.counselling.referrals import service
from youke.kernel.clock import local, now
from youke.kernel.db import Database
from youke.kernel.errors import IllegalTransitionError

TODAY = local(now()).date()
CLINIC = "市第七人民医院心理门诊"


@pytest.fixture
def house(city: City) -> House:
    return House(city)


def test_it_is_looked_after_until_it_is_closed(
    house: House, database: Database
) -> None:
    thread_id = begun(house, database)
    week = TODAY + timedelta(days=7)
    with database.transaction() as session:
        room, person = room_of(session), house.fresh(session, house.counsellor)
        made = service.refer(room, person, thread_id, note=CLINIC, follow_up_on=TODAY)
        assert [each for each, _ in service.due(room, person)] == [made]
        assert service.remind(room, TODAY) == 1
        service.follow_up(room, person, made.id, note="已约诊", follow_up_on=week)
        assert service.remind(room, TODAY) == 0
        service.follow_up(room, person, made.id, note="已就诊", follow_up_on=None)
        assert service.due(room, person) == []
        assert service.remind(room, week) == 0
        (found,) = service.referrals_of(room, person, thread_id)
        assert [note.text for note in found.notes] == [CLINIC, "已约诊", "已就诊"]
        with pytest.raises(IllegalTransitionError):
            service.follow_up(room, person, made.id, note="再", follow_up_on=None)


def test_nobody_else_makes_or_reads_one(house: House, database: Database) -> None:
    thread_id = begun(house, database)
    for stranger in (house.student, house.other):
        with database.transaction() as session:
            room, person = room_of(session), house.fresh(session, stranger)
            with pytest.raises(ThreadNotFoundError):
                service.refer(room, person, thread_id, note="x", follow_up_on=TODAY)
            with pytest.raises(ThreadNotFoundError):
                service.referrals_of(room, person, thread_id)


def test_one_does_not_look_again_yesterday(house: House, database: Database) -> None:
    thread_id = begun(house, database)
    yesterday = TODAY - timedelta(days=1)
    with database.transaction() as session:
        room, person = room_of(session), house.fresh(session, house.counsellor)
        with pytest.raises(FollowUpInPastError):
            service.refer(room, person, thread_id, note="x", follow_up_on=yesterday)
