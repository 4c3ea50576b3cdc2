"""Finding lessons: filters, words, order, pages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from youke.accounts.service import (
    ids_of_organisations_called,
    ids_of_people_called,
)
from youke.catalogue.service import find_grade, find_stage, find_subject
from youke.http.paging import DEFAULT_LIMIT, Order, Page, fetch_page
from youke.lessons.errors import UnknownSortError
from youke.lessons.models import Lesson

#: More words than these make a search no better.
MOST_WORDS = 8

SORTS: dict[str, InstrumentedAttribute[Any]] = {
    "newest": Lesson.published_at,
    "likes": Lesson.likes,
    "views": Lesson.views,
}


@dataclass(frozen=True, kw_only=True)
class LessonFilter:
    """What is looked for; None means any."""

    q: str | None = None
    stage: str | None = None
    grade: str | None = None
    subject: str | None = None
    tag: str | None = None
    sort: str | None = None


def list_lessons(
    session: Session,
    wanted: LessonFilter,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Lesson]:
    """Return published lessons that fit, a page at a time."""
    order = Order((_column(wanted.sort), Lesson.id))
    return fetch_page(session, _matching(wanted), order, cursor=cursor, limit=limit)


def count_lessons(session: Session, wanted: LessonFilter) -> int:
    """Return how many published lessons fit."""
    matching = _matching(wanted).with_only_columns(func.count())
    return session.scalar(matching) or 0


def listed() -> ColumnElement[bool]:
    """Return the condition under which everybody sees a lesson."""
    return Lesson.published_at.is_not(None) & Lesson.playable


def _matching(wanted: LessonFilter) -> Select[Lesson]:
    statement = select(Lesson).where(listed())
    if wanted.stage:
        statement = statement.where(Lesson.stage == find_stage(wanted.stage).code)
    if wanted.grade:
        statement = statement.where(Lesson.grade == find_grade(wanted.grade).number)
    if wanted.subject:
        code = find_subject(wanted.subject).code
        statement = statement.where(Lesson.subject == code)
    if wanted.tag:
        statement = statement.where(Lesson.tags.contains([wanted.tag]))
    for word in (wanted.q or "").split()[:MOST_WORDS]:
        statement = statement.where(_mentions(word))
    return statement


def _mentions(word: str) -> ColumnElement[bool]:
    """Say where a word is looked for: the lesson's text, its teacher, its school."""
    text = Lesson.title + " " + Lesson.summary
    return (
        text.icontains(word, autoescape=True)
        | Lesson.tags.contains([word])
        | Lesson.owner_id.in_(ids_of_people_called(word))
        | Lesson.school_id.in_(ids_of_organisations_called(word))
    )


def _column(sort: str | None) -> InstrumentedAttribute[Any]:
    name = sort or "newest"
    if name not in SORTS:
        raise UnknownSortError(value=name)
    return SORTS[name]
