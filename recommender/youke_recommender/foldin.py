"""A person's factors from a history, against fixed item factors.

With Y the item factors, r the weights of the history and C = 1 + alpha * r the
confidences (1 for every other item), Hu, Koren and Volinsky (2008) solve

    A x = b,   A = YtY + Yt(C - I)Y + regularization * I,   b = YtC p,

with p = 1 for items in the history and 0 elsewhere; with nu above 0 the regularization
is multiplied by n^nu, n being the length of the history.  The score of item i is
y_i . x, and it falls apart exactly into what each history item j adds to it:
y_i . (A^-1 y_j) C_j.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows


@dataclass(frozen=True, slots=True, eq=False)
class FoldedTaste:
    """A person folded in: scores any rows and says what each history item adds."""

    item_factors: NDArray[np.float32]
    #: Column j is A^-1 y_j C_j; shape (factors, history).
    parts: NDArray[np.float32]
    #: x, the sum of the columns of ``parts``; shape (factors,).
    person: NDArray[np.float32]
    #: Mean of the item factors and mean of their outer products.
    moments: tuple[NDArray[np.float64], NDArray[np.float64]]

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """Return y_i . x for each row."""
        # Copying rows costs about three times as much as multiplying them in place.
        if len(rows) * 3 > len(self.item_factors):
            return (self.item_factors @ self.person)[rows]
        return self.item_factors[rows] @ self.person

    def contributions(self, rows: Rows) -> NDArray[np.float32]:
        """Return what each history item adds to each row's score."""
        return self.item_factors[rows] @ self.parts

    def level(self) -> tuple[float, float]:
        """Return mean and root mean square of all scores, without working them out."""
        x = self.person.astype(np.float64)
        mean, products = self.moments
        return float(mean @ x), float(np.sqrt(max(float(x @ products @ x), 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class FoldIn:
    """Item factors with all that does not depend on the person worked out before."""

    item_factors: NDArray[np.float32]
    alpha: float
    #: YtY in double precision; shape (factors, factors).
    base: NDArray[np.float64]
    moments: tuple[NDArray[np.float64], NDArray[np.float64]]
    regularization: float
    nu: float = 0.0

    @classmethod
    def of(
        cls,
        item_factors: NDArray[np.float32],
        *,
        alpha: float,
        regularization: float,
        nu: float = 0.0,
    ) -> Self:
        """Work out the part that all people share."""
        factors = np.ascontiguousarray(item_factors, dtype=np.float32)
        # Single precision is enough for the sum over items, and half the time; the
        # solve that follows is done in double.
        gram = (factors.T @ factors).astype(np.float64)
        items = max(len(factors), 1)
        moments = (factors.sum(axis=0, dtype=np.float64) / items, gram / items)
        return cls(factors, alpha, gram, moments, regularization, nu)

    def taste(self, rows: Rows, weights: NDArray[np.float64]) -> FoldedTaste:
        """Fold one person in, from the rows and weights of the history."""
        y = self.item_factors[rows].astype(np.float64)
        confidence = 1.0 + self.alpha * weights
        a = self.base + (y.T * (confidence - 1.0)) @ y
        a[np.diag_indices_from(a)] += self.regularization * len(rows) ** self.nu
        parts = np.linalg.solve(a, y.T * confidence)
        return FoldedTaste(
            self.item_factors,
            parts.astype(np.float32),
            parts.sum(axis=1).astype(np.float32),
            self.moments,
        )
