"""Taking an open question, answering it, or leaving it to others.

A question is taken before it is answered, so that no two tutors write at it at once;
who forgets it loses it after `TAKEN_FOR`.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.kernel.clock import now
from youke.questions import service as questions
from youke.questions.errors import AlreadyAnsweredError
from youke.questions.service import Question, QuestionState
from youke.tutoring.errors import QuestionTakenError
from youke.tutoring.locks import lock_tutor
from youke.tutoring.queue import tickets_of_questions
from youke.tutoring.telling import tell_asker

#: A tutor who takes longer has gone away.
TAKEN_FOR = timedelta(hours=1)


def take(session: Session, question_id: UUID, tutor: Person) -> Question:
    """Take an open question; taking one's own again is harmless.

    :raises QuestionTakenError: when another tutor or a session's queue has it.
    """
    lock_tutor(session, tutor.id)
    question = questions.question_for_update(session, question_id)
    if _is_mine(session, question, tutor):
        return question
    if question.state != QuestionState.OPEN.value:
        raise QuestionTakenError
    questions.begin_answering(question, tutor)
    return question


def leave(session: Session, question_id: UUID, tutor: Person) -> None:
    """Leave a question that one has taken to others; twice is harmless."""
    lock_tutor(session, tutor.id)
    question = questions.question_for_update(session, question_id)
    if _is_mine(session, question, tutor):
        questions.give_up(question)


def answer(session: Session, question_id: UUID, tutor: Person, text: str) -> Question:
    """Answer a question and tell its asker; the same answer again is harmless.

    :raises QuestionTakenError: when another tutor or a session's queue has it.
    :raises AlreadyAnsweredError: when there is another answer.
    """
    lock_tutor(session, tutor.id)
    question = questions.question_for_update(session, question_id)
    if question.state == QuestionState.ANSWERED.value:
        _check_same(session, question, tutor, text)
        return question
    question = take(session, question_id, tutor)
    questions.answer_question(session, question, tutor, text)
    tell_asker(session, question, "question_answered", tutor=tutor.name)
    return question


def release_forgotten(session: Session) -> int:
    """Open questions again whose tutors have gone away; return how many."""
    candidates = questions.taken_before(session, now() - TAKEN_FOR)
    queued = tickets_of_questions(session, candidates)
    freed = [question_id for question_id in candidates if question_id not in queued]
    for question_id in freed:
        _release(session, question_id)
    return len(freed)


def taken_by(session: Session, tutor: Person) -> Sequence[Question]:
    """Return the questions that the tutor has taken outside sessions."""
    mine = questions.questions_taken(session, tutor.id)
    queued = tickets_of_questions(session, [question.id for question in mine])
    return [question for question in mine if question.id not in queued]


def _release(session: Session, question_id: UUID) -> None:
    question = questions.question_for_update(session, question_id)
    taken_at = question.taken_at
    # It may have been answered or taken anew since we looked.
    if (
        question.state == QuestionState.ANSWERING.value
        and taken_at is not None
        and taken_at < now() - TAKEN_FOR
    ):
        questions.give_up(question)


def _is_mine(session: Session, question: Question, tutor: Person) -> bool:
    taken = question.state == QuestionState.ANSWERING.value
    if not taken or question.tutor_id != tutor.id:
        return False
    # What was called in a session is answered or put back at that session's desk.
    return question.id not in tickets_of_questions(session, [question.id])


def _check_same(session: Session, question: Question, tutor: Person, text: str) -> None:
    given = questions.answers_by_question(session, {question.id})[question.id]
    if given.tutor_id != tutor.id or given.text != text:
        raise AlreadyAnsweredError
