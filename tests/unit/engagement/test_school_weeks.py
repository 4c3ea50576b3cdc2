"""Interest ages by weeks of school, and not over the holidays."""

from datetime import date, datetime
from itertools import pairwise

from youke.engagement.terms import MONDAYS, TERMS, school_weeks_between
from youke.kernel.clock import LOCAL_ZONE


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LOCAL_ZONE)


def test_two_weeks_of_school_are_two() -> None:
    tuesday, later = date(2026, 11, 10), date(2026, 11, 24)

    assert school_weeks_between(at(tuesday), at(later)) == 2


def test_a_week_begins_on_monday() -> None:
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)

    assert school_weeks_between(at(sunday, 23), at(monday, 0)) == 1
    assert school_weeks_between(at(monday, 0), at(monday, 23)) == 0


def test_holidays_take_nothing_away() -> None:
    for (_, last), (first, _) in pairwise(TERMS):
        assert school_weeks_between(at(last), at(first)) <= 1


def test_time_that_runs_backwards_is_no_time() -> None:
    assert school_weeks_between(at(date(2026, 11, 24)), at(date(2026, 9, 8))) == 0


def test_terms_are_in_order_and_apart() -> None:
    days = [day for term in TERMS for day in term]

    assert days == sorted(days)
    assert len(set(MONDAYS)) == len(MONDAYS)
