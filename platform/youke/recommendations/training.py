"""Training a ranking model, judging it, and publishing it in one step."""

import logging
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from youke.engagement.service import all_interactions
from youke.kernel.db import Database
from youke.kernel.ids import new_id
from youke.recommendations import registry
from youke.recommendations.dataset import LEAST_JUDGED, Dataset
from youke.recommendations.models import RankingModel
from youke.recommendations.states import ModelState
from youke.storage import ObjectStore
from youke_recommender import (
    AlsModel,
    AlsParams,
    PopularityModel,
    RecommenderError,
    evaluate,
)

logger = logging.getLogger(__name__)

PARAMS = AlsParams()
#: Length of the list by which models are judged.
JUDGED_AT = 10
NDCG = f"ndcg@{JUDGED_AT}"
CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How good a model is, and whether and why it must not be published."""

    #: Quality by model, empty when there was too little to judge by.
    metrics: dict[str, Any] = field(default_factory=dict)
    refused: bool = False
    reason: str | None = None


def train(database: Database, store: ObjectStore) -> RankingModel:
    """Learn from everything people did and publish the model if it is good.

    Returns the row that says what became of it: `current`, or `refused` with the
    reason. When nothing was done since the last training its row is returned.
    Opens transactions of its own, because none may stay open as long as it learns;
    killed at any moment it leaves the model before in place.

    :raises StorageUnavailableError: when the model cannot be stored.
    """
    with database.transaction() as session:
        data = Dataset.of(all_interactions(session))
        last = registry.latest(session)
    if last is not None and _is_same(last, data):
        return last
    verdict = judge(data)
    row = _row(data, verdict)
    if not verdict.refused:
        _learn(data, row, store)
    with database.transaction() as session:
        registry.record(session, row)
    _log(row)
    registry.prune(database, store)
    return row


def judge(data: Dataset) -> Verdict:
    """Compare ALS with popularity on what people did last.

    Each learns from the earlier facts and ranks for each person; the later facts
    say who was right. Too few of them are no reason to refuse, but are said.
    """
    shortage = data.shortage()
    if shortage:
        return Verdict(refused=True, reason=shortage)
    before, after = data.split()
    judges = len(set(after.people))
    if judges < LEAST_JUDGED:
        return Verdict(reason=f"not measured: {judges} people in the hold-out")
    try:
        return _compare(before, after)
    except RecommenderError as error:
        return Verdict(refused=True, reason=str(error))


def _compare(before: Dataset, after: Dataset) -> Verdict:
    train_part, test_part = before.interactions(), after.interactions()
    models = {
        "als": AlsModel.fit(train_part, params=PARAMS),
        "popularity": PopularityModel.fit(train_part),
    }
    metrics = {
        name: evaluate(model, train_part, test_part, at=JUDGED_AT).as_dict()
        for name, model in models.items()
    }
    worse = metrics["als"][NDCG] < metrics["popularity"][NDCG]
    reason = f"popularity has the better {NDCG} on the hold-out" if worse else None
    return Verdict(metrics=metrics, refused=worse, reason=reason)


def _is_same(last: RankingModel, data: Dataset) -> bool:
    finished = last.state != ModelState.CANDIDATE.value
    return (
        finished
        and last.fingerprint == data.fingerprint
        and last.params == asdict(PARAMS)
    )


def _row(data: Dataset, verdict: Verdict) -> RankingModel:
    state = ModelState.REFUSED if verdict.refused else ModelState.CANDIDATE
    return RankingModel(
        id=new_id(),
        state=state.value,
        reason=verdict.reason,
        algorithm=AlsModel.kind,
        params=asdict(PARAMS),
        metrics=verdict.metrics,
        items=data.lesson_count,
        interactions=len(data),
        fingerprint=data.fingerprint,
    )


def _learn(data: Dataset, row: RankingModel, store: ObjectStore) -> None:
    """Fit on all facts and store the artefact; a failure refuses the row."""
    try:
        model = AlsModel.fit(data.interactions(), params=PARAMS)
    except RecommenderError as error:
        row.move(ModelState.REFUSED)
        row.reason = str(error)
        return
    with tempfile.TemporaryDirectory(prefix="youke-model-") as folder:
        path = Path(folder) / "model.npz"
        sha256, key = model.save(path), key_of(row.id)
        store.put_file(key, path, content_type=CONTENT_TYPE)
    row.key, row.sha256 = key, sha256


def key_of(model_id: UUID) -> str:
    """Return where a model's artefact lies in the object store."""
    return f"models/{model_id}.npz"


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
