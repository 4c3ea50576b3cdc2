from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from youke.kernel.clock import LOCAL_ZONE
from youke.tutoring.forms import filled, identifier, seconds, usual_times
from youke.tutoring.schemas import HandoverIn, SessionIn
from youke.workdays.days import Published
from youke.workdays.state_council import NOTICES

SESSION = {
    "subject": "math",
    "grades": [5],
    "starts_at": "2026-11-28T14:00",
    "ends_at": "2026-11-28T16:00",
    "capacity": 10,
    "tutors": ["tutor"],
}


KNOWN = Published(
    special={day: each for notice in NOTICES for day, each in notice.special()},
    years={notice.year for notice in NOTICES},
)


@pytest.mark.parametrize(
    ("today", "saturday"),
    [
        ("2026-11-23", "2026-11-28"),  # Monday
        ("2026-11-27", "2026-11-28"),  # Friday
        ("2026-11-28", "2026-12-05"),  # Saturday: the next one
        ("2026-11-29", "2026-12-05"),  # Sunday
        ("2026-02-10", "2026-03-07"),  # no make-up Saturday, and none of 春节
    ],
)
def test_the_form_proposes_the_next_saturday_to_come(today: str, saturday: str) -> None:
    noon = datetime.fromisoformat(today).replace(hour=12, tzinfo=LOCAL_ZONE)
    proposed = usual_times(noon, KNOWN)
    assert proposed["starts_at"] == f"{saturday}T14:00"
    assert proposed["ends_at"] == f"{saturday}T16:00"


@pytest.mark.parametrize(
    ("text", "value"),
    [("83", 83.0), ("1.5", 1.5), ("0", 0.0)]
    + [(bad, None) for bad in ("nan", "inf", "-1", "1:20", "", None)],
)
def test_only_a_number_from_zero_is_a_second(text: str, value: float | None) -> None:
    assert seconds(text) == value


def test_what_is_no_identifier_is_none() -> None:
    assert identifier("../etc") is None
    assert identifier(None) is None


def test_empty_fields_and_those_of_others_are_left_out_of_a_form() -> None:
    form = {"tutor": "", "csrf_token": "x"}
    assert filled(form, HandoverIn) == {}


def test_a_time_without_a_zone_is_the_schools_time() -> None:
    wanted = SessionIn.model_validate(SESSION)
    assert wanted.starts_at == datetime(2026, 11, 28, 6, tzinfo=UTC)


def test_a_time_with_a_zone_keeps_its_moment() -> None:
    wanted = SessionIn.model_validate(SESSION | {"starts_at": "2026-11-28T06:00Z"})
    assert wanted.starts_at == datetime(2026, 11, 28, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"capacity": 0},
        {"capacity": 1001},
        {"grades": []},
        {"tutors": []},
        {"starts_at": "soon"},
        # In UTC this is a year that neither Python nor PostgreSQL knows.
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"subject": None},
        {"room": "1"},
    ],
)
def test_a_session_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SessionIn.model_validate(SESSION | wrong)
