"""Reading the catalogue for a snapshot: all of it once, then only what changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from youke.engagement import service as engagement
from youke.kernel.clock import now
from youke.lessons.search import listed
from youke.lessons.service import Lesson
from youke.recommendations.models import LessonExposure
from youke.recommendations.snapshot import (
    FRESH_DAYS,
    GRADES,
    Entry,
    Snapshot,
    Standings,
)

#: Changes are looked for again so long after they were made: a transaction that takes
#: longer is found by the number of lessons.
OVERLAP = timedelta(minutes=1)
#: Rows fetched at a time when everything is read.
BATCH = 5_000

COLUMNS = (
    Lesson.id,
    Lesson.title,
    Lesson.stage,
    Lesson.grade,
    Lesson.subject,
    Lesson.edition,
    Lesson.volume,
    Lesson.chapter,
    Lesson.tags,
    Lesson.owner_id,
    Lesson.school_id,
    Lesson.published_at,
    listed().label("listed"),
)
NAMES = tuple(Entry.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A snapshot, and how far it has followed the table."""

    snapshot: Snapshot
    #: The latest change that is in it; None when there never was a lesson.
    until: datetime | None = None
    #: Changes within `OVERLAP` that are in it, by lesson.
    taken: dict[UUID, datetime] = field(default_factory=dict)


def read_all(session: Session) -> Copy:
    """Read the whole catalogue."""
    until = session.scalar(select(func.max(Lesson.changed_at)))
    statement = select(*COLUMNS).where(listed())
    rows = session.execute(statement.execution_options(yield_per=BATCH))
    snapshot = Snapshot().with_entries(_entry(row) for row in rows)
    return Copy(snapshot=snapshot, until=until)


def follow(session: Session, copy: Copy) -> Copy:
    """Take over what has changed; a snapshot in which nothing did is the same one."""
    changes = _changes(session, copy)
    fresh = {i: at for i, at in changes.items() if copy.taken.get(i) != at}
    if not fresh:
        return copy
    wanted = select(*COLUMNS).where(Lesson.id.in_(fresh))
    entries = [_entry(row) for row in session.execute(wanted)]
    concerned = [e for e in entries if e.listed or e.id in copy.snapshot.names.row_of]
    return Copy(
        snapshot=copy.snapshot.with_entries(concerned),
        until=max(changes.values()),
        taken=changes,
    )


def is_complete(session: Session, copy: Copy) -> bool:
    """Say whether the snapshot has as many lessons as are listed."""
    count = session.scalar(select(func.count()).select_from(Lesson).where(listed()))
    return count == copy.snapshot.count


def read_standings(session: Session, snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with the present popularity and the latest exposure."""
    points = np.zeros((GRADES, len(snapshot)), dtype=np.float32)
    row_of = snapshot.names.row_of
    for each in engagement.standings(session):
        row = row_of.get(each.lesson_id)
        if row is not None and row < len(snapshot):
            points[each.grade, row] += each.points
    points[0] = points[1:].sum(axis=0)
    shown = np.zeros(len(snapshot), dtype=np.float32)
    for lesson_id, times in _shown(session):
        row = row_of.get(lesson_id)
        if row is not None and row < len(snapshot):
            shown[row] = times
    return snapshot.with_standings(
        Standings(points=points, shown=shown, at=now().timestamp())
    )


def _changes(session: Session, copy: Copy) -> dict[UUID, datetime]:
    statement = select(Lesson.id, Lesson.changed_at)
    if copy.until is not None:
        statement = statement.where(Lesson.changed_at > copy.until - OVERLAP)
    return {row.id: row.changed_at for row in session.execute(statement)}


def _shown(session: Session) -> Iterator[tuple[UUID, int]]:
    since: date = now().date() - timedelta(days=FRESH_DAYS)
    counted = (
        select(LessonExposure.lesson_id, func.sum(LessonExposure.shown))
        .where(LessonExposure.day >= since)
        .group_by(LessonExposure.lesson_id)
    )
    for lesson_id, times in session.execute(counted):
        yield lesson_id, int(times)


def _entry(row: Any) -> Entry:
    return Entry(**{name: getattr(row, name) for name in NAMES})
