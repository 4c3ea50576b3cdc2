"""Sessions keep off make-up days, and move when the calendar changes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from tutoring_cast import Cast
from werkzeug.test import TestResponse

from youke.kernel import clock
from youke.kernel.db import Database
from youke.notices.models import Notice
from youke.tutoring import service
from youke.tutoring.calendar import service as calendar
from youke.tutoring.errors import MakeupDayError, NoSuchDateError, OtherYearError
from youke.tutoring.service import SessionDraft
from youke.workdays.service import DayKind, Special, published

SATURDAY = date(2099, 11, 28)
MAKEUP = Special(kind=DayKind.MAKEUP, name="国庆节", source="a test")


def at(day: date, hour: int = 14) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=clock.LOCAL_ZONE)


def draft(cast: Cast, day: date, tutor: str | None = None) -> SessionDraft:
    return SessionDraft(
        subject="math",
        grades=[5],
        starts_at=at(day),
        ends_at=at(day, 16),
        capacity=5,
        tutors=[tutor or cast.tutor().username],
    )


def told(session: Session, person_id: object) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.person_id == person_id)))


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_a_makeup_day_of_2026_is_refused_as_a_session_day(
    session: Session, day: str
) -> None:
    cast = Cast(session)
    wanted = draft(cast, date.fromisoformat(f"2026-{day}"))

    with pytest.raises(MakeupDayError) as refused:
        service.publish_session(session, cast.admin(), wanted)

    assert refused.value.code == "makeup_day"
    assert day in refused.value.message


def test_a_session_that_ends_at_midnight_is_not_of_the_next_day(
    session: Session,
) -> None:
    cast = Cast(session)
    wanted = draft(cast, date(2026, 2, 27))
    late = SessionDraft(
        **{**vars(wanted), "starts_at": at(date(2026, 2, 27), 22)}
        | {"ends_at": at(date(2026, 2, 28), 0)}
    )

    assert service.publish_session(session, cast.admin(), late).id


def test_a_day_that_becomes_a_makeup_day_moves_its_sessions_and_tells_people(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor, student = cast.tutor(), cast.student()
    moved = service.publish_session(
        session, cast.admin(), draft(cast, SATURDAY, tutor.username)
    )
    service.join(session, moved.id, cast.question(student).id, student)

    (move,) = calendar.enter_day(session, SATURDAY, MAKEUP)

    session.expire_all()
    assert move.after == moved.starts_at == at(SATURDAY + timedelta(days=1))
    assert moved.ends_at == at(SATURDAY + timedelta(days=1), 16)
    for person in (tutor, student):
        (notice,) = [n for n in told(session, person.id) if "moved" in n.kind]
        assert notice.data == {
            "before": "2099-11-28 14:00",
            "after": "2099-11-29 14:00",
        }


def test_a_session_does_not_move_to_where_its_tutor_is_busy(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor, admin = cast.tutor(), cast.admin()
    moved = service.publish_session(
        session, admin, draft(cast, SATURDAY, tutor.username)
    )
    service.publish_session(
        session, admin, draft(cast, SATURDAY + timedelta(days=1), tutor.username)
    )

    (move,) = calendar.enter_day(session, SATURDAY, MAKEUP)

    assert move.session_id == moved.id
    assert move.after == at(SATURDAY + timedelta(days=7))


def test_sessions_of_the_past_and_of_other_days_stay(session: Session) -> None:
    cast = Cast(session)
    other = service.publish_session(
        session, cast.admin(), draft(cast, SATURDAY + timedelta(days=1))
    )

    assert calendar.enter_day(session, SATURDAY, MAKEUP) == []
    assert other.starts_at == at(SATURDAY + timedelta(days=1))


def test_a_year_is_tentative_until_its_list_is_entered(session: Session) -> None:
    day = date(2027, 2, 20)
    assert published(session).day(day).tentative

    calendar.enter_year(session, 2027, "a test", {day: MAKEUP})

    known = published(session)
    assert not known.day(day).tentative
    assert known.day(day).kind is DayKind.MAKEUP
    assert published(session).day(date(2028, 1, 1)).tentative


def test_a_list_with_a_day_of_another_year_is_refused(session: Session) -> None:
    with pytest.raises(OtherYearError):
        calendar.enter_year(session, 2027, "a test", {date(2028, 1, 1): MAKEUP})


@pytest.mark.parametrize("text", ["", "2026-02-30", "1066-10-14", "0", "2300-01-01"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NoSuchDateError):
        calendar.date_called(text)


@pytest.fixture
def town(client: FlaskClient, database: Database) -> Callable[..., TestResponse]:
    """Return a caller of the API: who, method, path, body."""
    with database.transaction() as session:
        cast = Cast(session)
        who = {"admin": cast.token(cast.admin()), "student": cast.token(cast.student())}
        tutor = cast.tutor()
        who["tutor"], name = cast.token(tutor), tutor.username

    def call(person: str, method: str, path: str, **body: object) -> TestResponse:
        if path == "sessions":
            body["tutors"] = [name]
        address = f"/api/v1/{path}"
        return client.open(
            address, method=method, headers=who[person], json=body or None
        )

    return call


def test_the_api_refuses_a_makeup_day_and_calls_a_far_year_tentative(
    town: Callable[..., TestResponse],
) -> None:
    wanted = {"subject": "math", "grades": [5], "capacity": 3}
    makeup = {"starts_at": "2026-02-28T14:00", "ends_at": "2026-02-28T15:00"}
    far = {"starts_at": "2099-11-28T14:00", "ends_at": "2099-11-28T15:00"}

    refused = town("tutor", "POST", "sessions", **wanted, **makeup)
    opened = town("tutor", "POST", "sessions", **wanted, **far)

    assert (refused.status_code, refused.json["code"]) == (422, "makeup_day")  # type: ignore[index]  # it has a body
    assert opened.status_code == 201
    assert opened.json["tentative"] is True  # type: ignore[index]  # it has a body


def test_an_administrator_enters_a_year_over_the_api_and_sessions_move(
    town: Callable[..., TestResponse],
) -> None:
    wanted = {"subject": "math", "grades": [5], "capacity": 3}
    wanted |= {"starts_at": "2099-11-28T14:00", "ends_at": "2099-11-28T15:00"}
    opened = town("tutor", "POST", "sessions", **wanted).json or {}
    days = [{"date": "2099-11-28", "kind": "makeup", "name": "国庆节"}]

    entered = town("admin", "PUT", "calendar/years/2099", source="x", days=days)
    listed = town("student", "GET", "calendar?from=2099-11-27&to=2099-11-29")

    assert entered.json == {
        "moved": [
            {
                "session": opened["id"],
                "before": "2099-11-28T06:00:00Z",
                "after": "2099-11-29T06:00:00Z",
            }
        ]
    }
    kinds = [(day["kind"], day["tentative"]) for day in (listed.json or {})["items"]]
    assert kinds == [("school", False), ("makeup", False), ("weekend", False)]


@pytest.mark.parametrize("who", ["student", "tutor"])
def test_only_administrators_enter_days(
    town: Callable[..., TestResponse], who: str
) -> None:
    day = {"kind": "makeup", "name": "x", "source": "x"}

    assert town(who, "PUT", "calendar/days/2099-11-28", **day).status_code == 403
