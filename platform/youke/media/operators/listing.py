"""Encodings as operators look for them: those of the lessons that they look after.

Which lessons those are is a condition: `scope.overseen` has an administrator's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased, lazyload, load_only, selectinload

from youke.http.paging import DEFAULT_LIMIT, Order, Page, fetch_page
from youke.jobs import watching
from youke.jobs.watching import Queue
from youke.kernel.clock import local, now
from youke.lessons.service import Lesson, LessonState
from youke.media.models import Encoding, EncodingState, Step, StepState
from youke.media.operations import CANCELLED
from youke.media.operators.errors import EncodingNotFoundError
from youke.media.operators.standing import REJECTIONS

#: Newest first: identifiers grow with time.
NEWEST_FIRST = Order((Encoding.id,))
IS_UNBEGUN = Lesson.state == LessonState.UPLOADED.value
#: So many lessons that no worker has begun are named.
MOST_UNBEGUN = 50


class View(StrEnum):
    """What of the encodings is looked at."""

    WORKING = "working"
    WAITING = "waiting"
    FAILED = "failed"
    REJECTED = "rejected"
    DONE_TODAY = "done_today"


@dataclass(frozen=True, kw_only=True)
class Overview:
    """How much there is to do, and who does it."""

    #: How many encodings each view has.
    counts: dict[str, int]
    #: Lessons whose video has arrived and which no worker has begun.
    unbegun: int
    queues: list[Queue]
    workers: int


def encodings_page(
    session: Session,
    lessons: ColumnElement[bool],
    view: View | None = None,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Encoding]:
    """Return a page of the encodings of a view, newest first, with their steps."""
    # Recipes and manifests are long, and a list shows nothing of them.
    brief = load_only(
        *(Encoding.lesson_id, Encoding.upload_id, Encoding.state, Encoding.reason),
        *(Encoding.code, Encoding.opened_at, Encoding.created_at, Encoding.ended_at),
    )
    options = (brief, selectinload(Encoding.steps), lazyload(Encoding.renditions))
    wanted = _seen(lessons, _condition(view)).options(*options)
    return fetch_page(session, wanted, NEWEST_FIRST, cursor=cursor, limit=limit)


def find_encoding(
    session: Session, encoding_id: UUID, lessons: ColumnElement[bool]
) -> Encoding:
    """Return an encoding of one of the lessons.

    :raises EncodingNotFoundError: when there is none.
    """
    found = session.scalar(_seen(lessons, Encoding.id == encoding_id))
    if found is None:
        raise EncodingNotFoundError
    return found


def newest_of(session: Session, lesson_ids: Sequence[UUID]) -> set[UUID]:
    """Return the newest encoding of each of these lessons."""
    of_lessons = select(Encoding.id).where(Encoding.lesson_id.in_(lesson_ids))
    return set(session.scalars(of_lessons.where(~_has_later())))


def unbegun_lessons(session: Session, lessons: ColumnElement[bool]) -> Sequence[Lesson]:
    """Return those of the lessons that wait for their first worker, oldest first."""
    waiting = select(Lesson).where(lessons, IS_UNBEGUN).order_by(Lesson.id)
    return session.scalars(waiting.limit(MOST_UNBEGUN)).all()


def overview(session: Session, lessons: ColumnElement[bool]) -> Overview:
    """Return how much there is to do and who does it."""
    counts = {
        view.value: session.scalar(
            select(func.count()).select_from(
                _seen(lessons, _condition(view)).subquery()
            )
        )
        or 0
        for view in View
    }
    unbegun = select(func.count()).where(lessons, IS_UNBEGUN)
    return Overview(
        counts=counts,
        unbegun=session.scalar(unbegun) or 0,
        queues=watching.queues(session),
        workers=watching.workers_alive(session),
    )


def _seen(
    lessons: ColumnElement[bool], condition: ColumnElement[bool]
) -> Select[Encoding]:
    its_lesson = Lesson.id == Encoding.lesson_id
    seen = select(Encoding).join(Lesson, its_lesson).where(lessons)
    return seen.where(condition)


def _condition(view: View | None) -> ColumnElement[bool]:
    is_working = Encoding.state == EncodingState.WORKING.value
    match view:
        case View.WORKING:
            return is_working & _is_worked_on()
        case View.WAITING:
            return is_working & ~_is_worked_on()
        case View.FAILED:
            ours = Encoding.code.not_in([*REJECTIONS, CANCELLED])
            return _ended_badly(Encoding.code.is_not(None) & ours)
        case View.REJECTED:
            return _ended_badly(Encoding.code.in_(REJECTIONS))
        case View.DONE_TODAY:
            done = (EncodingState.CURRENT.value, EncodingState.RETIRED.value)
            return Encoding.state.in_(done) & (Encoding.ended_at >= _midnight())
        case None:
            return and_(True)  # noqa: FBT003  SQL's own word


def _is_worked_on() -> ColumnElement[bool]:
    of_encoding = Step.encoding_id == Encoding.id
    return exists().where(of_encoding, Step.state == StepState.WORKING.value)


def _ended_badly(why: ColumnElement[bool]) -> ColumnElement[bool]:
    """Select what was given up and not begun again since."""
    was_given_up = Encoding.state == EncodingState.ABANDONED.value
    return was_given_up & why & ~_has_later()


def _has_later() -> ColumnElement[bool]:
    later = aliased(Encoding)
    of_lesson = later.lesson_id == Encoding.lesson_id
    return exists().where(of_lesson, later.id > Encoding.id)


def _midnight() -> datetime:
    today = local(now())
    return datetime.combine(today.date(), time.min, today.tzinfo)
