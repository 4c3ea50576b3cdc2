"""Item ids on the outside, row numbers on the inside, and lists of what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Rows: TypeAlias = NDArray[np.intp]

#: Scores of which only the highest is looked at first.
BLOCK = 64


class Catalogue:
    """The items a model knows; an item's row is its place in ``ids``."""

    def __init__(self, ids: tuple[str, ...]) -> None:
        self.ids = ids
        self._row_of = {name: row for row, name in enumerate(ids)}
        if len(self._row_of) != len(ids):
            raise ValueError("item ids must be unique")

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, item: str) -> int | None:
        """Return the item's row, or None when the model does not know it."""
        return self._row_of.get(item)

    def rows(self, items: Iterable[str]) -> Rows:
        """Return the rows of the known ones among these items, in their order."""
        found = (self._row_of.get(item) for item in items)
        return np.array([row for row in found if row is not None], dtype=np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class AllowList:
    """A set of candidates looked up once, to be used in many requests.

    Turning 50,000 ids into rows takes several milliseconds, far more than the
    ranking itself, so a server keeps one of these per set of eligible items.
    """

    ids: Collection[str]
    catalogue: Catalogue
    rows: Rows

    @classmethod
    def of(cls, ids: Collection[str], catalogue: Catalogue) -> AllowList:
        """Look the ids up in a model's catalogue."""
        return cls(ids, catalogue, catalogue.rows(ids))

    def rows_in(self, catalogue: Catalogue) -> Rows:
        """Return the rows in this catalogue, looking again when the model changed."""
        if catalogue is self.catalogue:
            return self.rows
        return catalogue.rows(self.ids)


def eligible_rows(size: int, allowed: Rows | None, barred: Rows) -> Rows:
    """Return the rows below ``size`` that are allowed (None: all) and not barred."""
    mask = np.full(size, allowed is None)
    if allowed is not None:
        mask[allowed] = True
    mask[barred] = False
    return np.flatnonzero(mask)


def top(scores: NDArray[np.float32], n: int) -> Rows:
    """Return the places of the n highest scores, best first, ties by place."""
    if n <= 0:
        return np.empty(0, dtype=np.intp)
    if n >= len(scores):
        return np.argsort(-scores, kind="stable")
    # A partition alone would pick among equal scores at the border by chance,
    # so everything that reaches the border is taken and then sorted.
    reaching = np.flatnonzero(scores >= _border(scores, n))
    return reaching[np.argsort(-scores[reaching], kind="stable")[:n]]


def _border(scores: NDArray[np.float32], n: int) -> np.float32:
    # A score that at least n places reach.  The n-th highest of the maxima of blocks is
    # one, found in a tenth of the time of a partition, which is slow where most scores
    # are equal, as those of neighbours are.
    blocks = len(scores) // BLOCK
    if blocks < n:
        border: np.float32 = np.partition(scores, len(scores) - n)[len(scores) - n]
        return border
    maxima = scores[: blocks * BLOCK].reshape(blocks, BLOCK).max(axis=1)
    lowest: np.float32 = np.partition(maxima, blocks - n)[blocks - n]
    return lowest
