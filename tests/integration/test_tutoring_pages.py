"""The pages of questions, sessions and the desk, as a browser posts to them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from tutoring_cast import Cast
from werkzeug.test import TestResponse

from youke.kernel.db import Database
from youke.questions.models import Question
from youke.tutoring.models import Ticket, TutoringSession

Headers = dict[str, str]
ASK = {"subject": "math", "grade": "5", "text": "为什么要通分？"}


@dataclass
class Town:
    """A student, a tutor and a session, and a browser that speaks English."""

    client: FlaskClient
    student: Headers
    tutor: Headers
    tutor_id: str
    admin: Headers
    weekend: UUID
    lesson: UUID

    def get(self, who: Headers, path: str) -> str:
        page = self.client.get(path, headers=who)
        assert page.status_code == 200, page.text
        return page.text

    def post(self, who: Headers, path: str, form: dict[str, Any]) -> TestResponse:
        return self.client.post(path, headers=who, data=form)

    def sent_to(self, who: Headers, path: str, form: dict[str, Any]) -> str:
        response = self.post(who, path, form)
        assert response.status_code == 302, response.text
        return urlsplit(response.headers["Location"]).path


@pytest.fixture
def town(client: FlaskClient, database: Database) -> Town:
    client.set_cookie("lang", "en")
    with database.transaction() as session:
        cast = Cast(session)
        tutor = cast.tutor()
        return Town(
            client=client,
            student=cast.token(cast.student()),
            tutor=cast.token(tutor),
            tutor_id=str(tutor.id),
            admin=cast.token(cast.admin()),
            weekend=cast.weekend(tutor, capacity=1).id,
            lesson=cast.lesson(duration_s=60).id,
        )


def test_the_form_knows_the_lesson_and_the_second_from_which_one_asks(
    town: Town,
) -> None:
    page = town.get(town.student, f"/ask?lesson={town.lesson}&t=12.4")
    assert f'name="lesson" value="{town.lesson}"' in page
    assert 'name="position_s" value="12"' in page
    assert "Fractions" in page


@pytest.mark.parametrize("t", ["nan", "soon", "-4", "inf", "1e400"])
def test_a_link_with_a_strange_second_shows_the_form_all_the_same(
    town: Town, t: str
) -> None:
    page = town.get(town.student, f"/ask?lesson={town.lesson}&t={t}")
    assert 'name="position_s"' not in page


def test_a_link_with_a_strange_lesson_shows_the_form_all_the_same(town: Town) -> None:
    assert 'name="lesson"' not in town.get(town.student, "/ask?lesson=first&session=1")


def test_asking_leads_to_the_question(town: Town, database: Database) -> None:
    form = ASK | {"lesson": str(town.lesson), "position_s": "12", "session": ""}
    path = town.sent_to(town.student, "/ask", form)
    with database.transaction() as session:
        (question,) = session.query(Question)
        assert path == f"/questions/{question.id}"
        assert (question.lesson_id, question.position_s) == (town.lesson, 12)
    page = town.get(town.student, path)
    assert "为什么要通分？" in page
    assert "为什么要通分？" in town.get(town.student, "/questions")


def test_asking_for_a_session_queues_at_once(town: Town) -> None:
    path = town.sent_to(town.student, "/ask", ASK | {"session": str(town.weekend)})
    assert "You are number 1 in the queue" in town.get(town.student, path)


def test_a_question_for_a_full_session_is_kept_and_says_so(
    town: Town, database: Database
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        cast.queue(session.get_one(TutoringSession, town.weekend))
    path = town.sent_to(town.student, "/ask", ASK | {"session": str(town.weekend)})
    page = town.get(town.student, path)
    assert "All 1 places of the session are taken." in page
    assert "为什么要通分？" in page


def test_an_open_question_is_taken_back_on_its_page(town: Town) -> None:
    path = town.sent_to(town.student, "/ask", ASK)
    assert f'action="{path}/withdraw" data-confirm=' in town.get(town.student, path)
    assert town.post(town.tutor, f"{path}/withdraw", {}).status_code == 403

    assert town.sent_to(town.student, f"{path}/withdraw", {}) == path

    page = town.get(town.student, path)
    assert "You took this question back." in page
    assert f"{path}/withdraw" not in page


def test_a_question_in_a_queue_is_not_taken_back_and_the_page_says_so(
    town: Town,
) -> None:
    path = town.sent_to(town.student, "/ask", ASK | {"session": str(town.weekend)})
    assert f"{path}/withdraw" not in town.get(town.student, path)
    town.sent_to(town.student, f"{path}/withdraw", {})
    page = town.get(town.student, path)
    assert "You are number 1 in the queue" in page
    assert "You took this question back." not in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": " "}, "f-text-error"),
        ({"text": "x" * 4001}, "f-text-error"),
        ({"subject": ""}, "f-subject-error"),
        ({"subject": "alchemy"}, "f-subject-error"),
        ({"grade": "99"}, "f-grade-error"),
    ],
)
def test_a_wrong_field_is_marked_and_the_rest_of_the_form_kept(
    town: Town, database: Database, wrong: dict[str, str], field: str
) -> None:
    response = town.post(town.student, "/ask", ASK | wrong)
    assert response.status_code == 422
    assert f'id="{field}"' in response.text
    with database.transaction() as session:
        assert session.query(Question).count() == 0


def test_a_form_with_a_strange_lesson_or_second_is_refused_as_a_form(
    town: Town,
) -> None:
    for wrong in ({"lesson": "first"}, {"position_s": "soon"}, {"position_s": "9"}):
        assert town.post(town.student, "/ask", ASK | wrong).status_code == 422


def test_joining_and_leaving_by_button(town: Town, database: Database) -> None:
    path = town.sent_to(town.student, "/ask", ASK)
    question = path.rsplit("/", 1)[-1]
    join = f"/sessions/{town.weekend}/join"
    assert town.sent_to(town.student, join, {"question": question}) == path
    with database.transaction() as session:
        (ticket,) = session.query(Ticket)
    assert str(ticket.id) in town.get(town.student, path)
    assert town.sent_to(town.student, f"/tickets/{ticket.id}/leave", {}) == path
    assert "/join" in town.get(town.student, path)


def test_the_tutor_calls_reads_and_answers_at_the_desk(
    town: Town, database: Database
) -> None:
    path = town.sent_to(town.student, "/ask", ASK | {"session": str(town.weekend)})
    desk = f"/desk/{town.weekend}"
    assert desk in town.get(town.tutor, "/desk")
    assert "为什么要通分？" in town.get(town.tutor, desk)
    assert town.sent_to(town.tutor, f"{desk}/next", {}) == desk
    with database.transaction() as session:
        (ticket,) = session.query(Ticket)
    answer = f"/tickets/{ticket.id}/answer"
    assert answer in town.get(town.tutor, desk)
    assert town.sent_to(town.tutor, answer, {"text": " "}) == desk
    assert town.sent_to(town.tutor, answer, {"text": "单位不同。"}) == desk
    assert answer not in town.get(town.tutor, desk)
    assert "单位不同。" in town.get(town.student, path)


@pytest.mark.parametrize("act", ["hold", "no-show"])
def test_a_ticket_goes_back_from_the_desk_and_twice_is_harmless(
    town: Town, database: Database, act: str
) -> None:
    town.sent_to(town.student, "/ask", ASK | {"session": str(town.weekend)})
    desk = f"/desk/{town.weekend}"
    town.post(town.tutor, f"{desk}/next", {})
    with database.transaction() as session:
        (ticket,) = session.query(Ticket)
    for _ in range(2):
        assert town.sent_to(town.tutor, f"/tickets/{ticket.id}/{act}", {}) == desk
    with database.transaction() as session:
        assert session.get_one(Ticket, ticket.id).state == "waiting"


def test_an_empty_queue_says_so(town: Town) -> None:
    town.post(town.tutor, f"/desk/{town.weekend}/next", {})
    assert "Nobody is waiting." in town.get(town.tutor, f"/desk/{town.weekend}")


def test_the_new_session_form_proposes_a_saturday_and_publishes(town: Town) -> None:
    page = town.get(town.admin, "/sessions/new")
    assert "T14:00" in page
    form = {
        "subject": "art",
        "grades": ["5", "6"],
        "starts_at": "2099-11-29T09:00",
        "ends_at": "2099-11-29T11:00",
        "capacity": "7",
        "tutors": [town.tutor_id],
    }
    assert town.sent_to(town.admin, "/sessions/new", form) == "/sessions"
    assert "Art" in town.get(town.student, "/sessions")
    busy = town.post(town.admin, "/sessions/new", form)
    assert busy.status_code == 422
    assert "has another session at that time." in busy.text
    wrong = town.post(town.admin, "/sessions/new", form | {"ends_at": "", "grades": []})
    assert wrong.status_code == 422
    assert 'id="f-ends_at-error"' in wrong.text


@pytest.mark.parametrize(
    "path",
    ["/ask", "/desk", "/sessions/new", "/desk/{weekend}", "/questions/{weekend}"],
)
def test_pages_of_others_are_closed(town: Town, path: str) -> None:
    own = {"/ask": town.tutor, "/questions/{weekend}": town.tutor}
    who = own.get(path, town.student)
    answer = town.client.get(path.format(weekend=town.weekend), headers=who)
    assert answer.status_code in {403, 404}
