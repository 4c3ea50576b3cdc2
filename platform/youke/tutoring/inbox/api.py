"""`/api/v1/inbox`: open questions for tutors, by the time they are due."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, having
from youke.accounts.service import Role
from youke.http.context import db_session
from youke.http.policies import policy
from youke.http.retry import retried
from youke.questions.cards import question_messages
from youke.questions.schemas import QuestionOut, QuestionPageOut
from youke.questions.service import open_questions
from youke.tutoring.inbox import service
from youke.tutoring.inbox.schemas import InboxQuery
from youke.tutoring.schemas import AnswerIn

bp = APIBlueprint("inbox_api", __name__, url_prefix="/api/v1/inbox", tag="tutoring")
tutors = having(Role.TUTOR)


@bp.get("")
@policy(tutors)
@bp.input(InboxQuery, location="query")
@bp.output(QuestionPageOut)
def index(query_data: InboxQuery) -> dict[str, Any]:
    """List open questions, the one that is due first, first; without names."""
    session = db_session()
    page = open_questions(session, **query_data.model_dump())
    return {"items": question_messages(session, page.items), "next": page.next}


@bp.post("/<uuid:question_id>/take")
@policy(tutors)
@retried
@bp.output(QuestionOut)
def take(question_id: UUID) -> dict[str, Any]:
    """Take a question, so that nobody else answers it for an hour."""
    session = db_session()
    question = service.take(session, question_id, current_person())
    return question_messages(session, [question])[0]


@bp.delete("/<uuid:question_id>/take")
@policy(tutors)
@retried
@bp.output({}, status_code=204)
def leave(question_id: UUID) -> str:
    """Leave a question that one has taken to others."""
    service.leave(db_session(), question_id, current_person())
    return ""


@bp.post("/<uuid:question_id>/answer")
@policy(tutors)
@retried
@bp.input(AnswerIn)
@bp.output(QuestionOut)
def answer(question_id: UUID, json_data: AnswerIn) -> dict[str, Any]:
    """Answer a question; the student is told."""
    session, tutor = db_session(), current_person()
    question = service.answer(session, question_id, tutor, json_data.text)
    return question_messages(session, [question])[0]
