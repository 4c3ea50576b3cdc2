"""The school year: interest ages by weeks of school, and not over the holidays."""

from bisect import bisect_right
from datetime import date, datetime, timedelta

from youke.kernel.clock import local

#: First and last day of each term of Hangzhou's schools. The first term of 2025 is as
#: announced; the others follow the city's usual year, and a week more or less there
#: changes no ranking that one could notice.
TERMS = (
    (date(2022, 9, 1), date(2023, 1, 13)),
    (date(2023, 2, 13), date(2023, 6, 30)),
    (date(2023, 9, 1), date(2024, 1, 26)),
    (date(2024, 2, 26), date(2024, 6, 30)),
    (date(2024, 9, 2), date(2025, 1, 17)),
    (date(2025, 2, 17), date(2025, 6, 30)),
    (date(2025, 9, 1), date(2026, 2, 6)),
    (date(2026, 3, 2), date(2026, 7, 3)),
    (date(2026, 9, 1), date(2027, 1, 29)),
    (date(2027, 3, 1), date(2027, 7, 2)),
    (date(2027, 9, 1), date(2028, 1, 14)),
    (date(2028, 2, 14), date(2028, 6, 30)),
)
WEEK = timedelta(weeks=1)


def _mondays() -> list[date]:
    """Return the Monday of every week with school, in order."""
    found: list[date] = []
    for first, last in TERMS:
        monday = first - timedelta(days=first.weekday())
        while monday <= last:
            found.append(monday)
            monday += WEEK
    return found


#: The Monday of every week with school.
MONDAYS = tuple(_mondays())


def school_week(moment: datetime) -> int:
    """Return how many weeks of school had begun by then; holidays add none."""
    return bisect_right(MONDAYS, local(moment).date())


def school_weeks_between(earlier: datetime, later: datetime) -> int:
    """Return the weeks of school that began between two moments, never below 0."""
    return max(0, school_week(later) - school_week(earlier))
