"""Watching and liking over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from engagement_cast import Cast
from flask.testing import FlaskClient

from youke.kernel.db import Database
from youke.lessons.service import Lesson


class Viewer:
    """A student with a client and a lesson."""

    def __init__(self, client: FlaskClient, database: Database) -> None:
        self.client = client
        with database.transaction() as session:
            cast = Cast(session)
            self.lesson: Lesson = cast.lesson()
            self.hidden: Lesson = cast.lesson(listed=False)
            self.headers = cast.token(cast.student())

    def watch(self, lesson: Lesson | None = None, **beat: Any) -> Any:
        sent = {"session": "tab", "position_s": 12, "intervals": [[0, 12]]} | beat
        path = f"/api/v1/lessons/{(lesson or self.lesson).id}/watch"
        return self.client.post(path, json=sent, headers=self.headers)

    def like(self, method: str, lesson: Lesson | None = None) -> Any:
        path = f"/api/v1/lessons/{(lesson or self.lesson).id}/like"
        return self.client.open(path, method=method, headers=self.headers)

    def show(self) -> Any:
        path = f"/api/v1/lessons/{self.lesson.id}"
        return self.client.get(path, headers=self.headers).json


@pytest.fixture
def viewer(client: FlaskClient, database: Database) -> Viewer:
    return Viewer(client, database)


def test_a_heartbeat_is_taken_and_the_lesson_says_where_to_go_on(
    viewer: Viewer,
) -> None:
    assert viewer.show()["position_s"] is None

    answer = viewer.watch()

    assert (answer.status_code, answer.data) == (204, b"")
    assert viewer.show()["position_s"] == 12


@pytest.mark.parametrize(
    ("beat", "code"),
    [
        ({"intervals": [[5, 4]]}, "invalid_intervals"),
        ({"intervals": [[-1, 4]]}, "invalid_intervals"),
        ({"intervals": [[0, 1]] * 201}, "invalid_intervals"),
        ({"position_s": -3}, "invalid_position"),
        ({"intervals": [[0, 1, 2]]}, "invalid"),
        ({"intervals": "all of it"}, "invalid"),
        ({"session": ""}, "invalid"),
        ({"speed": 0}, "invalid"),
        ({"visible": "now and then"}, "invalid"),
        ({"volume": 2}, "unknown_field"),
    ],
)
def test_a_heartbeat_that_makes_no_sense_is_refused_with_a_code(
    viewer: Viewer, beat: dict[str, Any], code: str
) -> None:
    answer = viewer.watch(**beat)

    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_a_number_without_end_is_no_second(viewer: Viewer) -> None:
    answer = viewer.client.post(
        f"/api/v1/lessons/{viewer.lesson.id}/watch",
        data='{"session": "tab", "position_s": 0, "intervals": [[0, 1e999]]}',
        content_type="application/json",
        headers=viewer.headers,
    )

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_intervals")


def test_a_like_is_put_and_deleted(viewer: Viewer) -> None:
    put, again = viewer.like("PUT"), viewer.like("PUT")
    assert put.json == again.json == {"likes": 1, "liked": True}
    assert viewer.show()["liked"] is True

    taken = viewer.like("DELETE")

    assert (taken.status_code, taken.json) == (200, {"likes": 0, "liked": False})
    assert viewer.show()["liked"] is False


def test_hidden_and_unknown_lessons_are_not_found(viewer: Viewer) -> None:
    unknown = Lesson(id=uuid4())

    answers = [
        answer
        for lesson in (viewer.hidden, unknown)
        for answer in (viewer.watch(lesson), viewer.like("PUT", lesson))
    ]

    assert [a.status_code for a in answers] == [404] * 4


def test_only_people_who_are_signed_in_watch_and_like(viewer: Viewer) -> None:
    viewer.headers = {}

    assert [viewer.watch().status_code, viewer.like("PUT").status_code] == [401, 401]


def test_what_was_seen_without_a_network_comes_in_one_piece(viewer: Viewer) -> None:
    def event(lesson: str, start: float) -> dict[str, Any]:
        seen = [[start, start + 10]]
        return {"lesson": lesson, "session": "tab", "position_s": 9, "intervals": seen}

    known, gone = str(viewer.lesson.id), str(uuid4())
    sent = {"events": [event(known, 0), event(gone, 0), event(known, 10)]}

    answer = viewer.client.post("/api/v1/watches", json=sent, headers=viewer.headers)

    assert answer.status_code == 200
    assert answer.json == {"refused": [{"lesson": gone, "code": "lesson_not_found"}]}
    assert viewer.show()["position_s"] == 9
    nothing: dict[str, Any] = {"events": []}
    refused = viewer.client.post(
        "/api/v1/watches", json=nothing, headers=viewer.headers
    )
    assert refused.status_code == 422
