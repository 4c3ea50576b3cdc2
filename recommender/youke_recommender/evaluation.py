"""How good a model is: full ranking over the catalogue, seen items removed.

Nothing is sampled, and what is judged is what is served: many people are scored at
once, but by the numbers and in the order that ``recommend`` uses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from scipy.sparse import csr_matrix, vstack

from youke_recommender.catalogue import eligible_rows, top

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.contract import Progress
    from youke_recommender.interactions import Interactions

#: People scored at a time: 256 rows of 50,000 items are 50 MB.
BATCH = 256


class Ranker(Protocol):
    """What can be judged: any ``Model``, and other libraries' for comparison."""

    #: Whether an empty history is answered with an empty list.
    needs_history: ClassVar[bool]

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The items that are ranked."""
        ...

    def scores_of(self, histories: Any) -> NDArray[np.float32]:
        """Score all items for many people, as ``Model.scores_of`` does."""
        ...


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the people who have something to find, and what was shown to all.

    ``recall`` is found / to be found; ``ndcg`` is binary with the ideal list as long
    as min(at, to be found); ``coverage`` is the share of the model's items that
    anybody was shown; ``popularity`` is the mean number of people who had dealt with
    a shown item; ``gini`` of exposure is 0 when all items are shown equally often and
    near 1 when one takes all places.
    """

    at: int
    people: int
    recall: float
    ndcg: float
    coverage: float
    popularity: float = 0.0
    gini: float = 0.0
    #: How often each item was shown, by row of the model.
    shown: tuple[int, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, float]:
        """Return the figures under their usual names, such as ``ndcg@20``."""
        return {
            f"recall@{self.at}": self.recall,
            f"ndcg@{self.at}": self.ndcg,
            f"coverage@{self.at}": self.coverage,
            f"popularity@{self.at}": self.popularity,
            f"gini@{self.at}": self.gini,
        }


def recall(ranked: Collection[Any], wanted: frozenset[Any]) -> float:
    """Return the share of the wanted items that the list has."""
    return len(wanted.intersection(ranked)) / len(wanted)


def ndcg(ranked: Collection[Any], wanted: frozenset[Any], *, at: int) -> float:
    """Return the binary discounted gain of the first ``at``, relative to the best."""
    discounts = 1.0 / np.log2(np.arange(2, at + 2))
    hits = np.array([item in wanted for item in list(ranked)[:at]], dtype=bool)
    gain = discounts[: len(hits)][hits].sum()
    return float(gain / discounts[: len(wanted)].sum())


def gini(amounts: NDArray[Any]) -> float:
    """Return how unequal the amounts are, 0 (all the same) to 1 - 1/n (one has all)."""
    total = float(amounts.sum())
    if not total:
        return 0.0
    ordered = np.sort(amounts.astype(np.float64))
    places = np.arange(1, len(ordered) + 1)
    return float((2 * places - len(ordered) - 1) @ ordered / (len(ordered) * total))


def evaluate(
    model: Ranker,
    train: Interactions,
    test: Interactions,
    *,
    at: int = 20,
    candidates: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Quality:
    """Rank for each person in ``test`` from the history in ``train`` and judge.

    Test items that are in the person's history are not asked for; those that the
    model cannot know count as not found; a person without history is judged too.
    With ``candidates``, only these are ranked.
    """
    recalls, ndcgs = [], []
    shown = np.zeros(len(model.item_ids), dtype=np.int64)
    for done, (wanted, ranked) in enumerate(
        _lists(model, train, test, (candidates, at)), start=1
    ):
        if wanted:
            names = [model.item_ids[row] for row in ranked.tolist()]
            recalls.append(recall(names, wanted))
            ndcgs.append(ndcg(names, wanted, at=at))
            shown[ranked] += 1
        if progress is not None:
            progress(done, len(test.user_ids))
    return Quality(
        at=at,
        people=len(recalls),
        recall=_mean(recalls),
        ndcg=_mean(ndcgs),
        coverage=float(np.count_nonzero(shown) / len(shown)),
        popularity=_mean_popularity(shown, model, train),
        gini=gini(shown),
        shown=tuple(shown.tolist()),
    )


def _lists(
    model: Ranker,
    train: Interactions,
    test: Interactions,
    of: tuple[Collection[str] | None, int],
) -> Iterator[tuple[frozenset[str], Rows]]:
    # For each person in the test: what is to be found, and the rows that are shown.
    candidates, at = of
    allowed = None if candidates is None else _rows(model, candidates)
    row_of = {user: row for row, user in enumerate(train.user_ids)}
    known = _as_the_model_sees(train, model)
    nobody = len(train.user_ids)
    for start in range(0, len(test.user_ids), BATCH):
        rows = [row_of.get(u, nobody) for u in test.user_ids[start : start + BATCH]]
        histories = known[rows]
        scores = model.scores_of(histories)
        for place, row in enumerate(rows):
            seen = train.history(row).keys() if row != nobody else frozenset[str]()
            wanted = frozenset(test.history(start + place)) - seen
            barred = histories.indices[slice(*histories.indptr[place : place + 2])]
            silent = model.needs_history and not len(barred)
            eligible = eligible_rows(scores.shape[1], allowed, barred)
            yield wanted, eligible[top(scores[place][eligible], 0 if silent else at)]


def _rows(model: Ranker, items: Collection[str]) -> Rows:
    wanted = frozenset(items)
    return np.flatnonzero([item in wanted for item in model.item_ids])


def _as_the_model_sees(train: Interactions, model: Ranker) -> Any:
    # The histories with the model's rows as columns, and an empty one at the end.
    row_of = {item: row for row, item in enumerate(model.item_ids)}
    pairs = [(c, row_of[i]) for c, i in enumerate(train.item_ids) if i in row_of]
    columns, rows = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    shape = (len(train.item_ids), len(model.item_ids))
    moved = csr_matrix((np.ones(len(pairs), np.float32), (columns, rows)), shape=shape)
    nobody = csr_matrix((1, shape[1]), dtype=np.float32)
    return vstack([train.matrix @ moved, nobody], format="csr")


def _mean_popularity(
    shown: NDArray[np.int64], model: Ranker, train: Interactions
) -> float:
    people = np.diff(_as_the_model_sees(train, model).tocsc().indptr)
    return float(shown @ people / shown.sum()) if shown.any() else 0.0


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else 0.0
