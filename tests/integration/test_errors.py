"""Errors are problem documents (RFC 9457) for programs and pages for people."""

import json
import re
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from harness.city import API, Caller, City
from youke.http.context import runtime
from youke.lessons import api as lessons_api
from youke.storage import StorageUnavailableError

LESSON = {"title": "光的折射", "grade": 8, "subject": "physics"}
JSON = "application/json"
NOWHERE = "0199a000-0000-7000-8000-000000000000"


def problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Check the form of a problem document and return it."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert "Traceback" not in answer.text
    return body


@pytest.fixture
def teacher(city: City) -> Caller:
    return city.teacher()


def test_nobody_is_asked_to_sign_in_first(client: FlaskClient) -> None:
    problem(client.get(f"{API}/me"), 401, "unauthenticated")
    problem(client.post(f"{API}/lessons", json=LESSON), 401, "unauthenticated")


def test_an_ended_token_is_told_apart_from_a_forged_form(client: FlaskClient) -> None:
    answer = client.post(
        f"{API}/lessons", json=LESSON, headers={"Authorization": "Bearer ended"}
    )
    problem(answer, 401, "unauthenticated")


def test_a_student_may_not_create_lessons(city: City) -> None:
    problem(city.student().post("/lessons", LESSON), 403, "forbidden")


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/lessons/not-a-uuid", f"/lessons/{NOWHERE}/nothing", "/../etc"],
)
def test_there_is_nothing_at_a_wrong_address(teacher: Caller, path: str) -> None:
    problem(teacher.get(path), 404, "not_found")


def test_an_unknown_lesson_is_named_as_such(teacher: Caller) -> None:
    problem(teacher.get(f"/lessons/{NOWHERE}"), 404, "lesson_not_found")


def test_a_wrong_method_is_told_the_right_ones(teacher: Caller) -> None:
    answer = teacher.call("DELETE", "/lessons")
    problem(answer, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_an_unknown_field_is_named(teacher: Caller) -> None:
    body = problem(
        teacher.post("/lessons", LESSON | {"tittle": "x"}), 422, "unknown_field"
    )
    assert list(body["errors"]) == ["tittle"]


def test_an_unknown_query_field_is_named(teacher: Caller) -> None:
    body = problem(teacher.get("/lessons?page=2"), 422, "unknown_field")
    assert list(body["errors"]) == ["page"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"title": " \u3000"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": 7}, "title"),
        ({"title": None}, "title"),
        ({"title": ["光"]}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"summary": "x" * 5001}, "summary"),
        ({"tags": "一"}, "tags"),
        ({"tags": ["x"] * 21}, "tags"),
        ({"tags": [""]}, "tags.0"),
        ({"tags": ["a\x00"]}, "tags.0"),
        ({"tags": ["ok", "x" * 41]}, "tags.1"),
        ({"grade": 7.5}, "grade"),
        ({"grade": []}, "grade"),
        ({"grade": True}, "grade"),
        ({"subject": {}}, "subject"),
        ({"edition": "\x00"}, "edition"),
    ],
)
def test_a_wrong_value_is_named(
    teacher: Caller, fields: dict[str, Any], wrong: str
) -> None:
    # Not by the client's own encoder, which refuses half of a surrogate pair.
    text = json.dumps(LESSON | fields)
    answer = teacher.call("POST", "/lessons", data=text, content_type=JSON)
    body = problem(answer, 422, "invalid")
    assert list(body["errors"]) == [wrong]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"\xff\xfe",
        b'{"title": NaN}',
        b'{"title": "x", "grade": Infinity}',
        b"[" * 200_000,
        b'{"title":' * 50_000,
        b'{"grade": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_garbage_is_a_bad_request(teacher: Caller, body: bytes) -> None:
    answer = teacher.call("POST", "/lessons", data=body, content_type=JSON)
    problem(answer, 400, "bad_request")


@pytest.mark.parametrize("body", [b"[]", b"7", b'"text"', b"[[]]"])
def test_a_body_that_is_no_object_is_invalid(teacher: Caller, body: bytes) -> None:
    answer = teacher.call("POST", "/lessons", data=body, content_type=JSON)
    problem(answer, 422, "invalid")


def test_a_form_instead_of_json_is_refused(teacher: Caller) -> None:
    answer = teacher.call("POST", "/lessons", data=LESSON)
    problem(answer, 415, "unsupported_media_type")


def test_json_under_another_name_is_read_all_the_same(teacher: Caller) -> None:
    answer = teacher.call(
        "POST", "/lessons", data=json.dumps(LESSON), content_type="text/plain"
    )
    assert answer.status_code == 201


def test_a_body_of_two_megabytes_is_too_large(teacher: Caller) -> None:
    answer = teacher.post("/lessons", LESSON | {"summary": "x" * 2_000_000})
    problem(answer, 413, "too_large")


def test_a_conflict_says_what_is_missing(city: City, teacher: Caller) -> None:
    lesson = city.lesson(teacher.person, listed=False)
    file = {"filename": "a.mp4", "size": 20_000_000}
    upload = teacher.post(f"/lessons/{lesson.id}/uploads", file).get_json()

    answer = teacher.post(f"/uploads/{upload['id']}/complete")

    assert problem(answer, 409, "parts_missing")["missing"] == [1, 2, 3]


def test_a_defect_of_ours_shows_no_trace(
    teacher: Caller, app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(lessons_api, "list_lessons", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = teacher.get("/lessons")

    problem(answer, 500, "internal")
    assert "secret detail" not in answer.text


def test_an_absent_database_is_a_pause_not_a_defect(
    teacher: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("connection to 10.0.0.7 failed"))

    monkeypatch.setattr(lessons_api, "list_lessons", gone)

    answer = teacher.get("/lessons")

    problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "10.0.0.7" not in answer.text


def test_an_absent_store_is_logged_for_us_and_not_shown(
    city: City,
    teacher: Caller,
    app: APIFlask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise StorageUnavailableError(reason="connection to 10.0.0.7 failed")

    with app.app_context():
        monkeypatch.setattr(runtime().store, "create_multipart", gone)
    lesson = city.lesson(teacher.person, listed=False)

    answer = teacher.post(
        f"/lessons/{lesson.id}/uploads", {"filename": "a.mp4", "size": 5}
    )

    problem(answer, 503, "storage_unavailable")
    assert "10.0.0.7" not in answer.text
    assert "10.0.0.7" in caplog.text
    assert city.reread(lesson.id).state == "created"


def test_people_get_a_page_in_their_language(client: FlaskClient) -> None:
    client.set_cookie("lang", "en")
    answer = client.get("/nothing/here")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert '<html lang="en"' in answer.text


def test_people_are_sent_to_sign_in_and_come_back(client: FlaskClient) -> None:
    answer = client.get("/studio?x=光")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=/studio?x%3D")


def test_what_cannot_be_read_again_is_not_returned_to(client: FlaskClient) -> None:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert found
    answer = client.post("/sign-out", data={"csrf_token": found.group(1)})
    assert answer.location == "/sign-in?next=/"
