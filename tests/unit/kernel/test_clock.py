"""One place tells the time, and tests can say it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from youke.kernel import clock


@pytest.fixture(autouse=True)
def system_clock_afterwards() -> Iterator[None]:
    yield
    clock.set_clock(None)


def test_the_present_is_told_in_utc() -> None:
    before, told, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert before <= told <= after
    assert told.tzinfo is UTC


def test_a_test_can_say_what_time_it_is_and_take_it_back() -> None:
    frozen = datetime(2022, 3, 5, 1, 30, tzinfo=UTC)
    clock.set_clock(lambda: frozen)
    assert clock.now() is frozen
    clock.set_clock(None)
    assert clock.now() > frozen


def test_schools_read_the_time_of_shanghai() -> None:
    shown = clock.local(datetime(2022, 3, 4, 17, 30, tzinfo=UTC))
    assert shown.isoformat() == "2022-03-05T01:30:00+08:00"
