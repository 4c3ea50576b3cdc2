"""The definitions, written so that they can be read against the papers.

Loops over everything, hundreds of times slower than the engine: the oracles that the
fast code must agree with.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from youke_recommender import Item

    Matrix = NDArray[np.float64]


def fold_in(
    item_factors: Matrix, history: Mapping[int, float], *, alpha: float, ridge: float
) -> Matrix:
    """Solve Hu, Koren and Volinsky (2008) as it is written, over all items."""
    items, factors = item_factors.shape
    a = ridge * np.eye(factors)
    b = np.zeros(factors)
    for item in range(items):
        y = item_factors[item]
        confidence = 1.0 + alpha * history.get(item, 0.0)
        preference = 1.0 if item in history else 0.0
        a += confidence * np.outer(y, y)
        b += confidence * preference * y
    return np.asarray(np.linalg.solve(a, b), dtype=np.float64)


def cosines(x: Matrix, least_people: int = 1) -> Matrix:
    """Compare every item with every other one, none with itself."""
    items = x.shape[1]
    found = np.zeros((items, items))
    for i in range(items):
        for j in range(items):
            together = np.count_nonzero((x[:, i] > 0) & (x[:, j] > 0))
            if i != j and together >= least_people:
                lengths = np.linalg.norm(x[:, i]) * np.linalg.norm(x[:, j])
                found[i, j] = x[:, i] @ x[:, j] / lengths
    return found


def neighbour_scores(x: Matrix, history: Mapping[int, float], keep: int) -> Matrix:
    """Let each history item vote for its ``keep`` nearest."""
    alike = cosines(x)
    scores = np.zeros(len(alike))
    for item, confidence in history.items():
        for near in np.argsort(-alike[item], kind="stable")[:keep]:
            scores[near] += confidence * alike[item, near]
    return scores


def ease_column(rows: Matrix, target: int, ridge: Matrix) -> Matrix:
    """Regress one item on all others: what each says for it, itself nothing.

    ``rows`` are people, and words standing in as people; ``ridge`` is per item.
    """
    others = np.delete(np.arange(rows.shape[1]), target)
    seen = rows[:, others]
    a = seen.T @ seen + np.diag(ridge[others])
    column = np.zeros(rows.shape[1])
    column[others] = np.linalg.solve(a, seen.T @ rows[:, target])
    return column


def likeness(items: Sequence[Item], words_weight: float, least_items: int) -> Matrix:
    """Return the weighted mean of the fields' cosines for every pair of items."""
    kinds = sorted({mark.split(":")[0] for item in items for mark in item.facets})
    fields = [[_title(item) for item in items], [_pairs(item.text) for item in items]]
    fields += [[_marks(item, kind) for item in items] for kind in kinds]
    weights = [words_weight, words_weight] + [1.0] * len(kinds)
    common = [_common(bags, least_items) for bags in fields]
    total = sum(w for w, bags in zip(weights, common, strict=True) if any(bags))
    alike = np.zeros((len(items), len(items)))
    for weight, bags in zip(weights, common, strict=True):
        vectors = [_tfidf(bag, bags) for bag in bags]
        for i, one in enumerate(vectors):
            for j, other in enumerate(vectors):
                alike[i, j] += weight / total * _cosine(one, other)
    return alike


def ridge_prediction(
    known: Matrix, asked: Matrix, targets: Matrix, ridge: float
) -> Matrix:
    """Solve kernel ridge regression with the matrix in full."""
    return np.asarray(
        asked @ np.linalg.solve(known + ridge * np.eye(len(known)), targets)
    )


def _title(item: Item) -> list[str]:
    return [c for word in _words(item.title) for c in word] + _pairs(item.title)


def _pairs(text: str) -> list[str]:
    return [w[k : k + 2] for w in _words(text) for k in range(len(w) - 1)]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _marks(item: Item, kind: str) -> list[str]:
    return [mark for mark in set(item.facets) if mark.split(":")[0] == kind]


def _common(bags: Sequence[Sequence[str]], least: int) -> list[list[str]]:
    holders = Counter(word for bag in bags for word in set(bag))
    return [[word for word in bag if holders[word] >= least] for bag in bags]


def _tfidf(bag: Sequence[str], bags: Sequence[Sequence[str]]) -> dict[str, float]:
    values = {}
    for word, count in Counter(bag).items():
        holders = sum(word in other for other in bags)
        rarity = math.log((len(bags) + 1) / (holders + 1)) + 1
        values[word] = (1 + math.log(count)) * rarity
    return values


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if not one or not other:
        return 0.0
    product = sum(value * other.get(word, 0.0) for word, value in one.items())
    return product / math.hypot(*one.values()) / math.hypot(*other.values())
