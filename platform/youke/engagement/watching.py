"""Writing down what people watch."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.engagement import counting, rules
from youke.engagement.counting import Counts
from youke.engagement.errors import InvalidPositionError, NothingToWatchError
from youke.engagement.intervals import clean, from_text, to_text
from youke.engagement.models import View
from youke.engagement.progress import (
    Progress,
    at_moment,
    nothing_seen,
    watched_more,
    with_view,
)
from youke.kernel.clock import now
from youke.kernel.errors import YoukeError
from youke.lessons.service import LessonNotFoundError, may_see


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


@dataclass(frozen=True, kw_only=True)
class _Hall:
    """All lessons that one request is about, and what the person may claim."""

    meter: rules.Meter
    #: How often the meter was written when it was read.
    writings: int
    places: dict[UUID, _Place] = field(default_factory=dict)
    refused: dict[UUID, YoukeError] = field(default_factory=dict)


#: A heartbeat costs one reading and one writing, and no lock is held between them.
_PLACES = text(
    """
    SELECT lessons.id, owner_id, playable, lessons.duration_s, published_at,
        CAST(seen AS text) AS seen, CAST(day_seen AS text) AS day_seen,
        day_began_at, day_counted, times,
        watch_meters.session, credit_s, watch_meters.at, writings
    FROM lessons
    LEFT JOIN watches ON lesson_id = lessons.id AND watches.person_id = :person
    LEFT JOIN watch_meters ON watch_meters.person_id = :person
    WHERE lessons.id = ANY(:lessons)
    """
)
_LOCK = text("SELECT 1 FROM watch_meters WHERE person_id = :person FOR UPDATE")
#: The meter is written only when nobody wrote it since it was read, and the watches
#: only together with it.
_WRITE = text(
    """
    WITH claim AS (
        INSERT INTO watch_meters AS m (person_id, session, credit_s, at, writings)
        VALUES (:person, :session, :credit_s, :at, CAST(:writings AS bigint) + 1)
        ON CONFLICT (person_id) DO UPDATE SET
            session = excluded.session, credit_s = excluded.credit_s,
            at = excluded.at, writings = excluded.writings
        WHERE m.writings = CAST(:writings AS bigint)
        RETURNING m.at
    )
    INSERT INTO watches (person_id, lesson_id, position_s, duration_s, seen, seconds,
        day_seen, day_began_at, day_counted, times, updated_at)
    SELECT :person, lesson, position, duration, CAST(seen AS nummultirange), seconds,
        CAST(day_seen AS nummultirange), day, counted, times, claim.at
    FROM claim, unnest(
        CAST(:lessons AS uuid[]), CAST(:positions AS float8[]),
        CAST(:durations AS float8[]), CAST(:seen AS text[]),
        CAST(:seconds AS float8[]), CAST(:day_seen AS text[]),
        CAST(:days AS timestamptz[]), CAST(:counted AS boolean[]),
        CAST(:times AS integer[])
    ) AS u (lesson, position, duration, seen, seconds, day_seen, day, counted, times)
    ON CONFLICT (person_id, lesson_id) DO UPDATE SET
        position_s = excluded.position_s, duration_s = excluded.duration_s,
        seen = excluded.seen, seconds = excluded.seconds,
        day_seen = excluded.day_seen, day_began_at = excluded.day_began_at,
        day_counted = excluded.day_counted, times = excluded.times,
        updated_at = excluded.updated_at
    RETURNING lesson_id
    """
)


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
    hall = _read(session, person, events, at)
    after = _advanced(hall, events, at)
    if hall.places and not _write(session, person.id, after):
        # Another player of the same person was faster: read again, in turn with it.
        session.execute(_LOCK, {"person": person.id})
        hall = _read(session, person, events, at)
        after = _advanced(hall, events, at)
        _write(session, person.id, after)
    _count_views(session, person.id, _viewed(hall, after), at)
    return hall.refused


def _advanced(hall: _Hall, events: Sequence[Event], at: datetime) -> _Hall:
    """Return where the person is after all heartbeats."""
    places, meter = dict(hall.places), hall.meter
    for event in events:
        place = places.get(event.lesson_id)
        if place is not None:
            after, meter = _advance(place, event.beat, meter, at)
            places[event.lesson_id] = after
    return replace(hall, places=places, meter=meter)


def _viewed(before: _Hall, after: _Hall) -> list[UUID]:
    """Return the lessons of which a view is to be counted."""
    return [
        lesson_id
        for lesson_id, place in after.places.items()
        if place.progress.times > before.places[lesson_id].progress.times
    ]


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


def _read(
    session: Session, person: Person, events: Sequence[Event], at: datetime
) -> _Hall:
    """Return the lessons in front of the person, and what they may claim."""
    wanted = [event.lesson_id for event in events]
    found = {"person": person.id, "lessons": wanted}
    rows = {row.id: row for row in session.connection().execute(_PLACES, found)}
    hall = _Hall(meter=_meter(rows.values(), at), writings=_writings(rows.values()))
    for lesson_id in wanted:
        row = rows.get(lesson_id)
        if row is None or not _is_seen(row, person):
            hall.refused[lesson_id] = LessonNotFoundError()
        elif not row.playable or not row.duration_s:
            hall.refused[lesson_id] = NothingToWatchError()
        else:
            hall.places[lesson_id] = _place(row, at)
    return hall


def _meter(rows: Iterable[Any], at: datetime) -> rules.Meter:
    for row in rows:
        if row.writings is not None:
            return rules.Meter(session=row.session, credit_s=row.credit_s, at=row.at)
    return rules.Meter(session="", credit_s=rules.ALLOWANCE_S, at=at)


def _writings(rows: Iterable[Any]) -> int:
    return next((row.writings for row in rows if row.writings is not None), 0)


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
        seen=from_text(row.seen),
        day_seen=from_text(row.day_seen),
        day_began_at=row.day_began_at,
        day_counted=row.day_counted,
        times=row.times,
    )


def _write(session: Session, person_id: UUID, hall: _Hall) -> bool:
    """Write down where the person is; False when somebody else has written since."""
    meter, places = hall.meter, list(hall.places.values())
    seen = [place.progress for place in places]
    values = {
        "person": person_id,
        "session": meter.session,
        "credit_s": meter.credit_s,
        "at": meter.at,
        "writings": hall.writings,
        "lessons": [place.lesson_id for place in places],
        "positions": [place.position_s for place in places],
        "durations": [place.duration_s for place in places],
        "seen": [to_text(each.seen) for each in seen],
        "seconds": [each.seconds for each in seen],
        "day_seen": [to_text(each.day_seen) for each in seen],
        "days": [each.day_began_at for each in seen],
        "counted": [each.day_counted for each in seen],
        "times": [each.times for each in seen],
    }
    written = session.connection().execute(_WRITE, values)
    return written.first() is not None


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
