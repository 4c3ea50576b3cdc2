"""Popularity: the same list for everybody, the baseline that a model must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from youke_recommender.artefact import Artefact
from youke_recommender.contract import History, Model, measured
from youke_recommender.errors import (
    InvalidParameterError,
    ModelDamagedError,
    TooLittleDataError,
)
from youke_recommender.items import Item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.contract import Progress
    from youke_recommender.interactions import Interactions


@dataclass(frozen=True, slots=True)
class PopularityParams:
    """How popularity fades."""

    #: Days after which an item counts half, by ``Item.age_days``; None: never.
    half_life_days: float | None = None

    def __post_init__(self) -> None:
        if self.half_life_days is not None and not 0 < self.half_life_days < np.inf:
            raise InvalidParameterError("half_life_days", "must be above 0")


class PopularityModel(Model):
    """Items by the number of people who dealt with them.

    People are counted, not weights: one person cannot push an item by watching it
    many times.
    """

    kind: ClassVar[str] = "popularity"
    needs_history: ClassVar[bool] = False

    def __init__(
        self,
        item_ids: tuple[str, ...],
        people: NDArray[np.int64],
        freshness: NDArray[np.float32] | None = None,
    ) -> None:
        """Take people per item, and what is left of them with age (None: all)."""
        super().__init__(item_ids)
        self._people = people
        self._freshness = freshness
        self._points = people.astype(np.float32)
        if freshness is not None:
            self._points *= freshness

    @classmethod
    def fit(
        cls,
        data: Interactions,
        *,
        params: PopularityParams | None = None,
        progress: Progress | None = None,  # noqa: ARG003 - over before it could show
        items: Mapping[str, Item] | None = None,
    ) -> Self:
        """Count; raises ``TooLittleDataError`` when there is nothing to count."""
        if not data.count:
            raise TooLittleDataError
        people = np.bincount(data.matrix.indices, minlength=len(data.item_ids))
        half_life = (params or PopularityParams()).half_life_days
        freshness = None
        if half_life is not None and items:
            ages = [items.get(item, Item()).age_days for item in data.item_ids]
            freshness = np.exp2(-np.maximum(ages, 0.0) / half_life).astype(np.float32)
        return cls(data.item_ids, people.astype(np.int64), freshness)

    def to_artefact(self) -> Artefact:
        arrays: dict[str, NDArray[Any]] = {"people": self._people}
        if self._freshness is not None:
            arrays["freshness"] = self._freshness
        return Artefact(self.kind, self.item_ids, arrays=arrays)

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> Self:
        people = artefact.array("people", (len(artefact.item_ids),))
        if people.dtype.kind != "i" or (people < 0).any():
            raise ModelDamagedError("people must be counts")
        freshness = None
        if "freshness" in artefact.arrays:
            freshness = artefact.array("freshness", people.shape)
            if freshness.dtype != np.float32 or (freshness < 0).any():
                raise ModelDamagedError("freshness must be a share")
        return cls(artefact.item_ids, people.astype(np.int64), freshness)

    def scores_of(self, histories: Any) -> NDArray[np.float32]:
        return np.broadcast_to(self._points, histories.shape)

    def _taste(self, history: History) -> _Counts:
        return _Counts(self._points, len(history))

    def _likeness(self, row: int, rows: Rows) -> NDArray[np.float32]:  # noqa: ARG002 - counting people says nothing about likeness
        return np.zeros(len(rows), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    points: NDArray[np.float32]
    history_length: int

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        return self.points[rows]

    def contributions(self, rows: Rows) -> NDArray[np.float32]:
        return np.zeros((len(rows), self.history_length), dtype=np.float32)

    def level(self) -> tuple[float, float]:
        return measured(self.points)
