"""Idempotency-Key: the same creating request, sent again, creates once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from harness.city import Caller, City
from youke.lessons.service import Lesson

LESSON: dict[str, Any] = {"title": "光的折射", "grade": 8, "subject": "physics"}


def create(
    teacher: Caller, key: str, lesson: dict[str, Any] | None = None
) -> TestResponse:
    return teacher.post("/lessons", lesson or LESSON, headers={"Idempotency-Key": key})


def lessons(city: City) -> int:
    with city.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Lesson)) or 0


def test_the_same_request_sent_twice_creates_one_lesson(city: City) -> None:
    teacher = city.teacher()

    first, second = create(teacher, "a"), create(teacher, "a")

    assert first.status_code == second.status_code == 201
    assert first.data == second.data
    assert first.content_type == second.content_type
    assert lessons(city) == 1


def test_ten_at_once_create_one_lesson(city: City, app: APIFlask) -> None:
    teacher = city.teacher()

    def send(_: int) -> tuple[int, bytes]:
        # A test client is not for several threads; the application is.
        answer = create(Caller(app.test_client(), teacher.person, teacher.token), "a")
        return answer.status_code, answer.data

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(10)))

    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert lessons(city) == 1


def test_another_request_with_the_same_key_is_a_conflict(city: City) -> None:
    teacher = city.teacher()
    create(teacher, "a")
    answer = create(teacher, "a", LESSON | {"title": "另一课"})
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "idempotency_key_reused"
    assert lessons(city) == 1


def test_keys_of_two_people_are_independent(city: City) -> None:
    first = create(city.teacher("one"), "a").get_json()
    second = create(city.teacher("two"), "a").get_json()
    assert first["id"] != second["id"]
    assert lessons(city) == 2


def test_a_refused_request_leaves_its_key_free(city: City) -> None:
    teacher = city.teacher()
    assert create(teacher, "a", LESSON | {"subject": "latin"}).status_code == 422
    assert create(teacher, "a").status_code == 201


def test_without_a_key_every_request_creates(city: City) -> None:
    teacher = city.teacher()
    for _ in range(2):
        assert teacher.post("/lessons", LESSON).status_code == 201
    assert lessons(city) == 2


@pytest.mark.parametrize(("key", "status"), [("x" * 200, 201), ("x" * 201, 422)])
def test_a_key_has_at_most_200_characters(city: City, key: str, status: int) -> None:
    answer = create(city.teacher(), key)
    assert answer.status_code == status
    if status == 422:
        assert answer.get_json()["code"] == "idempotency_key_too_long"


def test_a_key_also_names_the_address(city: City) -> None:
    teacher = city.teacher()
    lesson = create(teacher, "a").get_json()
    answer = teacher.post(
        f"/lessons/{lesson['id']}/uploads",
        {"filename": "a.mp4", "size": 5},
        headers={"Idempotency-Key": "a"},
    )
    assert answer.status_code == 409
