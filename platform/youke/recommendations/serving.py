"""The current model in this process: looked up at each request, loaded once."""

import logging
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.kernel.clock import now
from youke.kernel.errors import YoukeError
from youke.recommendations.models import RankingModel
from youke.recommendations.states import ModelState
from youke.storage import ObjectStore
from youke_recommender import Model, RecommenderError, load_model

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


@dataclass(frozen=True, kw_only=True)
class Served:
    """A model in memory, and the lessons it knows."""

    id: UUID
    model: Model
    known: frozenset[str]


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
    return Served(id=published.id, model=model, known=frozenset(model.item_ids))
