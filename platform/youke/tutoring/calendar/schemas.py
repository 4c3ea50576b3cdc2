"""What the calendar sends and receives."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from youke.kernel.schema import Schema
from youke.tutoring.schemas import Text
from youke.workdays.service import DayKind

#: A year with its neighbours at most.
LONGEST_DAYS = 800


class CalendarQuery(Schema):
    """The first and the last day that are asked for."""

    since: date = Field(alias="from", ge=date(1970, 1, 1), lt=date(2200, 1, 1))
    until: date = Field(alias="to", ge=date(1970, 1, 1), lt=date(2200, 1, 1))

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if not 0 <= (self.until - self.since).days < LONGEST_DAYS:
            raise ValueError(f"from comes before to, at most {LONGEST_DAYS} days")
        return self


class DayOut(Schema):
    """A date: what it is, which holiday, and whether that can still change."""

    date: date
    kind: DayKind
    name: str | None
    tentative: bool


class CalendarOut(Schema):
    """Days in their order."""

    items: list[DayOut]


class DayIn(Schema):
    """What a date is, and by whose word."""

    kind: DayKind
    name: Text = Field(max_length=40)
    source: Text = Field(min_length=1, max_length=200)


class YearDayIn(Schema):
    """One special date of a year's list."""

    date: date
    kind: DayKind
    name: Text = Field(max_length=40)


class YearIn(Schema):
    """A year's list: the number of the notice and every special date."""

    source: Text = Field(min_length=1, max_length=200)
    days: list[YearDayIn] = Field(max_length=100)


class MoveOut(Schema):
    """A session that had to move; `after` is null when no free day was found."""

    session: UUID = Field(validation_alias="session_id")
    before: datetime
    after: datetime | None


class MovesOut(Schema):
    """Sessions that had to move."""

    moved: list[MoveOut]
