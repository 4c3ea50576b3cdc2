"""Writing down, in one go, what many people did before: demo data, imports."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Session

from youke.engagement import counting, rules
from youke.engagement.counting import Counts
from youke.engagement.intervals import seconds
from youke.engagement.models import Like, View, Watch

#: Rows written by one statement, well below the driver's limit of parameters.
BATCH = 1_000
Table = TypeVar("Table", Watch, View, Like)


@dataclass(frozen=True, kw_only=True)
class PastFact:
    """What one person once did with one lesson."""

    person_id: UUID
    lesson_id: UUID
    #: Seconds seen, from the beginning, of a lesson that is so long.
    seconds: float
    duration_s: float
    liked: bool
    at: datetime

    @property
    def is_view(self) -> bool:
        """Whether this much watching counts as a view."""
        return 0 < rules.view_threshold_s(self.duration_s) <= self.seconds


def record_past(session: Session, facts: Iterable[PastFact]) -> None:
    """Write watches, views and likes, and count what was new.

    At most one fact per person and lesson; what is there already stays as it is, so
    the same call again changes nothing.
    """
    known = list(facts)
    views = [f for f in known if f.is_view]
    fresh_watches = _insert(session, Watch, [_watch(f) for f in known if f.seconds > 0])
    fresh_views = _insert(
        session,
        View,
        [_row(f, counted_at=f.at) for f in views if _key(f) in fresh_watches],
    )
    fresh_likes = _insert(
        session, Like, [_row(f, created_at=f.at) for f in known if f.liked]
    )
    _count(session, views=fresh_views, likes=fresh_likes)


def _watch(fact: PastFact) -> dict[str, Any]:
    end = seconds(min(fact.seconds, fact.duration_s))
    seen = MultiRange([Range(seconds(0), end)])
    return _row(
        fact,
        seen=seen,
        seconds=float(end),
        position_s=float(end),
        duration_s=fact.duration_s,
        day_began_at=fact.at,
        day_seen=seen,
        day_counted=fact.is_view,
        times=int(fact.is_view),
        updated_at=fact.at,
    )


def _row(fact: PastFact, **columns: Any) -> dict[str, Any]:
    return {"person_id": fact.person_id, "lesson_id": fact.lesson_id} | columns


def _key(fact: PastFact) -> tuple[UUID, UUID]:
    return fact.person_id, fact.lesson_id


def _insert(
    session: Session, table: type[Table], rows: Sequence[dict[str, Any]]
) -> set[tuple[UUID, UUID]]:
    """Insert the rows that are not there and return their persons and lessons."""
    written: set[tuple[UUID, UUID]] = set()
    for start in range(0, len(rows), BATCH):
        added = session.execute(
            insert(table)
            .values(list(rows[start : start + BATCH]))
            .on_conflict_do_nothing()
            .returning(table.person_id, table.lesson_id)
        )
        written.update((person, lesson) for person, lesson in added)
    return written


def _count(
    session: Session, *, views: set[tuple[UUID, UUID]], likes: set[tuple[UUID, UUID]]
) -> None:
    viewed = Counter(lesson for _, lesson in views)
    liked = Counter(lesson for _, lesson in likes)
    lessons = sorted(viewed | liked)
    changes = {each: Counts(likes=liked[each], views=viewed[each]) for each in lessons}
    counting.note(session, changes)
    for lesson_id in lessons:
        counting.fold(session, lesson_id)
