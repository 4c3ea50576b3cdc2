"""The contract that every ranking model keeps, whatever it has learned by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import numpy as np

from youke_recommender.artefact import Artefact, write_artefact
from youke_recommender.catalogue import (
    AllowList,
    Catalogue,
    Rows,
    eligible_rows,
    top,
)
from youke_recommender.errors import InvalidInteractionError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from youke_recommender.items import Item

    #: Called with the rounds done and the rounds in all, for a progress display.
    Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Scored:
    """An item with its score, and the history item that speaks most for it.

    Scores order one answer; they are not comparable between models or between
    ``recommend`` and ``similar``.  ``because`` is None when nothing in the history
    speaks for the item.
    """

    item: str
    score: float
    because: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What one person dealt with: rows of known items and confidences above zero."""

    rows: Rows
    confidences: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)


class Taste(Protocol):
    """What a model makes of one history, ready to score any rows."""

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """Return one finite score per row, higher is better."""
        ...

    def contributions(self, rows: Rows) -> NDArray[np.float32]:
        """Split the scores, shape (rows, history): what each history item adds."""
        ...

    def level(self) -> tuple[float, float]:
        """Return mean and root mean square of the scores of all trained items."""
        ...


def measured(scores: NDArray[np.float32]) -> tuple[float, float]:
    """Return mean and root mean square of these scores."""
    wide = scores.astype(np.float64)
    return float(wide.mean()), float(np.sqrt((wide**2).mean()))


class Model(ABC):
    """A ranking of items for one person, from that person's history alone.

    No model keeps anything about a person.  All answers are deterministic and
    need NumPy only; a model is immutable and safe to share between threads.
    """

    #: The name in artefacts and on the command line.
    kind: ClassVar[str]
    #: Whether a history without a known item is answered with an empty list.
    needs_history: ClassVar[bool] = True

    def __init__(self, item_ids: tuple[str, ...]) -> None:
        self._catalogue = Catalogue(item_ids)

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The items this model can rank: trained ones sorted, then the added ones."""
        return self._catalogue.ids

    def allow(self, candidates: Collection[str]) -> AllowList:
        """Look candidates up once, for repeated calls of ``recommend``."""
        return AllowList.of(candidates, self._catalogue)

    def recommend(
        self,
        history: Mapping[str, float],
        candidates: Collection[str] | AllowList | None = None,
        exclude: Collection[str] = (),
        n: int = 20,
    ) -> list[Scored]:
        """Rank the eligible items for a person, best first.

        Eligible is a known item that is in ``candidates`` (None: any), not in
        ``exclude`` and not in the history.  The answer has exactly min(n, eligible)
        items: no padding, no repeats.  Unknown ids are ignored everywhere.  A
        history item with confidence 0 counts as seen and says nothing else.  A
        model that needs a history answers [] when it knows none of it.

        Raises ``InvalidInteractionError`` for a negative or non-finite confidence.
        """
        known = self._known(history)
        if self.needs_history and not len(known):
            return []
        barred = self._catalogue.rows([*history, *exclude])
        rows = eligible_rows(len(self._catalogue), self._allowed(candidates), barred)
        taste = self._taste(known)
        scores = taste.scores(rows)
        places = top(scores, n)
        best = rows[places]
        reasons = self._reasons(known, taste.contributions(best))
        return self._scored(best, scores[places], reasons)

    def scores_of(self, histories: Any) -> NDArray[np.float32]:
        """Score all items for many people at once, shape (people, items).

        ``histories`` is a ``csr_matrix`` of confidences above zero, its columns in
        the order of ``item_ids``.  The numbers are those that ``recommend`` ranks by,
        but for rounding; kinds that can multiply matrices are much faster here.
        """
        everything = np.arange(len(self._catalogue))
        scores = np.zeros(histories.shape, dtype=np.float32)
        for place, (start, stop) in enumerate(pairwise(histories.indptr.tolist())):
            rows = histories.indices[start:stop].astype(np.intp)
            known = History(rows, histories.data[start:stop].astype(np.float64))
            if len(known) or not self.needs_history:
                scores[place] = self._taste(known).scores(everything)
        return scores

    def similar(
        self,
        item_id: str,
        candidates: Collection[str] | AllowList | None = None,
        n: int = 20,
    ) -> list[Scored]:
        """Rank the candidates by likeness to one item, never the item itself.

        Answers [] for an unknown item, and for a model that knows no likeness.
        Only items with a likeness above zero are returned, so there may be fewer
        than n.
        """
        row = self._catalogue.row(item_id)
        if row is None:
            return []
        itself = np.array([row], dtype=np.intp)
        rows = eligible_rows(len(self._catalogue), self._allowed(candidates), itself)
        likeness = self._likeness(row, rows)
        rows, likeness = rows[likeness > 0], likeness[likeness > 0]
        places = top(likeness, n)
        nothing: list[str | None] = [None] * len(places)
        return self._scored(rows[places], likeness[places], nothing)

    def save(self, path: Path | str) -> str:
        """Write the model to a file, atomically, and return its SHA-256 as hex."""
        return write_artefact(path, self.to_artefact())

    def with_items(self, items: Mapping[str, Item]) -> Model:  # noqa: ARG002 - for kinds that can
        """Return a model that also ranks those of these items it does not know.

        Known items keep their scores, but for rounding, and their order.  A kind
        that cannot place an item by its words and marks returns itself.  Call it
        on a model that already has added items to add more; to take changed words
        into account, start again from the loaded model.
        """
        return self

    @abstractmethod
    def to_artefact(self) -> Artefact:
        """Return everything that is needed to serve this model elsewhere."""

    @classmethod
    @abstractmethod
    def from_artefact(cls, artefact: Artefact) -> Self:
        """Build the model again; raises ``ModelDamagedError`` when parts do not fit."""

    @abstractmethod
    def _taste(self, history: History) -> Taste:
        """Turn a history into something that scores rows."""

    @abstractmethod
    def _likeness(self, row: int, rows: Rows) -> NDArray[np.float32]:
        """Return how alike the item in ``row`` is to each of ``rows``; 0 is not."""

    def _known(self, history: Mapping[str, float]) -> History:
        rows, confidences = [], []
        for item, confidence in history.items():
            if not 0 <= confidence < np.inf:
                raise InvalidInteractionError(confidence)
            row = self._catalogue.row(item)
            if row is not None and confidence > 0:
                rows.append(row)
                confidences.append(confidence)
        return History(
            np.array(rows, dtype=np.intp), np.array(confidences, dtype=np.float64)
        )

    def _allowed(self, candidates: Collection[str] | AllowList | None) -> Rows | None:
        if candidates is None:
            return None
        if isinstance(candidates, AllowList):
            return candidates.rows_in(self._catalogue)
        return self._catalogue.rows(candidates)

    def _reasons(
        self, history: History, contributions: NDArray[np.float32]
    ) -> list[str | None]:
        if not contributions.size:
            return [None] * len(contributions)
        largest = contributions.argmax(axis=1)
        speaks = contributions.max(axis=1) > 0
        return [
            self.item_ids[history.rows[place]] if positive else None
            for place, positive in zip(largest, speaks, strict=True)
        ]

    def _scored(
        self, rows: Rows, scores: NDArray[np.float32], reasons: list[str | None]
    ) -> list[Scored]:
        return [
            Scored(self.item_ids[row], score, because)
            for row, score, because in zip(
                rows.tolist(), scores.tolist(), reasons, strict=True
            )
        ]
