"""Calendars follow sessions: new, moved and cancelled ones, by a secret address."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import vobject
from flask.testing import FlaskClient
from tutoring_cast import SATURDAY, Cast

from youke.kernel.db import Database
from youke.tutoring import service
from youke.tutoring.service import SessionChange

if TYPE_CHECKING:
    from uuid import UUID

HOUR = timedelta(hours=1)


class Family:
    """A student in a session, and a calendar that reads the student's feed."""

    def __init__(self, client: FlaskClient, database: Database) -> None:
        self.client, self.database = client, database
        with database.transaction() as session:
            cast = Cast(session)
            self.student, self.tutor = cast.student(), cast.tutor()
            self.admin = cast.admin()
            weekend = cast.weekend(self.tutor)
            self.weekend: UUID = weekend.id
            question = cast.question(self.student, "秘密的问题")
            service.join(session, weekend.id, question.id, self.student)
            self.headers = cast.token(self.student)
            self.tutor_headers = cast.token(self.tutor)

    def address(self, headers: dict[str, str] | None = None) -> str:
        opened = self.client.post(
            "/api/v1/me/calendar-feed", headers=headers or self.headers
        )
        assert opened.status_code == 201
        url = urlsplit((opened.json or {})["url"])
        return f"{url.path}?{url.query}"

    def read(self, address: str) -> Any:
        """Return the calendar as a program of others understands it."""
        answer = self.client.get(address)
        assert answer.status_code == 200
        assert answer.mimetype == "text/calendar"
        found = vobject.readOne(answer.text)
        found.validate()
        return found

    def change(self, do: Callable[..., Any], *more: object) -> None:
        with self.database.transaction() as session:
            do(session, self.weekend, self.admin, *more)


@pytest.fixture
def family(client: FlaskClient, database: Database) -> Family:
    return Family(client, database)


def only(calendar: Any) -> Any:
    """Return the single event of a calendar."""
    (event,) = calendar.vevent_list
    return event


@pytest.mark.parametrize("who", ["student", "tutor"])
def test_a_feed_has_the_sessions_of_its_owner(family: Family, who: str) -> None:
    headers = family.headers if who == "student" else family.tutor_headers

    calendar = family.read(family.address(headers))

    event = only(calendar)
    assert event.uid.value == f"{family.weekend}@youke"
    assert event.dtstart.value == SATURDAY
    assert event.dtend.value == SATURDAY + 2 * HOUR
    assert event.status.value == "TENTATIVE"  # its year's holidays are not published
    assert event.sequence.value == "0"


def test_a_moved_session_is_the_same_event_at_another_time(family: Family) -> None:
    address = family.address()
    before = only(family.read(address))
    week = timedelta(days=7)
    later = SessionChange(starts_at=SATURDAY + week, ends_at=SATURDAY + week + HOUR)

    family.change(service.change, later)

    after = only(family.read(address))
    assert after.dtstart.value == SATURDAY + week
    assert after.dtend.value == SATURDAY + week + HOUR
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.last_modified.value >= before.last_modified.value


def test_a_cancelled_session_stays_and_says_so(family: Family) -> None:
    address = family.address()

    family.change(service.cancel)

    event = only(family.read(address))
    assert event.status.value == "CANCELLED"
    assert event.sequence.value == "1"


def test_a_feed_has_what_the_standards_ask_for(family: Family) -> None:
    answer = family.client.get(family.address())

    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
    for line in ("VERSION:2.0", "TZID:Asia/Shanghai", "METHOD:PUBLISH"):
        assert line in answer.text.splitlines()
    assert "DTSTART;TZID=Asia/Shanghai:20991128T140000" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_feed_tells_no_names_and_no_questions(family: Family) -> None:
    text = family.client.get(family.address()).text

    assert "秘密" not in text
    assert family.student.name not in text
    assert family.tutor.name not in text


def test_a_feed_speaks_the_language_in_which_it_was_opened(family: Family) -> None:
    family.client.set_cookie("lang", "en")
    english = family.address()
    family.client.delete_cookie("lang")

    assert "Tutoring" in family.client.get(english).text
    assert "辅导" in family.client.get(english.replace("lang=en", "lang=xx")).text


def test_a_new_address_closes_the_old_one(family: Family) -> None:
    old, new = family.address(), family.address()

    assert family.client.get(old).status_code == 404
    assert family.client.get(new).status_code == 200


def test_a_closed_feed_answers_no_more(family: Family) -> None:
    address = family.address()

    closed = family.client.delete("/api/v1/me/calendar-feed", headers=family.headers)

    assert closed.status_code == 204
    assert family.client.get(address).status_code == 404


@pytest.mark.parametrize("secret", ["x", "../etc", "0" * 500, "%00"])
def test_a_guessed_address_answers_nothing(client: FlaskClient, secret: str) -> None:
    assert client.get(f"/calendar/{secret}.ics").status_code == 404
