"""EASE: how much each item speaks for each other one, solved in closed form.

Steck (2019), with the denoising form of Steck (2020) when ``dropout`` is above 0.
The strongest model here for a catalogue small enough to keep every pair.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from youke_recommender.artefact import Artefact
from youke_recommender.contract import History, Model
from youke_recommender.errors import (
    CatalogueTooLargeError,
    InvalidParameterError,
    ModelDamagedError,
    ModelFitError,
    TooLittleDataError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.contract import Progress
    from youke_recommender.interactions import Interactions
    from youke_recommender.items import Item

#: Training keeps about three matrices of items squared in double precision: 10 GB.
MAX_ITEMS = 20_000

#: See ``EaseParams.regularization``; chosen on a validation part of MOOCCubeX.
RIDGE_PER_ROOT = 1.5


@dataclass(frozen=True, slots=True)
class EaseParams:
    """What EASE is trained with."""

    #: Ridge on the diagonal.  None takes RIDGE_PER_ROOT * sqrt(interactions).
    regularization: float | None = None
    #: Share of a history that training imagines away, from 0 up to below 1.
    dropout: float = 0.4

    def __post_init__(self) -> None:
        if self.regularization is not None and not 0 < self.regularization < np.inf:
            raise InvalidParameterError("regularization", "must be above 0")
        if not 0 <= self.dropout < 1:
            raise InvalidParameterError("dropout", "must be from 0 to below 1")

    def ridge(self, interactions: int) -> float:
        """Return the regularisation for data with this many interactions."""
        if self.regularization is not None:
            return self.regularization
        return RIDGE_PER_ROOT * float(np.sqrt(interactions))


class EaseModel(Model):
    """A dense matrix of item weights; the score is the sum over the history."""

    kind: ClassVar[str] = "ease"

    def __init__(
        self,
        item_ids: tuple[str, ...],
        weights: NDArray[np.float32],
        params: EaseParams,
    ) -> None:
        """Take the weights: row j, column i is what item j says for item i."""
        super().__init__(item_ids)
        self.params = params
        self._weights = weights

    @classmethod
    def fit(
        cls,
        data: Interactions,
        *,
        params: EaseParams | None = None,
        progress: Progress | None = None,  # noqa: ARG003 - one step, nothing to show
        items: Mapping[str, Item] | None = None,  # noqa: ARG003 - learns from people alone
    ) -> Self:
        """Solve; raises ``CatalogueTooLargeError`` above MAX_ITEMS items."""
        if not data.count:
            raise TooLittleDataError
        if len(data.item_ids) > MAX_ITEMS:
            raise CatalogueTooLargeError(len(data.item_ids), MAX_ITEMS)
        chosen = params or EaseParams()
        ridge = chosen.ridge(data.count)
        weights = _solve(data, ridge=ridge, dropout=chosen.dropout)
        return cls(data.item_ids, weights, replace(chosen, regularization=ridge))

    def to_artefact(self) -> Artefact:
        arrays = {"weights": self._weights}
        return Artefact(self.kind, self.item_ids, asdict(self.params), arrays)

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> Self:
        size = len(artefact.item_ids)
        weights = artefact.array("weights", (size, size))
        if weights.dtype != np.float32:
            raise ModelDamagedError(f"weights are {weights.dtype}")
        try:
            params = EaseParams(**artefact.params)
        except (TypeError, InvalidParameterError) as error:
            raise ModelDamagedError("parameters are not those of EASE") from error
        return cls(artefact.item_ids, weights, params)

    def scores_of(self, histories: Any) -> NDArray[np.float32]:

        products: NDArray[np.float32] = histories.toarray() @ self._weights
        return products

    def _taste(self, history: History) -> _SummedWeights:
        confidences = history.confidences.astype(np.float32)
        return _SummedWeights(self._weights[history.rows] * confidences[:, None])

    def _likeness(self, row: int, rows: Rows) -> NDArray[np.float32]:
        likeness: NDArray[np.float32] = self._weights[row, rows]
        return likeness


@dataclass(frozen=True, slots=True, eq=False)
class _SummedWeights:
    #: Shape (history, items): what each history item says for each item.
    parts: NDArray[np.float32]

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        sums: NDArray[np.float32] = self.parts.sum(axis=0)
        return sums[rows]

    def contributions(self, rows: Rows) -> NDArray[np.float32]:
        return self.parts[:, rows].T


def _solve(data: Interactions, *, ridge: float, dropout: float) -> NDArray[np.float32]:
    x = data.matrix.astype(np.float64)
    gram = (x.T @ x).toarray()
    loss = _forget_rare_pairs(gram, data) if data.least_people > 1 else 0.0
    diagonal = np.diagonal(gram)
    noise = dropout / (1.0 - dropout) * diagonal
    np.fill_diagonal(gram, diagonal + ridge + noise + loss)
    try:
        p = np.linalg.inv(gram)
    except np.linalg.LinAlgError as error:
        raise ModelFitError from error
    # B = I - P / diag(P): the least squares weights with a diagonal of zeros.
    weights = p / -np.diagonal(p)
    np.fill_diagonal(weights, 0.0)
    single: NDArray[np.float32] = weights.astype(np.float32)
    return single


def _forget_rare_pairs(
    gram: NDArray[np.float64], data: Interactions
) -> NDArray[np.float64]:
    # Sets pairs below the floor to zero and returns, per item, the sum of what went.
    # Added to the diagonal, that sum makes the change a graph Laplacian, which has no
    # negative eigenvalue: the matrix stays positive definite whatever is taken out.
    dealt = data.matrix.astype(bool).astype(np.float64)
    rare = (dealt.T @ dealt).toarray() < data.least_people
    np.fill_diagonal(rare, val=False)
    loss: NDArray[np.float64] = np.where(rare, gram, 0.0).sum(axis=1)
    gram[rare] = 0.0
    return loss
