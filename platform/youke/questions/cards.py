"""Questions with their answers and lessons, as the API and the pages show them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from youke.accounts.service import people
from youke.catalogue.service import grade_of, name_of, subject_of
from youke.lessons.service import lessons_by_id
from youke.questions.models import Question
from youke.questions.service import answers_by_question


def question_messages(
    session: Session, questions: Sequence[Question]
) -> list[dict[str, Any]]:
    """Return the questions as `schemas.QuestionOut` describes them."""
    answers = _answers(session, questions)
    return [
        {
            "id": question.id,
            "subject": question.subject,
            "grade": question.grade,
            "text": question.text,
            "lesson": question.lesson_id,
            "position_s": question.position_s if question.lesson_id else None,
            "state": question.state,
            "asked_at": question.asked_at,
            "due_at": question.due_at,
            "answer": answers.get(question.id),
        }
        for question in questions
    ]


def question_items(
    session: Session, questions: Sequence[Question], locale: str
) -> list[dict[str, Any]]:
    """Return the questions as pages show them, in the reader's language."""
    lesson_ids = {question.lesson_id for question in questions if question.lesson_id}
    lessons = lessons_by_id(session, lesson_ids)
    messages = question_messages(session, questions)
    for message in messages:
        lesson = lessons.get(message["lesson"])
        subject = subject_of(message["subject"])
        message["lesson"] = lesson and {"id": lesson.id, "title": lesson.title}
        message["subject"] = {"code": subject.code, "name": name_of(subject, locale)}
        message["grade_name"] = name_of(grade_of(message["grade"]), locale)
        message["ticket"] = None
    return messages


def _answers(
    session: Session, questions: Sequence[Question]
) -> dict[UUID, dict[str, Any]]:
    answers = answers_by_question(session, {question.id for question in questions})
    tutors = people(session, {answer.tutor_id for answer in answers.values()})
    return {
        question_id: {
            "text": answer.text,
            "tutor_name": tutors[answer.tutor_id].name,
            "answered_at": answer.answered_at,
        }
        for question_id, answer in answers.items()
    }
