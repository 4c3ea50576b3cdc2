"""What a date is: pure, from the weekday and what was published."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SATURDAY = 5


class DayKind(StrEnum):
    """What a date is for schools."""

    #: An ordinary day from Monday to Friday.
    SCHOOL = "school"
    #: A Saturday or Sunday without school.
    WEEKEND = "weekend"
    #: A public holiday 法定节假日, with the days joined to it.
    HOLIDAY = "holiday"
    #: A Saturday or Sunday with school in exchange for a holiday 调休.
    MAKEUP = "makeup"


@dataclass(frozen=True, kw_only=True)
class Special:
    """A date that is something else than its weekday says, and by whose word."""

    kind: DayKind
    #: The holiday, such as 春节.
    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Day:
    """A date, what it is, and whether that can still change."""

    date: date
    kind: DayKind
    #: The holiday; None for an ordinary day.
    name: str | None = None
    #: Whether its year's list is not out yet: holidays may still move.
    tentative: bool = False

    @property
    def has_sessions(self) -> bool:
        """Whether a session may take place: on any day but a make-up one.

        Children who sit in class on a Saturday shall not go on in the afternoon.
        """
        return self.kind is not DayKind.MAKEUP


@dataclass(frozen=True, kw_only=True)
class Published:
    """All that is known beyond the weekdays."""

    special: Mapping[date, Special]
    #: Years whose list is out.
    years: Collection[int]

    def day(self, wanted: date) -> Day:
        """Return what the date is."""
        tentative = wanted.year not in self.years
        found = self.special.get(wanted)
        if found is None:
            return Day(date=wanted, kind=_by_weekday(wanted), tentative=tentative)
        return Day(date=wanted, kind=found.kind, name=found.name, tentative=tentative)

    def days(self, first: date, last: date) -> list[Day]:
        """Return each date from the first to the last, both included."""
        count = (last - first).days + 1
        return [self.day(first + timedelta(days=ahead)) for ahead in range(count)]


def _by_weekday(wanted: date) -> DayKind:
    return DayKind.WEEKEND if wanted.weekday() >= SATURDAY else DayKind.SCHOOL
