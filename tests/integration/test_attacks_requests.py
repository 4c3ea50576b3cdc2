"""Hostile requests: none may cost us an answer, and none may slip past a rule."""

import base64
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from harness.city import API, PASSWORD, Caller, City
from youke.accounts.service import Role
from youke.lessons.service import Lesson
from youke.media.models import (
    Encoding,
    EncodingState,
    StoredRendition,
    Upload,
    UploadState,
)
from youke.media.playback import LINK_LIFETIME_S
from youke_transcoder.model import Rendition

NOWHERE = "0199a000-0000-7000-8000-000000000000"
LATE_SESSION = {"starts_at": "9999-12-31T22:00:00Z", "ends_at": "9999-12-31T23:00:00Z"}


@pytest.fixture
def student(city: City) -> Caller:
    return city.student(grade=8)


@pytest.fixture
def lesson(city: City) -> Lesson:
    """A lesson of a minute that can be watched, with one rendition."""
    lesson = city.lesson(city.person("teacher", Role.TEACHER))
    with city.database.transaction() as session:
        session.merge(lesson).duration_s = 60.0
        upload = Upload(
            lesson_id=lesson.id,
            filename="a.mp4",
            size=1,
            part_size=1,
            key="k",
            multipart_id="",
            state=UploadState.COMPLETED.value,
            expires_at=lesson.created_at,
        )
        session.add(upload)
        session.flush()
        encoding = Encoding(
            lesson_id=lesson.id,
            upload_id=upload.id,
            state=EncodingState.CURRENT.value,
        )
        encoding.renditions = [rendition()]
        session.add(encoding)
    return lesson


def rendition() -> StoredRendition:
    known = Rendition(
        name="360p",
        profiles=("web",),
        kind="video",
        container="fmp4",
        path="360p.mp4",
        width=640,
        height=360,
        fps=25.0,
        codecs="avc1.640028",
        bandwidth=500_000,
        average_bandwidth=400_000,
        size=1,
        sha256="0" * 64,
        duration_s=60.0,
        init=None,
        segments=(),
    )
    return StoredRendition(
        name=known.name, position=0, key="k", description=known.to_dict()
    )


@pytest.mark.parametrize("interval", [[0, 1e30], [1e300, 1e300], [1e25, 1e308]])
def test_watched_seconds_beyond_every_lesson_count_only_within_it(
    student: Caller, lesson: Lesson, interval: list[float]
) -> None:
    beat = {"session": "tab", "position_s": 1, "intervals": [interval]}
    answer = student.post(f"/lessons/{lesson.id}/watch", beat)
    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/lessons", "/lessons?sort=likes", "/sessions"),
        *("/questions", "/notices"),
    ],
)
def test_a_cursor_with_a_number_of_four_hundred_digits_is_refused(
    student: Caller, path: str
) -> None:
    fields = [10**400] if path in {"/questions", "/notices"} else [10**400, NOWHERE]
    cursor = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
    joint = "&" if "?" in path else "?"
    answer = student.get(f"{path}{joint}cursor={cursor}")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("query", ["q=%00", "tag=a%00b", "q=a+%00+b"])
def test_a_page_searched_for_a_null_character_finds_nothing(
    client: FlaskClient, student: Caller, lesson: Lesson, query: str
) -> None:
    answer = client.get(f"/lessons?{query}", headers=student.headers)
    assert answer.status_code == 200
    assert str(lesson.id) not in answer.text


def test_a_body_that_is_a_form_and_json_at_once_gives_no_more_guesses(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)
    for number in range(10):
        assert both_at_once(client, f"decoy{number}", "wrong").status_code == 401
    assert both_at_once(client, "another", PASSWORD).status_code == 429


def both_at_once(client: FlaskClient, decoy: str, password: str) -> Any:
    """Name the decoy in JSON and the student in the form."""
    form = f"&username=student&password={password}&b="
    return client.post(
        "/sign-in",
        data=json.dumps({"username": decoy, "a": form}, separators=(",", ":")),
        content_type="application/x-www-form-urlencoded",
        # Who names a token is not asked for one against forgery.
        headers={"Authorization": "Bearer x"},
    )


def test_one_password_is_not_tried_on_everybody(
    city: City, client: FlaskClient
) -> None:
    for number in range(11):
        city.person(f"student{number}", Role.STUDENT)
    for number in range(100):
        assert ask_for_token(client, f"student{number // 10}", "wrong") == 401
    assert ask_for_token(client, "student10", PASSWORD) == 429


def ask_for_token(client: FlaskClient, username: str, password: str) -> int:
    credentials = {"username": username, "password": password}
    return client.post(f"{API}/auth/token", json=credentials).status_code


def test_a_playback_link_does_not_renew_itself(
    client: FlaskClient,
    student: Caller,
    lesson: Lesson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    described = student.get(f"/lessons/{lesson.id}").get_json()
    link = described["playback"]["web"]
    shift_time(monkeypatch, LINK_LIFETIME_S - 60)

    main = client.get(link)

    assert main.status_code == 200
    (rendition_link,) = [line for line in main.text.splitlines() if "token=" in line]
    assert client.get(rendition_link).status_code == 200
    shift_time(monkeypatch, LINK_LIFETIME_S + 60)
    assert client.get(rendition_link).status_code == 403


def shift_time(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    later = SimpleNamespace(time=lambda: time.time() + seconds)
    monkeypatch.setattr("itsdangerous.timed.time", later)


def test_a_session_at_the_end_of_time_is_refused_and_breaks_no_page(
    city: City, client: FlaskClient, student: Caller
) -> None:
    tutor = city.caller(city.person("tutor", Role.TUTOR))
    session = {"subject": "physics", "grades": [8], "capacity": 3, "tutors": ["tutor"]}

    answer = tutor.post("/sessions", session | LATE_SESSION)

    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"starts_at", "ends_at"}
    for path in ("/sessions", "/ask"):
        assert client.get(path, headers=student.headers).status_code == 200
