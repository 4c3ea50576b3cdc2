"""Weekends, holidays and make-up days, as the State Council's lists say."""

from datetime import date, timedelta

import pytest

from youke.workdays.days import DayKind, Published
from youke.workdays.state_council import NOTICES

KNOWN = Published(
    special={day: each for notice in NOTICES for day, each in notice.special()},
    years={notice.year for notice in NOTICES},
)
MAKEUP_2026 = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")


@pytest.mark.parametrize("day", MAKEUP_2026)
def test_each_makeup_day_of_2026_has_school_and_no_sessions(day: str) -> None:
    found = KNOWN.day(date.fromisoformat(f"2026-{day}"))

    assert found.kind is DayKind.MAKEUP
    assert not found.has_sessions
    assert not found.tentative


def test_2026_has_no_other_makeup_days() -> None:
    year = KNOWN.days(date(2026, 1, 1), date(2026, 12, 31))

    made_up = [f"{day.date:%m-%d}" for day in year if day.kind is DayKind.MAKEUP]

    assert len(year) == 365
    assert made_up == list(MAKEUP_2026)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-11-28", DayKind.WEEKEND),
        ("2026-11-29", DayKind.WEEKEND),
        ("2026-11-30", DayKind.SCHOOL),
        ("2026-10-01", DayKind.HOLIDAY),
        ("2026-10-03", DayKind.HOLIDAY),
        ("2025-09-28", DayKind.MAKEUP),
    ],
)
def test_a_date_is_what_weekday_and_list_say(day: str, kind: DayKind) -> None:
    assert KNOWN.day(date.fromisoformat(day)).kind is kind


def test_a_year_without_a_list_is_tentative() -> None:
    saturday = KNOWN.day(date(2027, 1, 9))

    assert saturday.tentative
    assert saturday.kind is DayKind.WEEKEND


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: str(notice.year))
def test_makeup_days_fall_on_weekends_and_near_their_holiday(notice: object) -> None:
    for holiday in notice.holidays:  # type: ignore[attr-defined]  # ids need object
        for day in holiday.makeup:
            assert day.weekday() >= 5
            near = timedelta(days=14)
            assert holiday.first - near <= day <= holiday.last + near
            assert not holiday.first <= day <= holiday.last
