"""What was shown and what was opened, counted without naming anybody.

Counted in memory and written together every few seconds: a killed process loses the
last of them, which no statistics mind.
"""

import base64
import hashlib
import hmac
import json
import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from threading import Lock, Thread
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from youke.kernel.clock import local, now
from youke.kernel.db import Database
from youke.kernel.ids import new_id
from youke.recommendations.models import Exploration, Exposure, LessonExposure
from youke.recommendations.trials import count

logger = logging.getLogger(__name__)

PERIOD_S = 5.0
#: Characters of a slot's signature.
SIGNED = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A place where a lesson was shown; carried by its link, without a person."""

    #: Which row: home, api or related.
    surface: str
    #: The model's id as text, empty when none was used.
    model: str
    #: The arm of a trial, empty outside one.
    variant: str
    source: str
    place: int
    #: The trial and its bucket of classes, empty and -1 outside one.
    trial: str = ""
    bucket: int = -1
    #: What was drawn by lot, its record; empty otherwise.
    exploration: str = ""

    def token(self, secret: str) -> str:
        """Return the slot as text for a link, signed: nobody can invent one."""
        content = base64.urlsafe_b64encode(json.dumps(astuple(self)).encode())
        text = content.decode().rstrip("=")
        return f"{text}.{_signature(text, secret)}"

    @classmethod
    def of_token(cls, token: str, secret: str) -> "Slot | None":
        """Return what `token` made; None for anything else."""
        text, _, signature = token.partition(".")
        if not hmac.compare_digest(
            signature.encode(), _signature(text, secret).encode()
        ):
            return None
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return cls(**dict(zip(cls.__dataclass_fields__, values, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What was counted since the last writing."""

    shown: Counter[tuple[date, Slot]] = field(default_factory=Counter)
    opened: Counter[tuple[date, Slot]] = field(default_factory=Counter)
    lessons_shown: Counter[tuple[date, UUID]] = field(default_factory=Counter)
    lessons_opened: Counter[tuple[date, UUID]] = field(default_factory=Counter)
    explorations: list[dict[str, Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Say whether there is anything to write."""
        return bool(self.shown or self.opened)


class Exposures:
    """The counters of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts = Counts()
        self._thread: Thread | None = None

    def show(self, lesson_id: UUID, slot: Slot, propensity: float | None) -> Slot:
        """Count a lesson shown; return the slot that its link shall carry."""
        day = local(now()).date()
        carried = slot
        with self._lock:
            if propensity is not None:
                carried = self._explore(lesson_id, slot, propensity)
            self._counts.shown[day, slot] += 1
            self._counts.lessons_shown[day, lesson_id] += 1
        return carried

    def open(self, lesson_id: UUID, slot: Slot) -> None:
        """Count a shown lesson opened."""
        day = local(now()).date()
        with self._lock:
            self._counts.opened[day, slot] += 1
            self._counts.lessons_opened[day, lesson_id] += 1

    def take(self) -> Counts:
        """Return what was counted and begin anew."""
        with self._lock:
            counts, self._counts = self._counts, Counts()
        return counts

    def keep(self, database: Database) -> None:
        """Start the thread that writes, as long as the process lives."""
        if self._thread is None:
            self._thread = Thread(
                target=self._run, args=(database,), daemon=True, name="exposures"
            )
            self._thread.start()

    def _explore(self, lesson_id: UUID, slot: Slot, propensity: float) -> Slot:
        record = new_id()
        self._counts.explorations.append(
            {
                "id": record,
                "at": now(),
                "lesson_id": lesson_id,
                "surface": slot.surface,
                "model": slot.model,
                "variant": slot.variant,
                "place": slot.place,
                "propensity": propensity,
                "opened": False,
            }
        )
        return replace(slot, exploration=str(record))

    def _run(self, database: Database) -> None:
        while True:
            time.sleep(PERIOD_S)
            counts = self.take()
            try:
                if counts:
                    with database.transaction() as session:
                        write(session, counts)
            except Exception:
                # These few are lost; the next ones need not be.
                logger.exception(
                    "Exposures not written", extra={"action": "exposures_lost"}
                )


def write(session: Session, counts: Counts) -> None:
    """Add what was counted to the tables, in one order, so that writers never block."""
    _write_slots(session, counts)
    lessons = _known(session, counts)
    _upsert(
        session,
        LessonExposure,
        {
            key: (counts.lessons_shown[key], counts.lessons_opened[key])
            for key in counts.lessons_shown | counts.lessons_opened
            if key[1] in lessons
        },
    )
    kept = [each for each in counts.explorations if each["lesson_id"] in lessons]
    if kept:
        session.execute(insert(Exploration).values(kept))
    opened = {UUID(s.exploration) for _, s in counts.opened if s.exploration}
    if opened:
        itself = Exploration.id.in_(opened)
        session.execute(update(Exploration).where(itself).values(opened=True))
    _count_trials(session, counts)


def forget_before(session: Session, day: date) -> None:
    """Delete what was counted before this day."""
    for table in (Exposure, LessonExposure):
        session.execute(delete(table).where(table.day < day))
    session.execute(delete(Exploration).where(Exploration.at < day))


def _write_slots(session: Session, counts: Counts) -> None:
    sums: dict[tuple[Any, ...], list[int]] = {}
    for place, counter in enumerate((counts.shown, counts.opened)):
        for (day, slot), times in counter.items():
            key = (day, slot.surface, slot.model, slot.variant, slot.source, slot.place)
            sums.setdefault(key, [0, 0])[place] += times
    _upsert(session, Exposure, sums)


def _upsert(
    session: Session,
    table: type[Exposure | LessonExposure],
    sums: Mapping[tuple[Any, ...], Any],
) -> None:
    if not sums:
        return
    keys = [column.name for column in table.__mapper__.primary_key]
    rows = [
        dict(zip(keys, key, strict=True)) | {"shown": both[0], "opened": both[1]}
        for key, both in sorted(sums.items())
    ]
    new = insert(table).values(rows)
    added = {
        "shown": table.shown + new.excluded.shown,
        "opened": table.opened + new.excluded.opened,
    }
    session.execute(new.on_conflict_do_update(index_elements=keys, set_=added))


def _known(session: Session, counts: Counts) -> frozenset[UUID]:
    """Return which of the lessons still exist; a deleted one leaves no trace."""
    from youke.lessons.service import lessons_by_id

    ids = {lesson for _, lesson in counts.lessons_shown | counts.lessons_opened}
    return frozenset(lessons_by_id(session, ids))


def _count_trials(session: Session, counts: Counts) -> None:
    trials: dict[str, dict[int, tuple[int, int]]] = {}
    for place, counter in enumerate((counts.shown, counts.opened)):
        for (_, slot), times in counter.items():
            # Who was answered without a model tells nothing about models.
            if slot.trial and slot.model:
                buckets = trials.setdefault(slot.trial, {})
                both = list(buckets.get(slot.bucket, (0, 0)))
                both[place] += times
                buckets[slot.bucket] = (both[0], both[1])
    for trial, buckets in sorted(trials.items()):
        count(session, UUID(trial), buckets)


def _signature(text: str, secret: str) -> str:
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return digest[:SIGNED]
