"""Writing down what people watch."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.engagement import counting, rules
from youke.engagement.counting import Counts
from youke.engagement.errors import InvalidPositionError, NothingToWatchError
from youke.engagement.intervals import Interval, clean
from youke.engagement.models import Meter, View, Watch
from youke.engagement.progress import (
    Progress,
    at_moment,
    nothing_seen,
    watched_more,
    with_view,
)
from youke.kernel.clock import now
from youke.kernel.errors import YoukeError
from youke.lessons.service import Lesson, LessonNotFoundError, may_see


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """What a player says now and then: where it is and what was seen, in seconds."""

    session: str
    position_s: float
    intervals: Sequence[tuple[float, float]]
    #: How fast it plays; the server's bound holds whatever is said.
    speed: float = rules.FASTEST
    #: Whether the picture could be seen; what runs in a hidden tab is not watched.
    visible: bool = True


@dataclass(frozen=True, kw_only=True)
class Event:
    """A heartbeat and the lesson that it is of."""

    lesson_id: UUID
    beat: Heartbeat


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A lesson in front of a person, and how far they are."""

    lesson_id: UUID
    duration_s: float
    listed: bool
    position_s: float
    progress: Progress


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
    refused = record_watches(session, person, [Event(lesson_id=lesson_id, beat=beat)])
    for problem in refused.values():
        raise problem


def record_watches(
    session: Session, person: Person, events: Sequence[Event]
) -> dict[UUID, YoukeError]:
    """Merge what several heartbeats say, in their order.

    Returns the lessons that cannot be watched, and why: those of a player that was
    without a network may be gone by now, and must not keep back the others.

    :raises InvalidIntervalsError:
    :raises InvalidPositionError:
    """
    at = now()
    meter = _locked_meter(session, person.id, at)
    places, refused = _places(session, person, [e.lesson_id for e in events], at)
    counted: list[UUID] = []
    for event in events:
        if event.lesson_id in refused:
            continue
        place = places[event.lesson_id]
        after, meter = _advance(place, event.beat, meter, at)
        if after.progress.times > place.progress.times:
            counted.append(after.lesson_id)
        places[event.lesson_id] = after
    if places:
        _write(session, person.id, meter, places.values())
        _count_views(session, person.id, counted, at)
    return refused


def _advance(
    place: _Place, beat: Heartbeat, meter: rules.Meter, at: datetime
) -> tuple[_Place, rules.Meter]:
    """Return where the person is after the heartbeat, and what they may claim."""
    position_s = _position(beat.position_s, place.duration_s)
    sent = clean(beat.intervals, duration_s=place.duration_s)
    credit_s = rules.credit_s(meter, session=beat.session, at=at, speed=beat.speed)
    more, taken_s = watched_more(
        place.progress, sent if beat.visible else (), credit_s=credit_s
    )
    if place.listed:
        more = with_view(more, place.duration_s)
    charged = rules.Meter(session=beat.session, credit_s=credit_s - taken_s, at=at)
    return replace(place, position_s=position_s, progress=more), charged


def _position(sent: float, duration_s: float) -> float:
    if not math.isfinite(sent) or sent < 0:
        raise InvalidPositionError
    return min(sent, duration_s)


_METER = (
    select(Meter.session, Meter.credit_s, Meter.at)
    .where(Meter.person_id == bindparam("person"))
    .with_for_update()
)


def _locked_meter(session: Session, person_id: UUID, at: datetime) -> rules.Meter:
    """Return the person's account, made if need be, theirs alone until the end.

    All that one person's players send is put in order by this lock, so that what is
    read after it needs none.
    """
    row = session.execute(_METER, {"person": person_id}).one_or_none()
    if row is None:
        empty = Meter(
            person_id=person_id, session="", credit_s=rules.ALLOWANCE_S, at=at
        )
        values = {c.key: getattr(empty, c.key) for c in Meter.__table__.columns}
        session.execute(insert(Meter).values(values).on_conflict_do_nothing())
        row = session.execute(_METER, {"person": person_id}).one()
    return rules.Meter(session=row.session, credit_s=row.credit_s, at=row.at)


