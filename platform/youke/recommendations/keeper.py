"""What every answer of this process is made from, kept fresh.

Where a thread keeps it (`keep`), requests take what there is, which is at most some
seconds old. Without one, each request looks for changes itself.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Event, Lock, Thread
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.kernel.db import Database
from youke.lessons.service import Lesson
from youke.recommendations.items import ITEM_COLUMNS, item_of
from youke.recommendations.reading import (
    Copy,
    follow,
    is_complete,
    read_all,
    read_standings,
)
from youke.recommendations.serving import (
    ModelCache,
    Published,
    Served,
    published_model,
)
from youke.recommendations.snapshot import Snapshot
from youke.recommendations.trials import Trial, Variant, current_trial, variant_of
from youke.storage import ObjectStore
from youke_recommender import Item

logger = logging.getLogger(__name__)

#: How often the thread looks for changes, and for new standings.
PERIOD_S, STANDINGS_S = 2.0, 20.0
#: How long the first request waits until there is anything to answer with.
PATIENCE_S = 30.0
#: Lessons given to a model at a time.
BATCH = 5_000


@dataclass(frozen=True, kw_only=True)
class State:
    """All that answers are made from, at one moment."""

    snapshot: Snapshot
    trial: Trial | None = None
    served: Mapping[Variant, Served] = field(default_factory=dict)

    def variant(self, person: Person) -> Variant | None:
        """Return the person's arm of the trial, None without a trial."""
        return None if self.trial is None else variant_of(self.trial, person)

    def model(self, variant: Variant | None) -> Served | None:
        """Return the model that an arm gets."""
        return self.served.get(variant or Variant.CONTROL)


class Keeper:
    """Keeps one state; shared by all threads of a process."""

    def __init__(self, models: Callable[[Variant], ModelCache]) -> None:
        self._models = models
        self._lock = Lock()
        self._copy: Copy | None = None
        self._extended: dict[Variant, _Extended] = {}
        self._state: State | None = None
        self._there = Event()
        self._thread: Thread | None = None

    def keep(self, database: Database, store: ObjectStore) -> None:
        """Start the thread that looks for changes, as long as the process lives."""
        if self._thread is None:
            self._thread = Thread(
                target=self._run, args=(database, store), daemon=True, name="catalogue"
            )
            self._thread.start()

    def state(self, session: Session, store: ObjectStore) -> State:
        """Return the present state, read by this session if nobody else does."""
        if self._thread is None:
            return self.refresh(session, store)
        if self._state is None and not self._there.wait(PATIENCE_S):
            return self.refresh(session, store)
        return self._state or self.refresh(session, store)

    def refresh(
        self, session: Session, store: ObjectStore, *, thorough: bool = True
    ) -> State:
        """Look for changes now.

        :param thorough: also count the lessons, and read the standings anew.
        """
        with self._lock:
            self._copy = self._fresh_copy(session, thorough=thorough)
            trial = current_trial(session)
            served = self._serve(session, store, trial)
            self._state = State(
                snapshot=self._copy.snapshot, trial=trial, served=served
            )
            self._there.set()
            return self._state

    def bury(self, lessons: Iterable[UUID]) -> None:
        """Forget lessons that were found hidden, until they change again."""
        with self._lock:
            if self._copy is None or self._state is None:
                return
            snapshot = self._copy.snapshot.without(lessons)
            self._copy = replace(self._copy, snapshot=snapshot)
            self._state = replace(self._state, snapshot=snapshot)

    def _fresh_copy(self, session: Session, *, thorough: bool) -> Copy:
        old = self._copy
        copy = read_all(session) if old is None else follow(session, old)
        if old is not None and thorough and not is_complete(session, copy):
            copy = read_all(session)
        if thorough or copy.snapshot.standings.at == 0:
            snapshot = read_standings(session, copy.snapshot)
            copy = replace(copy, snapshot=snapshot)
        return copy

    def _serve(
        self, session: Session, store: ObjectStore, trial: Trial | None
    ) -> dict[Variant, Served]:
        wanted: dict[Variant, Published | None] = {
            Variant.CONTROL: trial.control if trial else published_model(session)
        }
        if trial is not None:
            wanted[Variant.CHALLENGER] = trial.challenger
        served = {}
        for variant, published in wanted.items():
            loaded = self._models(variant).get(published, store)
            if loaded is not None:
                served[variant] = self._extend(session, variant, loaded)
        return served

    def _extend(self, session: Session, variant: Variant, loaded: Served) -> Served:
        """Give the lessons that a model was not trained on their place in it."""
        snapshot = self._copy.snapshot if self._copy else Snapshot()
        before = self._extended.get(variant)
        if before is None or before.loaded is not loaded:
            before = _Extended(loaded=loaded, served=loaded, known=set(loaded.trained))
        if before.snapshot is not snapshot:
            before = before.following(session, snapshot)
        self._extended[variant] = before
        return before.served

    def _run(self, database: Database, store: ObjectStore) -> None:
        read_at = -STANDINGS_S
        while True:
            thorough = time.monotonic() - read_at >= STANDINGS_S
            try:
                with database.transaction() as session:
                    self.refresh(session, store, thorough=thorough)
                read_at = time.monotonic() if thorough else read_at
            except Exception:
                # Whatever it is, the next look may succeed; answers go on meanwhile.
                logger.exception(
                    "Catalogue not read", extra={"action": "catalogue_unread"}
                )
            time.sleep(PERIOD_S)


@dataclass(frozen=True, kw_only=True)
class _Extended:
    """A loaded model, and the same with the lessons it was told of since."""

    loaded: Served
    served: Served
    known: set[str]
    snapshot: Snapshot | None = None

    def following(self, session: Session, snapshot: Snapshot) -> "_Extended":
        """Return it with the lessons of a newer snapshot."""
        texts = snapshot.names.texts
        rows = snapshot.columns.listed.nonzero()[0].tolist()
        missing = [row for row in rows if texts[row] not in self.known]
        items = _items(session, [snapshot.names.ids[row] for row in missing])
        served = self.served.with_items(items) if items else self.served
        return replace(
            self, served=served, known=self.known | items.keys(), snapshot=snapshot
        )


def _items(session: Session, ids: list[UUID]) -> dict[str, Item]:
    items = {}
    for start in range(0, len(ids), BATCH):
        wanted = Lesson.id.in_(ids[start : start + BATCH])
        rows: Any = session.execute(select(*ITEM_COLUMNS).where(wanted))
        for lesson in rows:
            items[str(lesson.id)] = item_of(lesson)
    return items
