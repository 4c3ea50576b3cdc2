"""What the forms of questions and sessions propose, accept and complain about."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from math import inf
from typing import Any
from uuid import UUID

from youke.kernel.clock import local
from youke.kernel.errors import YoukeError
from youke.kernel.schema import Schema
from youke.workdays.service import DayKind, Published

SATURDAY = 5
#: Days within which there is nearly always a free Saturday.
LOOK_AHEAD = 28
#: What the form of a new session proposes: an afternoon of so many places.
USUAL_START, USUAL_END, USUAL_CAPACITY = time(14), time(16), 30
#: The field of a form that an error speaks of.
FIELD_OF = {
    "unknown_subject": "subject",
    "unknown_grade": "grade",
    "position_without_lesson": "position_s",
    "position_outside_lesson": "position_s",
    "session_ends_too_early": "ends_at",
    "session_too_long": "ends_at",
    "makeup_day": "starts_at",
    "fewer_places_than_taken": "capacity",
    "not_a_tutor": "tutors",
    "tutor_busy": "tutors",
}


def filled(form: Mapping[str, Any], schema: type[Schema]) -> dict[str, Any]:
    """Return what was filled in of the fields that the schema knows."""
    return {name: form[name] for name in schema.model_fields if form.get(name)}


def field_of(error: YoukeError, form: Mapping[str, Any]) -> str:
    """Return the field beside which an error is shown, else `form` for its head."""
    field = FIELD_OF.get(error.code, "form")
    # A session has several grades where a question has one.
    return "grades" if field == "grade" and "grades" in form else field


def usual_times(moment: datetime, known: Published) -> dict[str, Any]:
    """Return what the form of a new session proposes: the next free Saturday."""
    day = _next_saturday(local(moment).date(), known)
    return {
        "starts_at": datetime.combine(day, USUAL_START).isoformat("T", "minutes"),
        "ends_at": datetime.combine(day, USUAL_END).isoformat("T", "minutes"),
        "capacity": USUAL_CAPACITY,
    }


def _next_saturday(today: date, known: Published) -> date:
    ahead = known.days(today + timedelta(days=1), today + timedelta(days=LOOK_AHEAD))
    weekends = [day.date for day in ahead if day.kind is DayKind.WEEKEND]
    saturdays = [day for day in weekends if day.weekday() == SATURDAY]
    return saturdays[0] if saturdays else today + timedelta(days=1)


def seconds(value: object) -> float | None:
    """Return the value as seconds from a beginning, None when it is none."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 <= number < inf else None


def identifier(value: object) -> UUID | None:
    """Return the value as an identifier, None when it is none."""
    try:
        return UUID(str(value))
    except ValueError:
        return None
