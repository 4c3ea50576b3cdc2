"""Popularity: the same list for everybody, the baseline that a model must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from youke_recommender.artefact import Artefact
from youke_recommender.contract import History, Model, measured
from youke_recommender.errors import ModelDamagedError, TooLittleDataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.contract import Progress
    from youke_recommender.interactions import Interactions
    from youke_recommender.items import Item


@dataclass(frozen=True, slots=True)
class PopularityParams:
    """Popularity has nothing to tune."""


class PopularityModel(Model):
    """Items by the number of people who dealt with them.

    People are counted, not weights: one person cannot push an item by watching it
    many times.
    """

    kind: ClassVar[str] = "popularity"
    needs_history: ClassVar[bool] = False

    def __init__(self, item_ids: tuple[str, ...], people: NDArray[np.int64]) -> None:
        super().__init__(item_ids)
        self._people = people

    @classmethod
    def fit(
        cls,
        data: Interactions,
        *,
        params: PopularityParams | None = None,  # noqa: ARG003 - all kinds have it
        progress: Progress | None = None,  # noqa: ARG003 - over before it could show
        items: Mapping[str, Item] | None = None,  # noqa: ARG003 - learns from people alone
    ) -> Self:
        """Count; raises ``TooLittleDataError`` when there is nothing to count."""
        if not data.count:
            raise TooLittleDataError
        people = np.bincount(data.matrix.indices, minlength=len(data.item_ids))
        return cls(data.item_ids, people.astype(np.int64))

    def to_artefact(self) -> Artefact:
        return Artefact(self.kind, self.item_ids, arrays={"people": self._people})

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> Self:
        people = artefact.array("people", (len(artefact.item_ids),))
        if people.dtype.kind != "i" or (people < 0).any():
            raise ModelDamagedError("people must be counts")
        return cls(artefact.item_ids, people.astype(np.int64))

    def scores_of(self, histories: Any) -> NDArray[np.float32]:
        return np.broadcast_to(self._people.astype(np.float32), histories.shape)

    def _taste(self, history: History) -> _Counts:
        return _Counts(self._people, len(history))

    def _likeness(self, row: int, rows: Rows) -> NDArray[np.float32]:  # noqa: ARG002 - counting people says nothing about likeness
        return np.zeros(len(rows), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    people: NDArray[np.int64]
    history_length: int

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        return self.people[rows].astype(np.float32)

    def contributions(self, rows: Rows) -> NDArray[np.float32]:
        return np.zeros((len(rows), self.history_length), dtype=np.float32)

    def level(self) -> tuple[float, float]:
        return measured(self.people.astype(np.float32))
