"""Finding lessons: filters, words, order, pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from youke.accounts.service import (
    ids_of_organisations_called,
    ids_of_people_called,
)
from youke.catalogue.service import find_grade, find_stage, find_subject
from youke.http.paging import (
    DEFAULT_LIMIT,
    BadCursorError,
    decode_cursor,
    encode_cursor,
)
from youke.lessons.errors import UnknownSortError
from youke.lessons.models import Lesson

#: More words than these make a search no better.
MOST_WORDS = 8

#: Of PostgreSQL's integer.
LARGEST_COUNT = 2**31 - 1

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


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of lessons and the cursor of the next."""

    items: Sequence[Lesson]
    next: str | None


def list_lessons(
    session: Session,
    wanted: LessonFilter,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page:
    """Return published lessons that fit, a page at a time."""
    order = _order(wanted.sort)
    statement = _matching(wanted).order_by(order.desc(), Lesson.id.desc())
    place = _place(wanted.sort, cursor)
    if place is not None:
        statement = statement.where(tuple_(order, Lesson.id) < place)
    found = session.scalars(statement.limit(limit + 1)).all()
    items = found[:limit]
    more = len(found) > limit
    return Page(items=items, next=_cursor(items[-1], order) if more else None)


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


def _order(sort: str | None) -> InstrumentedAttribute[Any]:
    name = sort or "newest"
    if name not in SORTS:
        raise UnknownSortError(value=name)
    return SORTS[name]


def _cursor(last: Lesson, order: InstrumentedAttribute[Any]) -> str:
    value = getattr(last, order.key)
    text = value.isoformat() if isinstance(value, datetime) else value
    return encode_cursor([text, str(last.id)])


def _place(sort: str | None, cursor: str | None) -> tuple[Any, UUID] | None:
    values = decode_cursor(cursor, fields=2)
    if values is None:
        return None
    try:
        by_time = (sort or "newest") == "newest"
        value = datetime.fromisoformat(str(values[0])) if by_time else int(values[0])
        if isinstance(value, int) and abs(value) > LARGEST_COUNT:
            raise BadCursorError
        return value, UUID(str(values[1]))
    except ValueError:
        raise BadCursorError from None
