"""What a blend learns on parts cut from its training data: weights and a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from youke_recommender.content import fit_map
from youke_recommender.items import Item
from youke_recommender.splits import split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from youke_recommender.content import ContentModel
    from youke_recommender.contract import Model
    from youke_recommender.interactions import Interactions

#: Fewer people than this cannot tell members apart: the first one is trusted alone.
LEAST_JUDGES = 100
#: Scores kept at a time for each member: 160 MB.
MAX_SCORES = 40_000_000
#: Say of a further member beside the best one's 1.
STEPS = (0.1, 0.2, 0.35, 0.5, 0.8, 1.5)
#: Length of the lists that are judged.
AT = 20

#: Share of the items that the map from words is tried on.
HIDDEN = 0.2
LEAST_HIDDEN = 5
#: New items keep an order of their own even where words seem to tell nothing.
LEAST_SLOPE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """Half of the judges, with what every member says to them."""

    scores: Mapping[str, NDArray[np.float32]]
    seen: Any
    wanted: Any

    def gains(self, weights: Mapping[str, float]) -> NDArray[np.float64]:
        blended = sum(weight * self.scores[kind] for kind, weight in weights.items())
        return ndcg_each(np.asarray(blended), self.seen, self.wanted)


def learn_weights(
    data: Interactions,
    kinds: Sequence[str],
    fit: Callable[[str, Interactions], Model],
    *,
    people: int,
    seed: int,
) -> dict[str, float]:
    """Return the say of each member worth having, the best one's being 1.

    Members are trained on four fifths of each history.  On one half of the judges the
    weights that find most of the rest are searched, one at a time; on the other half
    they must beat the best member alone by more than the standard error of the
    difference, or it stays alone.
    """
    train, held = split(data, share=0.2, seed=seed)
    judges = _judges(train, held, people, seed)
    if len(kinds) == 1 or len(judges) < LEAST_JUDGES:
        return {kinds[0]: 1.0}
    trained = {kind: fit(kind, train) for kind in kinds}
    searched, checked = (
        _trial(trained, train, held, part) for part in (judges[::2], judges[1::2])
    )
    alone = {kind: searched.gains({kind: 1.0}).mean() for kind in kinds}
    best = max(kinds, key=lambda kind: alone[kind])
    weights = _search(searched, best, kinds)
    gained = checked.gains(weights) - checked.gains({best: 1.0})
    error = gained.std() / np.sqrt(len(gained))
    return weights if gained.mean() > error else {best: 1.0}


def ndcg_each(
    scores: NDArray[np.float32], seen: Any, wanted: Any
) -> NDArray[np.float64]:
    """Return each person's binary NDCG of the best AT items that are not seen.

    ``seen`` and ``wanted`` are ``csr_matrix`` in the shape of the scores; every
    person wants something.
    """
    open_scores = scores.copy()
    open_scores[seen.nonzero()] = -np.inf
    length = min(AT, scores.shape[1])
    people = np.arange(len(scores))[:, None]
    best = np.argpartition(-open_scores, length - 1, axis=1)[:, :length]
    best = best[people, np.argsort(-open_scores[people, best], axis=1, kind="stable")]
    hits = wanted.toarray()[people, best] > 0
    discounts = 1.0 / np.log2(np.arange(2, length + 2))
    ideal = np.cumsum(discounts)[np.minimum(np.diff(wanted.indptr), length) - 1]
    each: NDArray[np.float64] = (hits * discounts).sum(axis=1) / ideal
    return each


def _search(trial: _Trial, best: str, kinds: Sequence[str]) -> dict[str, float]:
    weights = {best: 1.0}
    reached = trial.gains(weights).mean()
    for kind in kinds:
        for step in STEPS if kind != best else ():
            tried = {**weights, kind: step}
            if (gain := trial.gains(tried).mean()) > reached:
                reached, weights = gain, tried
    return weights


def _judges(
    train: Interactions, held: Interactions, people: int, seed: int
) -> list[tuple[int, int]]:
    # Rows in train and in held of people who have something in both.
    row_of = {user: row for row, user in enumerate(train.user_ids)}
    known = set(train.item_ids)
    found = [
        (row_of[user], row)
        for row, user in enumerate(held.user_ids)
        if user in row_of and held.history(row).keys() & known
    ]
    at_most = min(people, max(MAX_SCORES // max(len(train.item_ids), 1), 1))
    order = np.random.default_rng(seed).permutation(len(found))[:at_most]
    return [found[place] for place in sorted(order.tolist())]


def _trial(
    trained: Mapping[str, Model],
    train: Interactions,
    held: Interactions,
    judges: Sequence[tuple[int, int]],
) -> _Trial:
    rows, held_rows = (list(rows) for rows in zip(*judges, strict=True))
    seen = train.matrix[rows]
    # Columns of the held part, put in the order of the training part.
    place = {item: column for column, item in enumerate(held.item_ids)}
    columns = [place.get(item, len(place)) for item in train.item_ids]
    padded = held.matrix[held_rows]
    padded.resize((len(held_rows), len(place) + 1))
    return _Trial(
        {kind: _standardised(model, seen) for kind, model in trained.items()},
        seen,
        padded[:, columns],
    )


def _standardised(model: Model, histories: Any) -> NDArray[np.float32]:
    scores = model.scores_of(histories)
    sizes = np.sqrt((scores.astype(np.float64) ** 2).mean(axis=1, keepdims=True))
    return (scores / np.where(sizes > 0, sizes, 1.0)).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where a predicted score lies among the scores of trained items."""

    #: Mean of the vectors that words predict for the trained items; shape (dims,).
    centre: NDArray[np.float64]
    #: Their covariance; shape (dims, dims).
    spread: NDArray[np.float64]
    #: Blended score per standard deviation of the prediction.
    slope: float

    @classmethod
    def none(cls, content: ContentModel) -> Self:
        """Return what serves where words cannot predict anything."""
        dims = content.vectors.shape[1]
        return cls(np.zeros(dims), np.zeros((dims, dims)), LEAST_SLOPE)

    @classmethod
    def over(cls, predicted: NDArray[np.float32], slope: float) -> Self:
        """Measure the predictions for items that have been trained."""
        wide = predicted.astype(np.float64)
        centre = wide.mean(axis=0)
        apart = wide - centre
        return cls(centre, apart.T @ apart / len(wide), slope)

    def line(self, profile: NDArray[np.float32]) -> tuple[float, float]:
        """Return slope and offset from a product with this profile to a score."""
        wide = profile.astype(np.float64)
        size = float(np.sqrt(max(float(wide @ self.spread @ wide), 0.0)))
        slope = self.slope / size if size > 0 else 0.0
        return slope, -slope * float(self.centre @ wide)

    def scores(
        self,
        profiles: NDArray[np.float32],
        vectors: NDArray[np.float32],
        means: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return the places of items for many people, shape (people, items)."""
        lines = np.array([self.line(profile) for profile in profiles])
        slopes, offsets = lines.reshape(-1, 2).astype(np.float32).T[:, :, None]
        placed: NDArray[np.float32] = slopes * (profiles @ vectors.T) + offsets
        return placed + means[:, None]


def place_new(
    content: ContentModel,
    data: Interactions,
    items: Mapping[str, Item],
    scores_of: Callable[[Any], NDArray[np.float32]],
) -> Placement:
    """Learn how much a prediction from words says about the blended score.

    The map is learned again without a fifth of the items, and its predictions for
    these are regressed on the scores that the blend, which knows them, gives.
    """
    if content.content is None:
        return Placement.none(content)
    described = [items.get(item, Item()) for item in data.item_ids]
    predicted = content.content.vectors(described)
    count = len(described)
    hidden = np.random.default_rng(0).permutation(count)[: round(HIDDEN * count)]
    if len(hidden) < LEAST_HIDDEN:
        return Placement.over(predicted, LEAST_SLOPE)
    kept = np.setdiff1d(np.arange(count), hidden)
    ridge = content.params.ridge
    blind = fit_map([described[k] for k in kept], content.vectors[kept], ridge)
    trial = Placement.over(blind.vectors([described[k] for k in kept]), 1.0)
    people = data.matrix[: max(min(len(data.user_ids), MAX_SCORES // count // 4), 1)]
    guesses = trial.scores(
        people @ content.vectors[:count],
        blind.vectors([described[k] for k in hidden]),
        np.zeros(people.shape[0], dtype=np.float32),
    )
    scores = scores_of(people)
    truth = scores[:, hidden] - scores.mean(axis=1, keepdims=True)
    unseen = people[:, hidden].toarray() == 0
    products = float((guesses * truth)[unseen].sum(dtype=np.float64))
    squares = float((guesses**2)[unseen].sum(dtype=np.float64))
    slope = products / squares if squares > 0 else 0.0
    return Placement.over(predicted, max(slope, LEAST_SLOPE))
