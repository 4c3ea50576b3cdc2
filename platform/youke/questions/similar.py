"""Answered questions like a new one.

pg_trgm compares the trigrams of words, and takes a Chinese sentence for one long word:
two ways to ask the same then share almost nothing (0.13 for 分数加法为什么要先通分 and
异分母分数相加为什么要通分). Split into pairs of characters they share much (0.38).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Float, Select, func, select
from sqlalchemy.orm import Session

from youke.lessons.service import lessons_by_id
from youke.questions.models import Answer, Question, is_answered

#: Share of common trigrams from which two questions are worth showing together.
THRESHOLD = 0.15
MOST = 3
_RUNS = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")


@dataclass(frozen=True, kw_only=True)
class SimilarQuestion:
    """An answered question like another one, without its asker."""

    question: str
    answer: str
    #: None also when the lesson is no longer shown to everybody.
    lesson: UUID | None
    position_s: float | None
    #: From 0 to 1.
    similarity: float


def grams(text: str) -> str:
    """Return the text's words and pairs of Chinese characters, each once."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(dict.fromkeys(_grams(normal)))


def similar_questions(
    session: Session, *, subject: str, text: str, limit: int = MOST
) -> list[SimilarQuestion]:
    """Return answered questions of the subject that are like the text, best first."""
    # The index serves only the operator, whose threshold is a setting.
    session.execute(
        select(func.set_config("pg_trgm.similarity_threshold", str(THRESHOLD), True))  # noqa: FBT003  PostgreSQL's own argument: for this transaction
    )
    rows = session.execute(alike(subject, grams(text)).limit(limit)).all()
    return _without_askers(session, [(row[0], row[1], row[2]) for row in rows])


def alike(subject: str, wanted: str) -> Select[Question, str, float]:
    """Return the query for answered questions like these grams, best first."""
    likeness = func.similarity(Question.grams, wanted, type_=Float)
    return (
        select(Question, Answer.text, likeness)
        .join(Answer, Answer.question_id == Question.id)
        .where(is_answered())
        .where(Question.subject == subject)
        .where(Question.grams.bool_op("%")(wanted))
        .order_by(likeness.desc(), Question.id)
    )


def _grams(text: str) -> Iterator[str]:
    for run in _RUNS.findall(text):
        if len(run) > 1 and "\u3400" <= run[0] <= "\u9fff":
            yield from (run[start : start + 2] for start in range(len(run) - 1))
        else:
            yield run


def _without_askers(
    session: Session, rows: Sequence[tuple[Question, str, float]]
) -> list[SimilarQuestion]:
    ids = {question.lesson_id for question, _, _ in rows if question.lesson_id}
    lessons = lessons_by_id(session, ids) if ids else {}
    shown = {lesson.id for lesson in lessons.values() if lesson.listed}
    return [
        SimilarQuestion(
            question=question.text,
            answer=answer,
            lesson=question.lesson_id if question.lesson_id in shown else None,
            position_s=question.position_s if question.lesson_id in shown else None,
            similarity=round(likeness, 3),
        )
        for question, answer, likeness in rows
    ]
