"""What ours is compared with: ``implicit`` called directly, and content neighbours."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from youke_recommender import EaseModel, EaseParams

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from youke_recommender import Interactions, Item

#: Plain EASE: our kind with all that we added taken out, but for the ridge.
EASE_RIDGES = (250, 500, 750, 1000, 1500, 2000, 3000)
#: How many neighbours a new item has.
NEAREST = (5, 10, 20, 50, 100)
#: One is varied while the others stay, twice round.
ALS_RANGES = {
    "regularization": (50.0, 100.0, 200.0, 400.0),
    "alpha": (2.0, 5.0, 10.0, 20.0),
    "factors": (32, 64, 128),
}
ROUNDS = 2


@dataclass(frozen=True)
class Setting:
    """How the library is called; these are its own defaults."""

    factors: int = 100
    regularization: float = 0.01
    alpha: float = 1.0
    iterations: int = 15


TUNED_FROM = Setting(factors=64, regularization=100.0, alpha=10.0)


class ImplicitAls:
    """``implicit`` as its users call it: confidence alpha * r, factors folded in."""

    needs_history: ClassVar[bool] = True

    def __init__(self, data: Interactions, setting: Setting) -> None:
        self.item_ids = data.item_ids
        self.learner = learner(setting)
        with threadpool_limits(1, "blas"):
            self.learner.fit(data.matrix, show_progress=False)

    def scores_of(self, histories: Any) -> Any:
        people = np.arange(histories.shape[0])
        with threadpool_limits(1, "blas"):
            folded = self.learner.recalculate_user(people, histories)
            return folded @ self.learner.item_factors.T


def learner(setting: Setting) -> Any:
    """Return the library's model, on processors."""
    from implicit.cpu.als import AlternatingLeastSquares

    return AlternatingLeastSquares(
        factors=setting.factors,
        regularization=setting.regularization,
        alpha=setting.alpha,
        iterations=setting.iterations,
        random_state=0,
    )


def plain_ease(data: Interactions, ridge: float) -> EaseModel:
    """Train EASE as it was published (Steck 2019)."""
    params = EaseParams(
        regularization=ridge, dropout=0, popular_ridge=1, popular_share=0, content=0
    )
    return EaseModel.fit(data, params=params)


class ContentNeighbours:
    """Content nearest neighbours: each item is for those who had its like.

    An item's neighbours are the ``nearest`` known ones by words, and its score is the
    sum of their likeness over the history.
    """

    needs_history: ClassVar[bool] = True

    def __init__(self, alike: Alike, known: Collection[str], nearest: int) -> None:
        self.item_ids = alike.item_ids
        inside = frozenset(known)
        unknown = [item not in inside for item in alike.item_ids]
        self.likeness = alike.likeness.copy()
        self.likeness[unknown] = 0
        farther = np.argpartition(-self.likeness, nearest, axis=0)[nearest:]
        np.put_along_axis(self.likeness, farther, 0, axis=0)

    def scores_of(self, histories: Any) -> Any:
        return histories @ self.likeness


@dataclass(frozen=True)
class Alike:
    """Items and the cosines of their IDF-weighted bigrams and marks."""

    item_ids: tuple[str, ...]
    likeness: Any

    @classmethod
    def of(cls, items: Mapping[str, Item]) -> Self:
        """Compare all items."""
        terms = [Counter(_terms(item)) for item in items.values()]
        known = Counter(term for each in terms for term in each)
        columns = {term: place for place, term in enumerate(known)}
        rows = [row for row, each in enumerate(terms) for _ in each]
        names = [term for each in terms for term in each]
        values = np.array([math.log(len(terms) / known[term]) for term in names])
        at = (np.array(rows), np.array([columns[term] for term in names]))
        vectors = csr_matrix((values, at), shape=(len(terms), len(columns)))
        lengths = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1))).ravel()
        vectors = csr_matrix(vectors.multiply(1 / np.maximum(lengths, 1e-9)[:, None]))
        return cls(tuple(items), (vectors @ vectors.T).toarray())


def _terms(item: Item) -> Iterator[str]:
    text = f"{item.title} {item.text}".lower()
    yield from (text[at : at + 2] for at in range(len(text) - 1))
    yield from item.facets
