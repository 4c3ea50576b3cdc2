"""The current model in this process: looked up at each request, loaded once."""

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from uuid import UUID
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.kernel.clock import now
from youke.kernel.errors import YoukeError
from youke.recommendations.models import RankingModel
from youke.recommendations.snapshot import Rows, Tier
from youke.recommendations.states import ModelState
from youke.storage import ObjectStore
from youke_recommender import (
    AllowList,
    Item,
    Model,
    RecommenderError,
    load_model,
)

logger = logging.getLogger(__name__)

#: A request waits so long for a new model, which takes milliseconds unless the store
#: hangs; then it is answered by the model before, or by popularity.
PATIENCE_S = 1.0
#: A model that could not be loaded is tried again after this time.
RETRY_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Published:
    """Where a model's artefact is, and what it must be."""

    id: UUID
    key: str
    sha256: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Served:
    """A model in memory, and what of the catalogue has been looked up in it."""

    id: UUID
    model: Model
    #: The lessons it was trained on; it may rank more by their words.
    trained: frozenset[str]
    _allowed: WeakKeyDictionary[Tier, AllowList] = field(
        default_factory=WeakKeyDictionary
    )
    _untrained: WeakKeyDictionary[Tier, Rows] = field(default_factory=WeakKeyDictionary)

    @classmethod
    def of(cls, model_id: UUID, model: Model) -> "Served":
        """Serve a model as it was trained."""
        return cls(id=model_id, model=model, trained=frozenset(model.item_ids))

    def allowed(self, tier: Tier) -> AllowList:
        """Return a tier's lessons as the model knows them, looked up once."""
        found = self._allowed.get(tier)
        if found is None:
            found = self._allowed[tier] = self.model.allow(tier.names)
        return found

    def untrained(self, tier: Tier) -> Rows:
        """Return the rows of a tier that the model was not trained on."""
        found = self._untrained.get(tier)
        if found is None:
            fresh = (name not in self.trained for name in tier.names)
            mask = np.fromiter(fresh, dtype=np.bool_, count=len(tier.names))
            found = self._untrained[tier] = tier.rows[mask]
        return found

    def with_items(self, items: Mapping[str, Item]) -> "Served":
        """Return the same model, which also ranks these lessons by their words."""
        return Served(
            id=self.id, model=self.model.with_items(items), trained=self.trained
        )


class ModelCache:
    """Keeps one model; swapped when another is published, shared by all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._served: Served | None = None
        self._loading: Thread | None = None
        self._failed: UUID | None = None
        self._retry_at: datetime | None = None

    def get(self, published: Published | None, store: ObjectStore) -> Served | None:
        """Return the published model, else the last good one, else None.

        Never raises: a damaged artefact or an absent store is logged, and tried
        again later.
        """
        if published is None:
            return None
        loading = self._begin(published, store)
        if loading is not None:
            loading.join(PATIENCE_S)
        return self._served

    def _begin(self, published: Published, store: ObjectStore) -> Thread | None:
        """Return the thread that is loading, started when there is need for one."""
        with self._lock:
            if self._loading is None and self._is_due(published):
                self._loading = Thread(
                    target=self._load, args=(published, store), daemon=True
                )
                self._loading.start()
            return self._loading

    def _is_due(self, published: Published) -> bool:
        if self._served is not None and self._served.id == published.id:
            return False
        waiting = self._retry_at is not None and now() < self._retry_at
        return not (waiting and self._failed == published.id)

    def _load(self, published: Published, store: ObjectStore) -> None:
        try:
            self._served = fetch(published, store)
        except (YoukeError, RecommenderError, OSError) as error:
            self._failed, self._retry_at = published.id, now() + RETRY_AFTER
            logger.exception(
                "Ranking model not loaded",
                extra={"action": "model_refused", "model": published.id},
                exc_info=error,
            )
        finally:
            self._loading = None


def published_model(session: Session) -> Published | None:
    """Return the current model, None before the first."""
    row = session.execute(
        select(RankingModel.id, RankingModel.key, RankingModel.sha256).where(
            RankingModel.state == ModelState.CURRENT.value
        )
    ).one_or_none()
    if row is None or row.key is None or row.sha256 is None:
        return None
    return Published(id=row.id, key=row.key, sha256=row.sha256)


def fetch(published: Published, store: ObjectStore) -> Served:
    """Read a model from the store.

    :raises RecommenderError: when it is damaged or not the published one.
    :raises StorageUnavailableError:
    :raises ObjectMissingError:
    """
    with tempfile.TemporaryDirectory(prefix="youke-model-") as folder:
        path = Path(folder) / "model.npz"
        store.download(published.key, path)
        model = load_model(path, published.sha256)
    return Served.of(published.id, model)
