"""What the forms of questions and sessions propose, accept and complain about."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from math import inf
from typing import Any
from uuid import UUID

from youke.kernel.clock import local
from youke.kernel.errors import YoukeError
from youke.kernel.schema import Schema

SATURDAY = 5
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


def usual_times(moment: datetime) -> dict[str, Any]:
    """Return what the form of a new session proposes: the next Saturday to come."""
    today = local(moment).date()
    ahead = (SATURDAY - today.weekday()) % 7 or 7
    saturday = today + timedelta(days=ahead)
    return {
        "starts_at": datetime.combine(saturday, USUAL_START).isoformat("T", "minutes"),
        "ends_at": datetime.combine(saturday, USUAL_END).isoformat("T", "minutes"),
        "capacity": USUAL_CAPACITY,
    }


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