_PLACES = (
    select(
        Lesson.id,
        Lesson.owner_id,
        Lesson.playable,
        Lesson.duration_s,
        Lesson.published_at,
        Watch.seen,
        Watch.day_seen,
        Watch.day_began_at,
        Watch.day_counted,
        Watch.times,
    )
    .outerjoin(
        Watch,
        (Watch.lesson_id == Lesson.id) & (Watch.person_id == bindparam("person")),
    )
    .where(Lesson.id.in_(bindparam("lessons", expanding=True)))
)


def _places(
    session: Session, person: Person, lesson_ids: Collection[UUID], at: datetime
) -> tuple[dict[UUID, _Place], dict[UUID, YoukeError]]:
    wanted = sorted(set(lesson_ids))
    found = session.execute(_PLACES, {"person": person.id, "lessons": wanted})
    rows = {row.id: row for row in found}
    places: dict[UUID, _Place] = {}
    refused: dict[UUID, YoukeError] = {}
    for lesson_id in wanted:
        row = rows.get(lesson_id)
        if row is None or not _is_seen(row, person):
            refused[lesson_id] = LessonNotFoundError()
        elif not row.playable or not row.duration_s:
            refused[lesson_id] = NothingToWatchError()
        else:
            places[lesson_id] = _place(row, at)
    return places, refused


def _is_seen(row: Any, person: Person) -> bool:
    return may_see(person, owner_id=row.owner_id, listed=_is_listed(row))


def _is_listed(row: Any) -> bool:
    return row.published_at is not None and bool(row.playable)


def _place(row: Any, at: datetime) -> _Place:
    known = nothing_seen(at) if row.times is None else _progress(row)
    return _Place(
        lesson_id=row.id,
        duration_s=row.duration_s,
        listed=_is_listed(row),
        position_s=0.0,
        progress=at_moment(known, at),
    )


def _progress(row: Any) -> Progress:
    return Progress(
        seen=_pieces(row.seen),
        day_seen=_pieces(row.day_seen),
        day_began_at=row.day_began_at,
        day_counted=row.day_counted,
        times=row.times,
    )


_WATCHES = insert(Watch)
_WATCHES = _WATCHES.on_conflict_do_update(
    index_elements=[Watch.person_id, Watch.lesson_id],
    set_={
        column.key: _WATCHES.excluded[column.key]
        for column in Watch.__table__.columns
        if not column.primary_key
    },
)


def _write(
    session: Session,
    person_id: UUID,
    meter: rules.Meter,
    places: Collection[_Place],
) -> None:
    session.execute(
        update(Meter)
        .where(Meter.person_id == person_id)
        .values(session=meter.session, credit_s=meter.credit_s, at=meter.at)
        .execution_options(synchronize_session=False)
    )
    session.execute(_WATCHES, [_row(person_id, place, meter.at) for place in places])


def _row(person_id: UUID, place: _Place, at: datetime) -> dict[str, Any]:
    progress = place.progress
    return {
        "person_id": person_id,
        "lesson_id": place.lesson_id,
        "seen": _multirange(progress.seen),
        "seconds": progress.seconds,
        "position_s": place.position_s,
        "duration_s": place.duration_s,
        "day_began_at": progress.day_began_at,
        "day_seen": _multirange(progress.day_seen),
        "day_counted": progress.day_counted,
        "times": progress.times,
        "updated_at": at,
    }


def _count_views(
    session: Session, person_id: UUID, lesson_ids: Sequence[UUID], at: datetime
) -> None:
    if not lesson_ids:
        return
    rows = [
        {"person_id": person_id, "lesson_id": each, "counted_at": at}
        for each in lesson_ids
    ]
    session.execute(insert(View), rows)
    counting.note(session, {each: Counts(views=1) for each in lesson_ids})
    for each in sorted(lesson_ids):
        counting.fold(session, each)


def _multirange(intervals: Sequence[Interval]) -> MultiRange[Any]:
    return MultiRange(Range(start, end) for start, end in intervals)


def _pieces(ranges: Sequence[Range[Any]]) -> list[Interval]:
    return [
        (r.lower, r.upper)
        for r in ranges
        if r.lower is not None and r.upper is not None
    ]
