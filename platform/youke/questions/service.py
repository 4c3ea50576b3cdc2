"""What can be done with questions; the only writer of their tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from youke.accounts.service import Person, people
from youke.catalogue.service import find_grade, find_subject
from youke.http.paging import DEFAULT_LIMIT, Order, Page, fetch_page
from youke.kernel.clock import now
from youke.lessons.service import find_lesson
from youke.questions.errors import (
    AlreadyAnsweredError,
    PicturesNotAcceptedError,
    PositionOutsideLessonError,
    PositionWithoutLessonError,
    QuestionInQueueError,
    QuestionNotFoundError,
)
from youke.questions.models import Answer, Question, is_answered, is_open
from youke.questions.similar import SimilarQuestion, grams, similar_questions
from youke.questions.states import QuestionState

__all__ = [
    "Answer",
    "AnswerOnLesson",
    "Question",
    "QuestionDraft",
    "QuestionState",
    "SimilarQuestion",
    "answer_question",
    "answers_by_question",
    "answers_on_lesson",
    "ask",
    "begin_answering",
    "enter_queue",
    "find_question",
    "give_up",
    "leave_queue",
    "open_count",
    "open_questions",
    "own_questions",
    "question_for_update",
    "questions_by_id",
    "questions_taken",
    "return_to_queue",
    "similar_questions",
    "taken_before",
    "withdraw",
]

#: Within this time a question is answered, whether a session reaches it or not.
PROMISE = timedelta(days=3)
#: A page shows a lesson with all its answers; more than these nobody reads.
MOST_ANSWERS_ON_LESSON = 500


BY_DUE = Order((Question.due_at, Question.id), descending=False)


@dataclass(frozen=True, kw_only=True)
class QuestionDraft:
    """What a student asks; codes or names of the catalogue."""

    subject: str
    grade: str | int
    text: str
    lesson: UUID | None = None
    #: Seconds into the lesson at which the question came up.
    position_s: float | None = None
    images: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class AnswerOnLesson:
    """An answered question as everybody sees it at its second of the lesson."""

    position_s: float | None
    question: str
    answer: str
    tutor_name: str
    answered_at: datetime


def ask(session: Session, asker: Person, draft: QuestionDraft) -> Question:
    """Write a question down; it is open until it gets a place in a queue.

    :raises InvalidError: when subject or grade are not in the catalogue, the second
        is not one of the lesson, or there are pictures.
    :raises LessonNotFoundError: when the asker cannot see the lesson.
    """
    if draft.images:
        raise PicturesNotAcceptedError
    _check_place(session, asker, draft)
    question = Question(
        asker_id=asker.id,
        subject=find_subject(draft.subject).code,
        grade=find_grade(draft.grade).number,
        text=draft.text,
        grams=grams(draft.text),
        lesson_id=draft.lesson,
        position_s=draft.position_s,
        due_at=now() + PROMISE,
    )
    session.add(question)
    session.flush()
    return question


def find_question(session: Session, question_id: UUID, viewer: Person) -> Question:
    """Return a question that the viewer may read; to others it does not exist.

    Those are its asker, the tutor who is answering or has answered it, and
    administrators.
    """
    question = session.get(Question, question_id)
    if question is None or not _may_read(question, viewer):
        raise QuestionNotFoundError
    return question


def own_questions(
    session: Session,
    asker: Person,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Question]:
    """Return the person's own questions, newest first, a page at a time."""
    mine = select(Question).where(Question.asker_id == asker.id)
    return fetch_page(session, mine, Order((Question.id,)), cursor=cursor, limit=limit)


def open_questions(
    session: Session,
    *,
    subject: str | None = None,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Question]:
    """Return what nobody answers yet, the one that is due first, first.

    :raises InvalidError: when there is no such subject.
    """
    waiting = select(Question).where(is_open())
    if subject is not None:
        waiting = waiting.where(Question.subject == find_subject(subject).code)
    return fetch_page(session, waiting, BY_DUE, cursor=cursor, limit=limit)


def taken_before(session: Session, moment: datetime) -> Sequence[UUID]:
    """Return the questions that were taken before and are not answered yet."""
    answering = Question.state == QuestionState.ANSWERING.value
    return session.scalars(
        select(Question.id)
        .where(answering, Question.taken_at < moment)
        .order_by(Question.id)
    ).all()


def questions_taken(session: Session, tutor_id: UUID) -> Sequence[Question]:
    """Return the questions that the tutor is answering, the longest taken first."""
    answering = Question.state == QuestionState.ANSWERING.value
    mine = select(Question).where(answering, Question.tutor_id == tutor_id)
    return session.scalars(mine.order_by(Question.taken_at)).all()


