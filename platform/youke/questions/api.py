"""`/api/v1/questions`, and the answers on a lesson."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import Role
from youke.http.context import db_session
from youke.http.idempotency import idempotent
from youke.http.policies import policy
from youke.lessons.service import find_lesson
from youke.questions import service
from youke.questions.cards import question_messages
from youke.questions.schemas import (
    AnswersOnLessonOut,
    AskedOut,
    QuestionIn,
    QuestionOut,
    QuestionPageOut,
    QuestionQuery,
)

bp = APIBlueprint("questions_api", __name__, url_prefix="/api/v1", tag="questions")
students = having(Role.STUDENT)


@bp.post("/questions")
@policy(students)
@idempotent
@bp.input(QuestionIn)
@bp.output(AskedOut, status_code=201)
def ask(json_data: QuestionIn) -> dict[str, Any]:
    """Ask; also tells what was answered before to questions like it."""
    session = db_session()
    draft = service.QuestionDraft(**json_data.model_dump())
    question = service.ask(session, current_person(), draft)
    similar = service.similar_questions(
        session, subject=question.subject, text=question.text
    )
    return {"id": question.id, "similar": similar}


@bp.get("/questions")
@policy(signed_in)
@bp.input(QuestionQuery, location="query")
@bp.output(QuestionPageOut)
def index(query_data: QuestionQuery) -> dict[str, Any]:
    """List one's own questions, newest first."""
    session = db_session()
    page = service.own_questions(
        session, current_person(), cursor=query_data.cursor, limit=query_data.limit
    )
    return {"items": question_messages(session, page.items), "next": page.next}


@bp.get("/questions/<uuid:question_id>")
@policy(signed_in)
@bp.output(QuestionOut)
def show(question_id: UUID) -> dict[str, Any]:
    """Show a question and its answer."""
    session = db_session()
    question = service.find_question(session, question_id, current_person())
    return question_messages(session, [question])[0]


@bp.delete("/questions/<uuid:question_id>")
@policy(students)
@bp.output({}, status_code=204)
def withdraw(question_id: UUID) -> str:
    """Take one's own question back."""
    service.withdraw(db_session(), question_id, current_person())
    return ""


@bp.get("/lessons/<uuid:lesson_id>/answers")
@policy(signed_in)
@bp.output(AnswersOnLessonOut)
def on_lesson(lesson_id: UUID) -> dict[str, Any]:
    """List what was answered on a lesson, by second, without the askers."""
    session = db_session()
    lesson = find_lesson(session, lesson_id, current_person())
    return {"items": service.answers_on_lesson(session, lesson.id)}
