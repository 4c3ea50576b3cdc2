"""`/api/v1/calendar`: which days are free, and what administrators enter."""

from typing import Any

from apiflask import APIBlueprint

from youke.accounts.guards import having, signed_in
from youke.accounts.service import ADMINISTRATORS
from youke.http.context import db_session
from youke.http.policies import policy
from youke.http.retry import retried
from youke.tutoring.calendar import service
from youke.tutoring.calendar.schemas import (
    CalendarOut,
    CalendarQuery,
    DayIn,
    MovesOut,
    YearIn,
)
from youke.workdays.service import Special, published

bp = APIBlueprint(
    "calendar_api", __name__, url_prefix="/api/v1/calendar", tag="tutoring"
)
administrators = having(*ADMINISTRATORS)


@bp.get("")
@policy(signed_in)
@bp.input(CalendarQuery, location="query")
@bp.output(CalendarOut)
def index(query_data: CalendarQuery) -> dict[str, Any]:
    """List what the days from one to another are, both included."""
    known = published(db_session())
    return {"items": known.days(query_data.since, query_data.until)}


@bp.put("/days/<string:day>")
@policy(administrators)
@retried
@bp.input(DayIn)
@bp.output(MovesOut)
def enter_day(day: str, json_data: DayIn) -> dict[str, Any]:
    """Say what a date is; sessions that cannot stay on it are moved."""
    wanted = service.date_called(day)
    special = Special(kind=json_data.kind, name=json_data.name, source=json_data.source)
    return {"moved": service.enter_day(db_session(), wanted, special)}


@bp.put("/years/<int:year>")
@policy(administrators)
@retried
@bp.input(YearIn)
@bp.output(MovesOut)
def enter_year(year: int, json_data: YearIn) -> dict[str, Any]:
    """Enter the whole list of a year; its days are no longer tentative."""
    days = {
        each.date: Special(kind=each.kind, name=each.name, source=json_data.source)
        for each in json_data.days
    }
    moved = service.enter_year(db_session(), year, json_data.source, days)
    return {"moved": moved}