def open_count(session: Session) -> int:
    """Return how many questions nobody answers yet."""
    return session.scalar(select(func.count()).where(is_open())) or 0


def questions_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Question]:
    """Return the questions with these identifiers, whoever asks."""
    found = session.scalars(select(Question).where(Question.id.in_(ids)))
    return {question.id: question for question in found}


def answers_by_question(session: Session, ids: Collection[UUID]) -> dict[UUID, Answer]:
    """Return the answers of those of these questions that have one."""
    found = session.scalars(select(Answer).where(Answer.question_id.in_(ids)))
    return {answer.question_id: answer for answer in found}


def answers_on_lesson(session: Session, lesson_id: UUID) -> list[AnswerOnLesson]:
    """Return what was answered on the lesson, by second, without the askers."""
    rows = session.execute(
        select(Question, Answer)
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.lesson_id == lesson_id)
        .where(is_answered())
        .order_by(Question.position_s.nulls_last(), Answer.answered_at)
        .limit(MOST_ANSWERS_ON_LESSON)
    ).all()
    tutors = people(session, {answer.tutor_id for _, answer in rows})
    return [
        AnswerOnLesson(
            position_s=question.position_s,
            question=question.text,
            answer=answer.text,
            tutor_name=tutors[answer.tutor_id].name,
            answered_at=answer.answered_at,
        )
        for question, answer in rows
    ]


def question_for_update(session: Session, question_id: UUID) -> Question:
    """Return the question, locked until the transaction ends, as it is now."""
    question = session.scalar(
        select(Question)
        .where(Question.id == question_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if question is None:
        raise QuestionNotFoundError
    return question


def withdraw(session: Session, question_id: UUID, asker: Person) -> None:
    """Take one's own question back; doing so twice is harmless.

    :raises QuestionInQueueError: while the question has a place in a queue.
    :raises AlreadyAnsweredError: when there is an answer.
    """
    question = question_for_update(session, question_id)
    if question.asker_id != asker.id:
        raise QuestionNotFoundError
    state = QuestionState(question.state)
    if state in {QuestionState.QUEUED, QuestionState.ANSWERING}:
        raise QuestionInQueueError
    if state is QuestionState.ANSWERED:
        raise AlreadyAnsweredError
    if state is QuestionState.OPEN:
        question.move(QuestionState.WITHDRAWN)


def enter_queue(question: Question) -> None:
    """Note that an open question got a place in a queue."""
    question.move(QuestionState.QUEUED)


def begin_answering(question: Question, tutor: Person) -> None:
    """Note that the tutor is answering, who may read the question from now on."""
    question.move(QuestionState.ANSWERING)
    question.tutor_id = tutor.id
    question.taken_at = now()


def return_to_queue(question: Question) -> None:
    """Note that the tutor gave the question back to the queue."""
    question.move(QuestionState.QUEUED)
    question.tutor_id = question.taken_at = None


def leave_queue(question: Question, *, until: datetime | None = None) -> None:
    """Note that the question has no place in a queue any more.

    An answer is promised until then, or anew when the first promise has passed while
    it waited for its session.
    """
    give_up(question)
    if until is not None:
        question.due_at = until
    elif question.due_at < now():
        question.due_at = now() + PROMISE


def give_up(question: Question) -> None:
    """Note that the tutor leaves the question to others; the promise stays."""
    question.move(QuestionState.OPEN)
    question.tutor_id = question.taken_at = None


def answer_question(
    session: Session, question: Question, tutor: Person, text: str
) -> Answer:
    """Write the answer down; from now on it can be read on the question's lesson."""
    question.move(QuestionState.ANSWERED)
    answer = Answer(question_id=question.id, tutor_id=tutor.id, text=text)
    session.add(answer)
    session.flush()
    return answer


def _check_place(session: Session, asker: Person, draft: QuestionDraft) -> None:
    if draft.lesson is None:
        if draft.position_s is not None:
            raise PositionWithoutLessonError
        return
    duration_s = find_lesson(session, draft.lesson, asker).duration_s
    # A lesson whose video is still on its way has no duration to compare with.
    if duration_s is not None and (draft.position_s or 0) > duration_s:
        raise PositionOutsideLessonError(duration_s=int(duration_s))


def _may_read(question: Question, viewer: Person) -> bool:
    return viewer.id in {question.asker_id, question.tutor_id} or (
        viewer.is_administrator
    )
