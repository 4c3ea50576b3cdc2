"""The pages on which sessions are changed, cancelled and put into calendars."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from tutoring_cast import Cast
from werkzeug.test import TestResponse

from youke.kernel.db import Database

Call = Callable[..., TestResponse]


@pytest.fixture
def town(client: FlaskClient, database: Database) -> tuple[Call, UUID]:
    """Return a browser that speaks English, and a session."""
    client.set_cookie("lang", "en")
    with database.transaction() as session:
        cast = Cast(session)
        tutor = cast.tutor()
        who = {"admin": cast.token(cast.admin()), "tutor": cast.token(tutor)}
        who["student"] = cast.token(cast.student())
        weekend = cast.weekend(tutor).id

    def call(
        person: str, path: str, form: dict[str, str] | None = None
    ) -> TestResponse:
        method = "GET" if form is None else "POST"
        return client.open(path, method=method, headers=who[person], data=form)

    return call, weekend


def test_an_administrator_changes_the_time_on_a_page(town: tuple[Call, UUID]) -> None:
    call, weekend = town
    shown = call("admin", f"/sessions/{weekend}/edit").text
    assert 'value="2099-11-28T14:00"' in shown

    form = {"starts_at": "2099-11-28T15:00", "ends_at": "2099-11-28T16:30"}
    saved = call("admin", f"/sessions/{weekend}/edit", form | {"capacity": "7"})

    assert saved.status_code == 302
    page = call("student", "/sessions").text
    assert "15:00–16:30" in page
    assert "0 of 7 places taken" in page


def test_a_wrong_time_is_explained_beside_its_field(town: tuple[Call, UUID]) -> None:
    call, weekend = town
    form = {"starts_at": "2026-02-28T15:00", "ends_at": "2026-02-28T16:30"}

    refused = call("admin", f"/sessions/{weekend}/edit", form | {"capacity": "7"})

    assert refused.status_code == 422
    assert 'id="f-starts_at-error"' in refused.text
    assert "make-up school day" in refused.text


def test_a_cancelled_session_is_shown_as_such(town: tuple[Call, UUID]) -> None:
    call, weekend = town

    assert call("admin", f"/sessions/{weekend}/cancel", {}).status_code == 302

    page = call("tutor", "/sessions").text
    assert "Cancelled" in page
    assert f"/desk/{weekend}" not in page
    assert call("admin", f"/sessions/{weekend}/edit").status_code == 403


@pytest.mark.parametrize("who", ["student", "tutor"])
def test_others_cannot_change_it(town: tuple[Call, UUID], who: str) -> None:
    call, weekend = town

    assert call(who, f"/sessions/{weekend}/edit").status_code == 403
    assert f"/sessions/{weekend}/edit" not in call(who, "/sessions").text


def test_the_address_of_a_calendar_is_shown_once(town: tuple[Call, UUID]) -> None:
    call, _ = town

    opened = call("student", "/sessions/calendar", {}).text
    again = call("student", "/sessions/calendar").text

    assert "webcal://" in opened
    assert "/calendar/" in opened
    assert "webcal://" not in again
    assert "New address" in again
