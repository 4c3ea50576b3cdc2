import json
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from tutoring_cast import Cast
from werkzeug.test import TestResponse

from youke.kernel.db import Database

ASK = {"subject": "math", "grade": 5, "text": "Why?"}
Headers = dict[str, str]


@pytest.fixture
def student(database: Database) -> Headers:
    with database.transaction() as session:
        cast = Cast(session)
        return cast.token(cast.student())


def ask(client: FlaskClient, headers: Headers, **changes: Any) -> TestResponse:
    # Escaped to ASCII, as programs do that know no better: also lone surrogates.
    body = json.dumps(ASK | changes)
    headers = headers | {"Content-Type": "application/json"}
    return client.post("/api/v1/questions", data=body, headers=headers)


def test_asking_answers_with_the_question_and_those_like_it(
    client: FlaskClient, student: Headers
) -> None:
    response = ask(client, student, images=[])
    assert response.status_code == 201
    assert response.json is not None
    assert response.json["similar"] == []
    shown = client.get(f"/api/v1/questions/{response.json['id']}", headers=student)
    assert shown.json is not None
    assert (shown.json["text"], shown.json["state"]) == ("Why?", "open")
    mine = client.get("/api/v1/questions", headers=student)
    assert mine.json == {"items": [shown.json], "next": None}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"subject": "alchemy"}, "unknown_subject"),
        ({"grade": 13}, "unknown_grade"),
        ({"text": ""}, "invalid"),
        ({"text": "   "}, "invalid"),
        ({"text": "x" * 4001}, "invalid"),
        ({"text": "a\x00b"}, "invalid"),
        ({"text": "\ud800"}, "invalid"),
        ({"text": None}, "invalid"),
        ({"position_s": 5}, "position_without_lesson"),
        ({"position_s": -1}, "invalid"),
        ({"lesson": "first"}, "invalid"),
        ({"images": ["a.png"]}, "pictures_not_accepted"),
        ({"urgent": True}, "unknown_field"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_code(
    client: FlaskClient, student: Headers, wrong: dict[str, Any], code: str
) -> None:
    response = ask(client, student, **wrong)
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["code"] == code


def test_the_longest_question_is_taken(client: FlaskClient, student: Headers) -> None:
    assert ask(client, student, text="问" * 4000).status_code == 201


def test_a_lesson_that_is_not_there_is_not_found(
    client: FlaskClient, student: Headers
) -> None:
    response = ask(client, student, lesson=str(uuid4()))
    assert response.status_code == 404


def test_the_same_idempotency_key_asks_once(
    client: FlaskClient, student: Headers
) -> None:
    headers = student | {"Idempotency-Key": "one"}
    first, second = ask(client, headers), ask(client, headers)
    assert first.json == second.json
    listed = client.get("/api/v1/questions", headers=student)
    assert listed.json is not None
    assert len(listed.json["items"]) == 1


def test_the_question_of_another_student_does_not_exist(
    client: FlaskClient, student: Headers, database: Database
) -> None:
    asked = ask(client, student).json
    assert asked is not None
    with database.transaction() as session:
        cast = Cast(session)
        other = cast.token(cast.student())
    path = f"/api/v1/questions/{asked['id']}"
    for response in (
        client.get(path, headers=other),
        client.delete(path, headers=other),
    ):
        assert response.status_code == 404
        assert response.json is not None
        assert response.json["code"] == "question_not_found"
    listed = client.get("/api/v1/questions", headers=other)
    assert listed.json == {"items": [], "next": None}


def test_only_students_ask(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        tutor = cast.token(cast.tutor())
    assert ask(client, tutor).status_code == 403
    assert ask(client, {"Authorization": "Bearer nobody"}).status_code == 401


def test_a_question_is_taken_back_by_deleting_it(
    client: FlaskClient, student: Headers
) -> None:
    asked = ask(client, student).json
    assert asked is not None
    path = f"/api/v1/questions/{asked['id']}"
    assert client.delete(path, headers=student).status_code == 204
    shown = client.get(path, headers=student).json
    assert shown is not None
    assert shown["state"] == "withdrawn"


def test_the_answers_on_a_hidden_lesson_are_hidden_with_it(
    client: FlaskClient, student: Headers, database: Database
) -> None:
    with database.transaction() as session:
        lesson_id = Cast(session).lesson(listed=False).id
    response = client.get(f"/api/v1/lessons/{lesson_id}/answers", headers=student)
    assert response.status_code == 404
