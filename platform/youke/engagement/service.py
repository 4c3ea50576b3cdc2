"""Watching and liking; the only writer of their tables."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Double, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import NUMMULTIRANGE, Range, insert
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.engagement import rules
from youke.engagement.errors import InvalidPositionError, NothingToWatchError
from youke.engagement.facts import (
    Fact,
    Interaction,
    Started,
    all_interactions,
    continue_watching,
    describe,
    history,
    liked,
    liked_lessons,
    progress_of,
    resume_position,
    watched_lessons,
)
from youke.engagement.intervals import Interval, clean, first, length_s, without
from youke.engagement.models import Like, View, Watch
from youke.engagement.past import PastFact, record_past
from youke.engagement.standing import Standing, standings
from youke.kernel.clock import now
from youke.lessons.service import Lesson, change_counts, find_lesson

__all__ = [
    "Fact",
    "Heartbeat",
    "Interaction",
    "Likes",
    "PastFact",
    "Standing",
    "Started",
    "all_interactions",
    "continue_watching",
    "describe",
    "history",
    "like",
    "liked",
    "liked_lessons",
    "progress_of",
    "record_past",
    "record_watch",
    "resume_position",
    "standings",
    "unlike",
    "watched_lessons",
]


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """What a player says now and then: where it is and what was seen, in seconds."""

    session: str
    position_s: float
    intervals: Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Likes:
    """A lesson's likes, and whether the asking person's is among them."""

    likes: int
    liked: bool


def like(session: Session, person: Person, lesson_id: UUID) -> Likes:
    """Note that the person likes the lesson; liking twice counts once."""
    lesson = find_lesson(session, lesson_id, person)
    added = session.scalar(
        insert(Like)
        .values(person_id=person.id, lesson_id=lesson.id, created_at=now())
        .on_conflict_do_nothing()
        .returning(Like.person_id)
    )
    return _counted(session, lesson, change=1 if added else 0, liked=True)


def unlike(session: Session, person: Person, lesson_id: UUID) -> Likes:
    """Take the person's like back; there need not be one."""
    lesson = find_lesson(session, lesson_id, person)
    removed = session.scalar(
        delete(Like)
        .where(Like.person_id == person.id, Like.lesson_id == lesson.id)
        .returning(Like.person_id)
    )
    return _counted(session, lesson, change=-1 if removed else 0, liked=False)


def record_watch(
    session: Session, person: Person, lesson_id: UUID, beat: Heartbeat
) -> None:
    """Merge what the person has seen; the same heartbeat twice changes nothing.

    Seconds that are new this day are taken as far as `rules.credit_s` allows, the
    earliest first. When the day's seconds reach `rules.view_threshold_s`, a view is
    counted, once a day.

    :raises LessonNotFoundError: also for a hidden lesson.
    :raises InvalidIntervalsError:
    :raises InvalidPositionError:
    :raises NothingToWatchError: when there is no video yet.
    """
    lesson = find_lesson(session, lesson_id, person)
    if not lesson.playable or not lesson.duration_s:
        raise NothingToWatchError
    position_s = _position(beat.position_s, lesson.duration_s)
    sent = clean(beat.intervals, duration_s=lesson.duration_s)
    at = now()
    watch = _locked(session, person.id, lesson, at=at)
    _begin_day(watch, at)
    taken = _take(watch, sent, session=beat.session, at=at)
    watch.position_s, watch.duration_s = position_s, lesson.duration_s
    _count_view(session, watch, lesson, new_s=length_s(taken))
    _merge(session, watch, taken)


def _position(sent: float, duration_s: float) -> float:
    if not math.isfinite(sent) or sent < 0:
        raise InvalidPositionError
    return min(sent, duration_s)


def _locked(
    session: Session, person_id: UUID, lesson: Lesson, *, at: datetime
) -> Watch:
    """Return the watch, made if need be, locked until the transaction ends."""
    mine = select(Watch).where(
        Watch.person_id == person_id, Watch.lesson_id == lesson.id
    )
    locked = mine.with_for_update().execution_options(populate_existing=True)
    watch = session.scalar(locked)
    if watch is None:
        empty = _empty(person_id, lesson, at=at)
        session.execute(insert(Watch).values(empty).on_conflict_do_nothing())
        watch = session.scalars(locked).one()
    return watch


def _empty(person_id: UUID, lesson: Lesson, *, at: datetime) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "lesson_id": lesson.id,
        "seen": MultiRange(),
        "seconds": 0.0,
        "position_s": 0.0,
        "duration_s": lesson.duration_s,
        "day_began_at": at,
        "day_seen": MultiRange(),
        "day_counted": False,
        "session": "",
        "credit_s": rules.ALLOWANCE_S,
        "updated_at": at,
    }


def _begin_day(watch: Watch, at: datetime) -> None:
    if at - watch.day_began_at >= rules.DAY:
        watch.day_began_at = at
        watch.day_seen = MultiRange()
        watch.day_counted = False


def _take(
    watch: Watch, sent: Sequence[Interval], *, session: str, at: datetime
) -> list[Interval]:
    """Return the new seconds that are believed, and charge the session for them."""
    meter = rules.Meter(
        session=watch.session, credit_s=watch.credit_s, at=watch.updated_at
    )
    credit_s = rules.credit_s(meter, session=session, at=at)
    taken = first(without(sent, _pieces(watch.day_seen)), most_s=credit_s)
    watch.session, watch.updated_at = session, at
    watch.credit_s = credit_s - length_s(taken)
    return taken


def _count_view(
    session: Session, watch: Watch, lesson: Lesson, *, new_s: float
) -> None:
    seconds = length_s(_pieces(watch.day_seen)) + new_s
    enough = seconds >= rules.view_threshold_s(watch.duration_s)
    if watch.day_counted or not enough or not lesson.listed:
        return
    watch.day_counted = True
    view = View(
        person_id=watch.person_id,
        lesson_id=watch.lesson_id,
        counted_at=watch.updated_at,
    )
    session.add(view)
    change_counts(session, lesson.id, views=1)


def _merge(session: Session, watch: Watch, taken: Sequence[Interval]) -> None:
    """Let PostgreSQL unite the intervals and measure the union."""
    session.flush()  # the statement below adds to what this writes
    new = literal(MultiRange(Range(a, b) for a, b in taken), NUMMULTIRANGE)
    seen = Watch.seen + new
    session.execute(
        update(Watch)
        .where(Watch.person_id == watch.person_id, Watch.lesson_id == watch.lesson_id)
        .values(seen=seen, seconds=_length(seen), day_seen=Watch.day_seen + new)
        .execution_options(synchronize_session=False)
    )
    session.expire(watch)


def _length(ranges: ColumnElement[Any]) -> ColumnElement[Any]:
    piece: Any = func.unnest(ranges).column_valued("piece")
    total = func.sum(func.upper(piece) - func.lower(piece)).cast(Double)
    return select(func.coalesce(total, 0.0)).scalar_subquery()


def _pieces(ranges: Sequence[Range[Any]]) -> list[Interval]:
    return [
        (r.lower, r.upper)
        for r in ranges
        if r.lower is not None and r.upper is not None
    ]


def _counted(session: Session, lesson: Lesson, *, change: int, liked: bool) -> Likes:
    if change:
        change_counts(session, lesson.id, likes=change)
    session.refresh(lesson, ["likes"])
    return Likes(likes=lesson.likes, liked=liked)
