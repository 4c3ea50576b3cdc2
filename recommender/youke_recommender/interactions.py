"""Who dealt with what, and how much: the only thing a model learns from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.sparse import csr_matrix

from youke_recommender.errors import InvalidInteractionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Interactions:
    """A sparse matrix of weights, one row per user and one column per item.

    Ids are opaque strings in sorted order, so the same facts in any order give
    the same matrix, and the same model.  Every stored weight is above zero; a
    weight of 1 means one clear sign of interest.
    """

    #: ``csr_matrix`` of float32, shape (users, items), indices sorted in each row.
    matrix: Any
    user_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    #: The floor set by ``only_shared``: what fewer people share, no model may use.
    least_people: int = 1

    @classmethod
    def from_triples(
        cls, users: Sequence[str], items: Sequence[str], weights: Sequence[float]
    ) -> Self:
        """Build from three columns; duplicates are summed, zero weights dropped.

        Raises ``ValueError`` when the columns differ in length and
        ``InvalidInteractionError`` for a negative or non-finite weight.
        """
        if not len(users) == len(items) == len(weights):
            raise ValueError("users, items and weights must be equally long")
        values = np.asarray(weights, dtype=np.float64)
        _refuse_invalid(values)
        kept = np.flatnonzero(values).tolist()
        user_ids, rows = _number([users[k] for k in kept])
        item_ids, columns = _number([items[k] for k in kept])
        shape = (len(user_ids), len(item_ids))
        # From coordinates, duplicates are summed in double precision and sorted.
        matrix = csr_matrix((values[kept], (rows, columns)), shape=shape)
        return cls(matrix.astype(np.float32), user_ids, item_ids)

    @property
    def count(self) -> int:
        """The number of different (user, item) pairs."""
        return int(self.matrix.nnz)

    def only_shared(self, least_people: int) -> Self:
        """Return the data for training under a floor of so many people.

        Items that fewer people dealt with are gone from every model.  Of the rest,
        neighbours and EASE use a pair of items only when at least that many people
        dealt with both.  ALS compresses all people at once into a few numbers per
        item and has no pairs to leave out: there the floor is on items alone.
        """
        people = np.bincount(self.matrix.indices, minlength=len(self.item_ids))
        columns = np.flatnonzero(people >= least_people)
        kept = self.matrix[:, columns]
        rows = np.flatnonzero(np.diff(kept.indptr))
        return replace(
            self,
            matrix=kept[rows],
            user_ids=tuple(self.user_ids[row] for row in rows),
            item_ids=tuple(self.item_ids[column] for column in columns),
            least_people=least_people,
        )

    def history(self, row: int) -> dict[str, float]:
        """Return what the user in this row dealt with, as item id to weight."""
        span = slice(self.matrix.indptr[row], self.matrix.indptr[row + 1])
        columns = self.matrix.indices[span].tolist()
        weights = self.matrix.data[span].tolist()
        return {self.item_ids[c]: w for c, w in zip(columns, weights, strict=True)}


def _refuse_invalid(weights: NDArray[np.float64]) -> None:
    # The comparison is false for NaN, which is why it is asked this way round.
    valid = (weights >= 0) & np.isfinite(weights)
    if not valid.all():
        raise InvalidInteractionError(float(weights[np.argmin(valid)]))


def _number(ids: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    distinct = tuple(sorted(set(ids)))
    number = {name: index for index, name in enumerate(distinct)}
    places = np.fromiter((number[i] for i in ids), dtype=np.int32, count=len(ids))
    return distinct, places
