"""Item neighbours: items are alike when the same people dealt with them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix, diags

from youke_recommender.artefact import Artefact
from youke_recommender.catalogue import top
from youke_recommender.contract import History, Model, measured
from youke_recommender.errors import (
    InvalidParameterError,
    ModelDamagedError,
    TooLittleDataError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.contract import Progress
    from youke_recommender.interactions import Interactions
    from youke_recommender.items import Item

#: Items compared with all others at a time, which bounds the memory of training.
BLOCK = 256


@dataclass(frozen=True, slots=True)
class NeighboursParams:
    """What item neighbours are found with."""

    #: Neighbours kept per item.
    neighbours: int = 100

    def __post_init__(self) -> None:
        if self.neighbours < 1:
            raise InvalidParameterError("neighbours", "must be at least 1")


class NeighboursModel(Model):
    """The nearest items of each item; the score is the sum over the history."""

    kind: ClassVar[str] = "neighbours"

    def __init__(
        self,
        item_ids: tuple[str, ...],
        nearest: NDArray[np.int32],
        cosines: NDArray[np.float32],
        params: NeighboursParams,
    ) -> None:
        """Take rows and cosines of each item's nearest, shape (items, neighbours).

        Places that are left over have a cosine of 0.
        """
        super().__init__(item_ids)
        self.params = params
        self._nearest = nearest
        self._cosines = cosines

    @classmethod
    def fit(
        cls,
        data: Interactions,
        *,
        params: NeighboursParams | None = None,
        progress: Progress | None = None,
        items: Mapping[str, Item] | None = None,  # noqa: ARG003 - learns from people alone
    ) -> Self:
        """Compare all items; raises ``TooLittleDataError`` without interactions."""
        if not data.count:
            raise TooLittleDataError
        chosen = params or NeighboursParams()
        nearest, cosines = _find(data, chosen, progress)
        return cls(data.item_ids, nearest, cosines, chosen)

    def to_artefact(self) -> Artefact:
        arrays = {"nearest": self._nearest, "cosines": self._cosines}
        return Artefact(self.kind, self.item_ids, asdict(self.params), arrays)

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> Self:
        items = len(artefact.item_ids)
        nearest = artefact.array("nearest", (items, -1))
        cosines = artefact.array("cosines", nearest.shape)
        if nearest.dtype != np.int32 or cosines.dtype != np.float32:
            raise ModelDamagedError("neighbours have the wrong types")
        if ((nearest < 0) | (nearest >= items)).any():
            raise ModelDamagedError("a neighbour is no item")
        try:
            params = NeighboursParams(**artefact.params)
        except (TypeError, InvalidParameterError) as error:
            raise ModelDamagedError("parameters are not those of neighbours") from error
        return cls(artefact.item_ids, nearest, cosines, params)

    def scores_of(self, histories: Any) -> NDArray[np.float32]:
        size = len(self.item_ids)
        starts = np.arange(size + 1) * self._nearest.shape[1]
        parts = (self._cosines.ravel(), self._nearest.ravel(), starts)
        votes: NDArray[np.float32] = (
            histories @ csr_matrix(parts, shape=(size, size))
        ).toarray()
        return votes

    def _taste(self, history: History) -> _NeighbourVotes:
        confidences = history.confidences.astype(np.float32)
        votes = self._cosines[history.rows] * confidences[:, None]
        targets = self._nearest[history.rows]
        sums = np.bincount(
            targets.ravel(), weights=votes.ravel(), minlength=len(self.item_ids)
        )
        return _NeighbourVotes(targets, votes, sums.astype(np.float32))

    def _likeness(self, row: int, rows: Rows) -> NDArray[np.float32]:
        cosines = np.zeros(len(self.item_ids), dtype=np.float32)
        # Places left over all name row 0 with a cosine of 0, hence the maximum.
        np.maximum.at(cosines, self._nearest[row], self._cosines[row])
        return cosines[rows]


@dataclass(frozen=True, slots=True, eq=False)
class _NeighbourVotes:
    #: Rows that each history item votes for, and how much; shape (history, neighbours).
    targets: NDArray[np.int32]
    votes: NDArray[np.float32]
    #: All votes for each item; shape (items,).
    sums: NDArray[np.float32]

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        return self.sums[rows]

    def level(self) -> tuple[float, float]:
        return measured(self.sums)

    def contributions(self, rows: Rows) -> NDArray[np.float32]:
        parts = np.zeros((len(rows), len(self.targets)), dtype=np.float32)
        if len(rows):
            order = np.argsort(rows)
            places = np.searchsorted(rows[order], self.targets)
            places[places == len(rows)] = 0
            voters, ranks = np.nonzero(rows[order][places] == self.targets)
            rated = order[places[voters, ranks]]
            np.add.at(parts, (rated, voters), self.votes[voters, ranks])
        return parts


def _find(
    data: Interactions, params: NeighboursParams, progress: Progress | None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    columns = _unit_columns(data.matrix)
    items = len(data.item_ids)
    shape = (items, min(params.neighbours, items))
    nearest = np.zeros(shape, dtype=np.int32)
    cosines = np.zeros(shape, dtype=np.float32)
    for start in range(0, items, BLOCK):
        stop = min(start + BLOCK, items)
        block = (columns[:, start:stop].T @ columns).tocsr()
        if data.least_people > 1:
            block = block.multiply(_shared(data, start, stop)).tocsr()
        for row in range(start, stop):
            found, likeness = _best(block, row - start, row, shape[1])
            nearest[row, : len(found)] = found
            cosines[row, : len(found)] = likeness
        if progress is not None:
            progress(stop, items)
    return nearest, cosines


def _unit_columns(matrix: Any) -> Any:
    values = matrix.astype(np.float64)
    squares = np.asarray(values.multiply(values).sum(axis=0)).ravel()
    return (values @ diags(1.0 / np.sqrt(squares))).tocsc()


def _shared(data: Interactions, start: int, stop: int) -> Any:
    # 1 where enough people dealt with both items, nothing elsewhere.
    dealt = data.matrix.astype(bool).astype(np.float64)
    people = dealt[:, start:stop].T @ dealt
    return people >= data.least_people


def _best(
    block: Any, line: int, itself: int, n: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    span = slice(block.indptr[line], block.indptr[line + 1])
    rows, cosines = block.indices[span], block.data[span].astype(np.float32)
    others = rows != itself
    rows, cosines = rows[others], cosines[others]
    places = top(cosines, n)
    return rows[places], cosines[places]
