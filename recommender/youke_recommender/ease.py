"""EASE: how much each item speaks for each other one, solved in closed form.

Steck (2019), with the denoising form of Steck (2020) when ``dropout`` is above 0, and
two things more.  Words and marks of the items stand in the Gram matrix as if they were
people who dealt with all the items that have them (as Jeunen, Van Balen and Goethals,
2020, do with tags), so that items few people know lean on their likes.  And the weights
that speak *for* the most popular items are solved with a heavier ridge: many small
votes add up there.  The strongest model here for a catalogue small enough to keep
every pair.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from scipy.linalg import get_lapack_funcs

from youke_recommender.artefact import Artefact
from youke_recommender.contract import History, Model, measured
from youke_recommender.errors import (
    CatalogueTooLargeError,
    InvalidParameterError,
    ModelDamagedError,
    ModelFitError,
    TooLittleDataError,
)
from youke_recommender.features import Vocabulary
from youke_recommender.items import Item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.contract import Progress
    from youke_recommender.interactions import Interactions

#: Training keeps about three matrices of items squared in double precision: 10 GB.
MAX_ITEMS = 20_000

#: See ``EaseParams``; chosen on a validation part of MOOCCubeX.
RIDGE_PER_ROOT = 0.75
CONTENT_PER_ROOT = 0.2

#: On top of the ridge that a floor needs, so that rounding cannot undo it.
LAPLACIAN_MARGIN = 1.01

#: Rows of the products of words and marks worked out at a time.
BLOCK = 256


@dataclass(frozen=True, slots=True)
class EaseParams:
    """What EASE is trained with."""

    #: Ridge on the diagonal.  None takes RIDGE_PER_ROOT * sqrt(interactions).
    regularization: float | None = None
    #: Share of a history that training imagines away, from 0 up to below 1.
    dropout: float = 0.75
    #: Share of the items that count as popular, by the number of people.
    popular_share: float = 0.12
    #: Factor on ridge and dropout for what speaks for a popular item.
    popular_ridge: float = 2.0
    #: How much words and marks count: an item's own vector has this squared length.
    #: None takes CONTENT_PER_ROOT * sqrt(interactions); 0 leaves them out.
    content: float | None = None

    def __post_init__(self) -> None:
        if self.regularization is not None and not 0 < self.regularization < np.inf:
            raise InvalidParameterError("regularization", "must be above 0")
        if not 0 <= self.dropout < 1:
            raise InvalidParameterError("dropout", "must be from 0 to below 1")
        if not 0 <= self.popular_share <= 1:
            raise InvalidParameterError("popular_share", "must be from 0 to 1")
        if not 0 < self.popular_ridge < np.inf:
            raise InvalidParameterError("popular_ridge", "must be above 0")
        if self.content is not None and not 0 <= self.content < np.inf:
            raise InvalidParameterError("content", "must not be below 0")

    def settled(self, interactions: int) -> EaseParams:
        """Return the parameters with a number for each None."""
        content = self.content
        if content is None:
            content = CONTENT_PER_ROOT * float(np.sqrt(interactions))
        ridge = self.ridge(interactions)
        return replace(self, regularization=ridge, content=content)

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
        items: Mapping[str, Item] | None = None,
    ) -> Self:
        """Solve; raises ``CatalogueTooLargeError`` above MAX_ITEMS items."""
        if not data.count:
            raise TooLittleDataError
        if len(data.item_ids) > MAX_ITEMS:
            raise CatalogueTooLargeError(len(data.item_ids), MAX_ITEMS)
        chosen = (params or EaseParams()).settled(data.count)
        return cls(data.item_ids, _solve(data, chosen, items or {}), chosen)

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

    def level(self) -> tuple[float, float]:
        return measured(self.parts.sum(axis=0))


def _solve(
    data: Interactions, params: EaseParams, items: Mapping[str, Item]
) -> NDArray[np.float32]:
    x = data.matrix.astype(np.float64)
    gram = (x.T @ x).toarray()
    loss = _forget_rare_pairs(gram, data) if data.least_people > 1 else 0.0
    strength = np.diagonal(gram).copy()
    ridge = params.ridge(data.count) + params.dropout / (1 - params.dropout) * strength
    if items and params.content:
        _add_content(gram, [items.get(i, Item()) for i in data.item_ids], params)
    diagonal = np.diagonal(gram).copy()
    np.fill_diagonal(gram, diagonal + np.maximum(ridge, loss))
    weights = _least_squares(gram)
    popular = _popular(data, params.popular_share)
    if params.popular_ridge != 1 and popular.any():
        ridge *= params.popular_ridge
        np.fill_diagonal(gram, diagonal + np.maximum(ridge, loss))
        weights[:, popular] = _least_squares(gram)[:, popular]
    return weights


def _least_squares(gram: NDArray[np.float64]) -> NDArray[np.float32]:
    # B = I - P / diag(P), with P the inverse: a diagonal of zeros.  By Cholesky the
    # inverse takes half the time, and a matrix that is not positive is found out.
    potrf, potri = get_lapack_funcs(("potrf", "potri"), (gram,))
    factor, failed = potrf(gram, lower=1)
    inverse, broken = potri(factor, lower=1, overwrite_c=1)
    if failed or broken:
        raise ModelFitError
    p = np.tril(inverse) + np.tril(inverse, -1).T
    weights: NDArray[np.float32] = (p / -np.diagonal(p)).astype(np.float32)
    np.fill_diagonal(weights, 0.0)
    return weights


def _popular(data: Interactions, share: float) -> NDArray[np.bool_]:
    people = np.bincount(data.matrix.indices, minlength=len(data.item_ids))
    # Above, not from, the border: where all are equally popular, none is.
    found: NDArray[np.bool_] = people > np.quantile(people, 1 - share)
    return found


def _add_content(
    gram: NDArray[np.float64], items: Sequence[Item], params: EaseParams
) -> None:
    features = Vocabulary.of(items).vectors(items)
    across = features.T.tocsr()
    for start in range(0, len(items), BLOCK):
        rows = slice(start, start + BLOCK)
        gram[rows] += (params.content or 0.0) * (features[rows] @ across).toarray()


def _forget_rare_pairs(
    gram: NDArray[np.float64], data: Interactions
) -> NDArray[np.float64]:
    # Sets pairs below the floor to zero and returns, per item, a little more than the
    # sum of what went.  A ridge of at least that sum makes the change a graph Laplacian
    # or more, which has no negative eigenvalue: the matrix stays positive definite
    # whatever is taken out.
    dealt = data.matrix.astype(bool).astype(np.float64)
    rare = (dealt.T @ dealt).toarray() < data.least_people
    np.fill_diagonal(rare, val=False)
    loss: NDArray[np.float64] = np.where(rare, gram, 0.0).sum(axis=1)
    gram[rare] = 0.0
    return loss * LAPLACIAN_MARGIN
