"""From the question to the answer over the API, and who may do what."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from tutoring_cast import Cast
from werkzeug.test import TestResponse

from youke.kernel.db import Database

Headers = dict[str, str]
SESSION = {
    "subject": "数学",
    "grades": [5, "六年级"],
    "starts_at": "2099-11-28T14:00",
    "ends_at": "2099-11-28T16:00:00+08:00",
    "capacity": 3,
}


@dataclass
class Town:
    """Who there is, and how they call the API."""

    client: FlaskClient
    student: Headers
    other_student: Headers
    tutor: Headers
    other_tutor: Headers
    admin: Headers
    tutor_name: str
    student_name: str
    lesson: UUID

    def call(
        self, who: Headers, method: str, path: str, json: object = None
    ) -> TestResponse:
        return self.client.open(f"/api/v1{path}", method=method, headers=who, json=json)

    def made(self, who: Headers, path: str, json: object) -> dict[str, Any]:
        response = self.call(who, "POST", path, json)
        assert response.status_code == 201, response.text
        return dict(response.json or {})

    def weekend(self) -> dict[str, Any]:
        body = SESSION | {"tutors": [self.tutor_name]}
        return self.made(self.admin, "/sessions", body)

    def question(self, who: Headers, **more: object) -> dict[str, Any]:
        body = {"subject": "math", "grade": 5, "text": "为什么要通分？"}
        return self.made(who, "/questions", body | more)

    def ticket(self, who: Headers, weekend: dict[str, Any]) -> dict[str, Any]:
        body = {"question": self.question(who)["id"]}
        return self.made(who, f"/sessions/{weekend['id']}/tickets", body)


@pytest.fixture
def town(client: FlaskClient, database: Database) -> Town:
    with database.transaction() as session:
        cast = Cast(session)
        student, tutor = cast.student(), cast.tutor()
        return Town(
            client=client,
            student=cast.token(student),
            other_student=cast.token(cast.student()),
            tutor=cast.token(tutor),
            other_tutor=cast.token(cast.tutor()),
            admin=cast.token(cast.admin()),
            tutor_name=tutor.username,
            student_name=student.name,
            lesson=cast.lesson(duration_s=60).id,
        )


def code(response: TestResponse) -> tuple[int, str]:
    assert response.json is not None
    return response.status_code, response.json["code"]


def test_a_question_is_asked_queued_called_answered_told_and_seen(town: Town) -> None:
    # Given a session and a question from a lesson at its 12th second
    weekend = town.weekend()
    lesson = str(town.lesson)
    question = town.question(town.student, lesson=lesson, position_s=12)
    # When it is queued,
    path = f"/sessions/{weekend['id']}/tickets"
    ticket = town.made(town.student, path, {"question": question["id"]})
    assert ticket["position"] == 1
    assert ticket["estimate"] == {"from_min": 0, "to_min": 9}
    assert ticket["reason"]
    # called,
    called = town.call(town.tutor, "POST", f"/sessions/{weekend['id']}/next")
    assert called.status_code == 200
    assert called.json is not None
    assert called.json["id"] == ticket["id"]
    assert called.json["question"]["text"] == "为什么要通分？"
    assert called.json["student_name"] == town.student_name
    # and answered,
    answer = {"text": "分母不同，单位就不同。"}
    path = f"/tickets/{ticket['id']}/answer"
    assert town.call(town.tutor, "POST", path, answer).status_code == 200
    # then the student is told,
    notices = town.call(town.student, "GET", "/notices").json
    assert notices is not None
    assert notices["unread"] == 2
    assert notices["items"][0]["kind"] == "question_answered"
    assert notices["items"][0]["href"] == f"/questions/{question['id']}"
    # reads the answer,
    shown = town.call(town.student, "GET", f"/questions/{question['id']}").json
    assert shown is not None
    assert (shown["state"], shown["answer"]["text"]) == ("answered", answer["text"])
    # and everybody sees it on the lesson without the student's name.
    on_lesson = town.call(town.other_student, "GET", f"/lessons/{lesson}/answers")
    assert on_lesson.json is not None
    (item,) = on_lesson.json["items"]
    assert set(item) == {
        *("position_s", "question", "answer"),
        *("tutor_name", "answered_at"),
    }
    assert (item["position_s"], item["answer"]) == (12, answer["text"])
    assert town.student_name not in on_lesson.text


def test_a_session_is_described_as_it_was_published(town: Town) -> None:
    weekend = town.weekend()
    assert weekend["subject"] == "math"
    assert weekend["grades"] == [5, 6]
    assert weekend["starts_at"] == "2099-11-28T06:00:00Z"
    assert weekend["ends_at"] == "2099-11-28T08:00:00Z"
    assert (weekend["places_left"], weekend["state"]) == (3, "upcoming")
    shown = town.call(town.student, "GET", f"/sessions/{weekend['id']}")
    assert shown.json == weekend


def test_sessions_are_found_by_time_and_subject(town: Town) -> None:
    weekend = town.weekend()

    def found(query: str) -> list[str]:
        listed = town.call(town.student, "GET", f"/sessions?{query}").json
        assert listed is not None
        return [item["id"] for item in listed["items"]]

    assert found("subject=math") == [weekend["id"]]
    assert found("subject=art") == []
    assert found("from=2099-11-28T15:00&to=2099-11-29") == [weekend["id"]]
    assert found("from=2099-11-28T16:00") == []
    assert found("to=2099-11-28T14:00") == []


def test_a_listed_session_says_which_ticket_one_has_in_it(town: Town) -> None:
    ticket = town.ticket(town.student, town.weekend())
    for who, mine in ((town.student, ticket["id"]), (town.other_student, None)):
        listed = town.call(who, "GET", "/sessions").json
        assert listed is not None
        assert listed["items"][0]["ticket"] == mine


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"capacity": 0}, "invalid"),
        ({"starts_at": "tomorrow"}, "invalid"),
        ({"tutors": ["nobody"]}, "not_a_tutor"),
        ({"subject": "alchemy"}, "unknown_subject"),
        ({"ends_at": "2099-11-28T13:00"}, "session_ends_too_early"),
        ({"ends_at": "2099-11-29T14:00"}, "session_too_long"),
        ({"room": "1"}, "unknown_field"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused_with_a_code(
    town: Town, wrong: dict[str, object], expected: str
) -> None:
    body = SESSION | {"tutors": [town.tutor_name]} | wrong
    response = town.call(town.admin, "POST", "/sessions", body)
    assert code(response) == (422, expected)


def test_a_busy_tutor_is_a_conflict(town: Town) -> None:
    town.weekend()
    body = SESSION | {"tutors": [town.tutor_name]}
    response = town.call(town.tutor, "POST", "/sessions", body)
    assert code(response) == (409, "tutor_busy")


def test_students_publish_no_sessions_and_tutors_only_their_own(town: Town) -> None:
    body = SESSION | {"tutors": [town.tutor_name]}
    refused = town.call(town.student, "POST", "/sessions", body)
    assert code(refused) == (403, "forbidden")
    refused = town.call(town.other_tutor, "POST", "/sessions", body)
    assert code(refused) == (403, "only_own_sessions")


def test_a_full_session_and_a_second_ticket_are_clear_refusals(town: Town) -> None:
    body = SESSION | {"tutors": [town.tutor_name], "capacity": 1}
    weekend = town.made(town.admin, "/sessions", body)
    path = f"/sessions/{weekend['id']}/tickets"
    town.ticket(town.student, weekend)
    for who, expected in (
        (town.student, "already_queued"),
        (town.other_student, "session_full"),
    ):
        question = {"question": town.question(who)["id"]}
        assert code(town.call(who, "POST", path, question)) == (409, expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"subject": "art"}, "other_subject"),
        ({"grade": 12}, "other_grade"),
    ],
)
def test_a_question_that_does_not_fit_the_session_is_refused(
    town: Town, question: dict[str, object], expected: str
) -> None:
    weekend = town.weekend()
    body = {"question": town.question(town.student, **question)["id"]}
    path = f"/sessions/{weekend['id']}/tickets"
    assert code(town.call(town.student, "POST", path, body)) == (422, expected)


def test_the_question_of_another_cannot_be_queued(town: Town) -> None:
    weekend = town.weekend()
    path = f"/sessions/{weekend['id']}/tickets"
    for question in (town.question(town.student)["id"], str(uuid4())):
        response = town.call(town.other_student, "POST", path, {"question": question})
        assert code(response) == (422, "unknown_question")


def test_the_same_idempotency_key_takes_one_place(town: Town) -> None:
    weekend = town.weekend()
    question = town.question(town.student)
    headers = town.student | {"Idempotency-Key": "once"}
    path = f"/sessions/{weekend['id']}/tickets"
    tickets = [
        town.call(headers, "POST", path, {"question": question["id"]}).json
        for _ in range(2)
    ]
    assert tickets[0] == tickets[1]


def test_the_ticket_of_another_student_does_not_exist(town: Town) -> None:
    path = f"/tickets/{town.ticket(town.student, town.weekend())['id']}"
    for method in ("GET", "DELETE"):
        response = town.call(town.other_student, method, path)
        assert code(response) == (404, "ticket_not_found")
    assert town.call(town.student, "GET", path).status_code == 200


def test_a_place_is_given_back_by_deleting_the_ticket(town: Town) -> None:
    weekend = town.weekend()
    ticket = town.ticket(town.student, weekend)
    path = f"/tickets/{ticket['id']}"
    for _ in range(2):
        assert town.call(town.student, "DELETE", path).status_code == 204
    shown = town.call(town.student, "GET", path).json
    assert shown is not None
    assert (shown["state"], shown["position"]) == ("left", None)


def test_only_the_tutors_of_a_session_call_its_next(town: Town) -> None:
    weekend = town.weekend()
    path = f"/sessions/{weekend['id']}/next"
    for who, expected in (
        (town.student, "forbidden"),
        (town.admin, "forbidden"),
        (town.other_tutor, "not_your_session"),
    ):
        assert code(town.call(who, "POST", path)) == (403, expected)
    missing = town.call(town.tutor, "POST", f"/sessions/{uuid4()}/next")
    assert code(missing) == (404, "session_not_found")


def test_the_next_of_an_empty_queue_is_no_content(town: Town) -> None:
    weekend = town.weekend()
    response = town.call(town.tutor, "POST", f"/sessions/{weekend['id']}/next")
    assert (response.status_code, response.data) == (204, b"")


def test_the_desks_calls_answer_with_the_ticket(town: Town) -> None:
    weekend = town.weekend()
    ticket = town.ticket(town.student, weekend)
    for act, body in (("hold", None), ("no-show", None), ("handover", {})):
        town.call(town.tutor, "POST", f"/sessions/{weekend['id']}/next")
        path = f"/tickets/{ticket['id']}/{act}"
        response = town.call(town.tutor, "POST", path, body)
        assert response.status_code == 200, response.text
        assert response.json is not None
        assert (response.json["state"], response.json["position"]) == ("waiting", 1)
    refused = town.call(town.student, "POST", f"/tickets/{ticket['id']}/hold")
    assert code(refused) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": " "}, "invalid"),
        ({}, "invalid"),
        ({"text": "So.", "public": True}, "unknown_field"),
    ],
)
def test_an_answer_needs_words_and_nothing_else(
    town: Town, body: dict[str, object], expected: str
) -> None:
    weekend = town.weekend()
    ticket = town.ticket(town.student, weekend)
    town.call(town.tutor, "POST", f"/sessions/{weekend['id']}/next")
    path = f"/tickets/{ticket['id']}/answer"
    assert code(town.call(town.tutor, "POST", path, body)) == (422, expected)
