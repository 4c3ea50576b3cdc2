"""Training a ranking model, judging it, and publishing it in one step."""

import logging
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from youke.engagement.service import all_interactions
from youke.kernel.clock import now
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.kernel.ids import new_id
from youke.recommendations import recipes, registry
from youke.recommendations.dataset import LEAST_STUDENTS, Dataset
from youke.recommendations.items import listed_items
from youke.recommendations.judging import (
    Contest,
    Size,
    Verdict,
    judge,
    shrinkage,
)
from youke.recommendations.models import RankingModel
from youke.recommendations.recipes import Recipe
from youke.recommendations.states import ModelState
from youke.storage import ObjectStore
from youke_recommender import Item, RecommenderError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/octet-stream"
#: While no model serves, training may take this share of a worker's time.
BUSY_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Options:
    """How models are trained here."""

    #: What fewer students did is not told by any model.
    least_students: int = LEAST_STUDENTS
    #: Time between two trainings that nobody asked for.
    every: timedelta = timedelta(hours=6)
    #: Publish also what knows much less than the present model.
    may_shrink: bool = False

    @classmethod
    def of(cls, settings: Settings, *, may_shrink: bool = False) -> "Options":
        """Return what the settings say."""
        return cls(
            least_students=settings.least_students_per_pair,
            every=timedelta(hours=settings.train_every_hours),
            may_shrink=may_shrink,
        )


@dataclass(frozen=True, kw_only=True)
class Material:
    """All that a training needs from the database, read in one transaction."""

    data: Dataset
    items: Mapping[str, Item]
    present: RankingModel | None
    last: RankingModel | None
    candidates: list[Recipe] = field(default_factory=recipes.candidates)
    versions: dict[str, str] = field(default_factory=recipes.versions)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that the model depends on, but what lessons are called."""
        return recipes.fingerprint(
            self.data.fingerprint, self.candidates, self.versions
        )

    @property
    def contest(self) -> Contest:
        """Who is compared with whom."""
        known = self.present and Recipe.remembered(
            self.present.algorithm, self.present.params
        )
        return Contest(
            candidates=self.candidates,
            baselines=recipes.baselines(),
            present=known or None,
            items=self.items,
        )


def train(
    database: Database, store: ObjectStore, options: Options | None = None
) -> RankingModel:
    """Learn from what people did who allow it, and publish the model if it is good.

    Returns the row that says what became of it: `current`, `ready` when publication
    is held back, or `refused` with the reason. When nothing was done since the last
    training its row is returned. Opens transactions of its own, because none may stay
    open as long as it learns; killed at any moment it leaves the model before in place.

    :raises StorageUnavailableError: when the model cannot be stored.
    """
    chosen = options or Options()
    began = time.monotonic()
    with database.transaction() as session:
        material = read(session, chosen)
    last = material.last
    if last is not None and _is_same(last, material, chosen):
        return last
    row = _row(material, judge(material.data, material.contest))
    if row.state == ModelState.CANDIDATE.value:
        _learn(material, row, store, may_shrink=chosen.may_shrink)
    row.seconds = round(time.monotonic() - began, 3)
    with database.transaction() as session:
        registry.record(session, row)
    _log(row)
    registry.prune(database, store)
    return row


def read(session: Session, options: Options) -> Material:
    """Return the facts of everybody who allows it, and what there is already."""
    data = Dataset.of(all_interactions(session), least_students=options.least_students)
    return Material(
        data=data,
        items=listed_items(session),
        present=registry.current(session),
        last=registry.latest(session),
    )


def is_due(
    last: RankingModel | None, at: datetime, every: timedelta, *, has_current: bool
) -> bool:
    """Say whether it is time to train again, whatever has been done since.

    A house without a model is in a hurry, but not so much that a training that is
    refused time and again keeps a worker busy.
    """
    if last is None:
        return True
    least = timedelta(seconds=(last.seconds or 0.0) / BUSY_SHARE)
    return at - last.created_at >= (every if has_current else min(every, least))


def _is_same(last: RankingModel, material: Material, options: Options) -> bool:
    finished = last.state != ModelState.CANDIDATE.value
    # What was refused for its size may be wanted now.
    forgiven = options.may_shrink and last.state == ModelState.REFUSED.value
    return finished and not forgiven and last.fingerprint == material.fingerprint


def _row(material: Material, verdict: Verdict) -> RankingModel:
    chosen = verdict.winner or material.candidates[0]
    state = ModelState.REFUSED if verdict.refused else ModelState.CANDIDATE
    return RankingModel(
        id=new_id(),
        created_at=now(),
        state=state.value,
        reason=verdict.reason,
        algorithm=chosen.algorithm,
        params=dict(chosen.params),
        metrics=verdict.metrics,
        items=len(set(material.data.lessons)),
        interactions=len(material.data),
        people=len(set(material.data.people)),
        fingerprint=material.fingerprint,
        versions=material.versions,
    )


def _learn(
    material: Material, row: RankingModel, store: ObjectStore, *, may_shrink: bool
) -> None:
    """Fit on all facts and store the artefact; a failure refuses the row."""
    facts = material.data.interactions()
    row.items, row.interactions = len(facts.item_ids), facts.count
    row.people = len(facts.user_ids)
    present = _size(material.present) if material.present else None
    too_small = None if may_shrink else shrinkage(_size(row), present)
    if too_small:
        _refuse(row, too_small)
        return
    recipe = Recipe(algorithm=row.algorithm, params=row.params)
    try:
        model = recipe.fit(facts, material.items)
        with tempfile.TemporaryDirectory(prefix="youke-model-") as folder:
            path = Path(folder) / "model.npz"
            sha256, key = model.save(path), key_of(row.id)
            store.put_file(key, path, content_type=CONTENT_TYPE)
    except RecommenderError as error:
        _refuse(row, str(error))
        return
    row.key, row.sha256 = key, sha256


def _size(row: RankingModel) -> Size:
    return Size(items=row.items, interactions=row.interactions)


def _refuse(row: RankingModel, reason: str) -> None:
    row.move(ModelState.REFUSED)
    row.reason = reason


def key_of(model_id: UUID) -> str:
    """Return where a model's artefact lies in the object store."""
    return f"{registry.FOLDER}{model_id}.npz"


def _log(row: RankingModel) -> None:
    logger.info(
        "Trained a ranking model: %s",
        row.state,
        extra={
            "action": "model_trained",
            "model": row.id,
            "state": row.state,
            "reason": row.reason,
            "interactions": row.interactions,
        },
    )
