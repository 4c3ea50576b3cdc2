"""Tutors answer open questions on pages and over the API."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from tutoring_cast import Cast
from werkzeug.test import TestResponse

from youke.kernel.db import Database

Headers = dict[str, str]


@dataclass
class Town:
    """Two tutors, a student with an open question, and a browser in English."""

    client: FlaskClient
    tutor: Headers
    colleague: Headers
    student: Headers
    student_name: str
    question: UUID

    def get(self, who: Headers, path: str) -> TestResponse:
        return self.client.get(path, headers=who)

    def post(self, who: Headers, path: str, **form: str) -> TestResponse:
        return self.client.post(path, headers=who, data=form)


@pytest.fixture
def town(client: FlaskClient, database: Database) -> Town:
    client.set_cookie("lang", "en")
    with database.transaction() as session:
        cast = Cast(session)
        student = cast.student()
        return Town(
            client=client,
            tutor=cast.token(cast.tutor()),
            colleague=cast.token(cast.tutor()),
            student=cast.token(student),
            student_name=student.name,
            question=cast.question(student, "为什么要通分？").id,
        )


def test_a_question_is_taken_answered_and_read(town: Town) -> None:
    desk = town.get(town.tutor, "/desk").text
    assert "1 open question" in desk
    assert "为什么要通分？" in town.get(town.tutor, "/desk/questions").text

    taken = town.post(town.tutor, f"/desk/questions/{town.question}/take")
    form = town.get(town.tutor, taken.headers["Location"]).text
    assert "data-desk-answer" in form
    assert town.student_name not in form
    answered = town.post(
        town.tutor, f"/desk/questions/{town.question}/answer", text="先找公分母。"
    )

    assert answered.status_code == 302
    assert "先找公分母。" in town.get(town.student, f"/questions/{town.question}").text
    assert "All questions are answered" in town.get(town.tutor, "/desk/questions").text


def test_a_taken_question_is_not_offered_to_colleagues(town: Town) -> None:
    town.post(town.tutor, f"/desk/questions/{town.question}/take")

    assert "为什么" not in town.get(town.colleague, "/desk/questions").text
    refused = town.client.post(
        f"/api/v1/inbox/{town.question}/take", headers=town.colleague
    )
    assert (refused.status_code, (refused.json or {})["code"]) == (
        409,
        "question_taken",
    )
    shown = town.get(town.colleague, f"/desk/questions/{town.question}")
    assert shown.status_code == 302


def test_a_question_can_be_left_to_others(town: Town) -> None:
    town.post(town.tutor, f"/desk/questions/{town.question}/take")

    town.post(town.tutor, f"/desk/questions/{town.question}/leave")

    assert "为什么" in town.get(town.colleague, "/desk/questions").text


def test_an_empty_answer_is_refused_and_nothing_is_lost(town: Town) -> None:
    town.post(town.tutor, f"/desk/questions/{town.question}/take")

    refused = town.post(
        town.tutor, f"/desk/questions/{town.question}/answer", text="  "
    )

    assert refused.status_code == 422
    assert 'id="f-text-error"' in refused.text


def test_the_inbox_can_be_narrowed_to_a_subject(town: Town) -> None:
    math = town.client.get("/api/v1/inbox?subject=math", headers=town.tutor)
    chinese = town.client.get("/api/v1/inbox?subject=chinese", headers=town.tutor)

    assert [q["id"] for q in (math.json or {})["items"]] == [str(town.question)]
    assert (chinese.json or {})["items"] == []


@pytest.mark.parametrize("path", ["/desk/questions", "/api/v1/inbox"])
def test_students_do_not_see_the_inbox(town: Town, path: str) -> None:
    assert town.get(town.student, path).status_code == 403


def test_a_student_reads_until_when_an_answer_is_promised(town: Town) -> None:
    page = town.get(town.student, f"/questions/{town.question}").text

    assert "A tutor answers it by" in page
