"""How good a model is: full ranking over the catalogue, seen items removed.

Nothing is sampled, and what is judged is what is served: the model's own
``recommend``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from youke_recommender.interactions import Interactions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from youke_recommender.contract import Model


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the people who have something to find.

    ``recall`` is found / to be found; ``ndcg`` is binary with the ideal list as long
    as min(at, to be found); ``coverage`` is the share of the model's items that
    anybody was shown.
    """

    at: int
    people: int
    recall: float
    ndcg: float
    coverage: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures under their usual names, such as ``ndcg@20``."""
        return {
            f"recall@{self.at}": self.recall,
            f"ndcg@{self.at}": self.ndcg,
            f"coverage@{self.at}": self.coverage,
        }


def recall(ranked: Sequence[str], wanted: frozenset[str]) -> float:
    """Return the share of the wanted items that the list has."""
    return len(wanted.intersection(ranked)) / len(wanted)


def ndcg(ranked: Sequence[str], wanted: frozenset[str], *, at: int) -> float:
    """Return the binary discounted gain of the first ``at``, relative to the best."""
    discounts = 1.0 / np.log2(np.arange(2, at + 2))
    hits = np.array([item in wanted for item in ranked[:at]], dtype=bool)
    gain = discounts[: len(hits)][hits].sum()
    return float(gain / discounts[: len(wanted)].sum())


def evaluate(
    model: Model,
    train: Interactions,
    test: Interactions,
    *,
    at: int = 20,
    progress: Callable[[int, int], None] | None = None,
) -> Quality:
    """Rank for each person in ``test`` from the history in ``train`` and judge.

    Test items that are in the person's history are not asked for; those that the
    model cannot know count as not found; a person without history is judged too.
    """
    row_of = {user: row for row, user in enumerate(train.user_ids)}
    recalls, ndcgs, shown = [], [], set[str]()
    for place, user in enumerate(test.user_ids):
        row = row_of.get(user)
        history = {} if row is None else train.history(row)
        wanted = frozenset(test.history(place)) - history.keys()
        if not wanted:
            continue
        ranked = [scored.item for scored in model.recommend(history, n=at)]
        recalls.append(recall(ranked, wanted))
        ndcgs.append(ndcg(ranked, wanted, at=at))
        shown.update(ranked)
        if progress is not None:
            progress(place + 1, len(test.user_ids))
    coverage = len(shown) / len(model.item_ids)
    return Quality(at, len(recalls), _mean(recalls), _mean(ndcgs), coverage)


def split(
    data: Interactions, *, share: float = 0.2, seed: int = 0
) -> tuple[Interactions, Interactions]:
    """Cut ``share`` of each user's items off at random: (train, test).

    Each user with two items or more has at least one in each part; a user with one
    item keeps it for training.
    """
    if not 0 < share < 1:
        raise ValueError("share must be between 0 and 1")
    random = np.random.default_rng(seed)
    counts = np.diff(data.matrix.indptr)
    held = np.zeros(data.count, dtype=bool)
    for start, count in zip(data.matrix.indptr[:-1], counts, strict=True):
        # Rounding alone would leave nothing to find for the short histories.
        cut = min(max(round(share * count), 1), count - 1)
        held[start + random.permutation(count)[:cut]] = True
    # A part has fewer people than the whole, so the floor is asked of it again.
    return _part(data, ~held).only_shared(data.least_people), _part(data, held)


def _part(data: Interactions, kept: np.ndarray) -> Interactions:
    pairs = data.matrix.tocoo()
    return Interactions.from_triples(
        [data.user_ids[u] for u in pairs.row[kept].tolist()],
        [data.item_ids[i] for i in pairs.col[kept].tolist()],
        pairs.data[kept].tolist(),
    )


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else 0.0
