"""Weighted alternating least squares, trained by ``implicit``, served by NumPy."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from threadpoolctl import threadpool_limits

from youke_recommender.artefact import Artefact
from youke_recommender.contract import Model
from youke_recommender.errors import (
    InvalidParameterError,
    ModelDamagedError,
    ModelFitError,
    TooLittleDataError,
)
from youke_recommender.foldin import FoldedTaste, FoldIn
from youke_recommender.frequency import train_by_frequency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.contract import History, Progress
    from youke_recommender.interactions import Interactions
    from youke_recommender.items import Item

#: See ``AlsParams.regularization``; chosen on a validation part of MOOCCubeX and
#: found good from 12 items and 12 users up.
RIDGE_PER_ROOT = 0.08

#: Nobody has found more than 1 useful.
MAX_NU = 2.0


@dataclass(frozen=True, slots=True)
class AlsParams:
    """What ALS is trained with."""

    #: Length of a vector; training grows with its square, serving with it.
    factors: int = 64
    #: Ridge on both sides.  None takes RIDGE_PER_ROOT * sqrt(sum of confidences):
    #: factors whose strength is below the ridge vanish, and strengths grow with that
    #: root, so a number that suits a city would empty the model of one school.
    regularization: float | None = None
    #: Confidence of an interaction of weight r is 1 + alpha * r, as in Spark; the
    #: library's own alpha * r would trust a weak sign less than no sign at all.
    alpha: float = 20.0
    iterations: int = 15
    seed: int = 0
    #: 0: the same ridge for all, by implicit.  Above: the ridge of a person or item
    #: with n interactions is regularization * n^nu, by exact solves in NumPy; 1 is
    #: what Spark does.
    nu: float = 0.0

    def __post_init__(self) -> None:
        if self.factors < 1:
            raise InvalidParameterError("factors", "must be at least 1")
        if self.iterations < 1:
            raise InvalidParameterError("iterations", "must be at least 1")
        if self.regularization is not None and not 0 < self.regularization < np.inf:
            raise InvalidParameterError("regularization", "must be above 0")
        if not 0 < self.alpha < np.inf:
            raise InvalidParameterError("alpha", "must be above 0")
        if not 0 <= self.nu <= MAX_NU:
            raise InvalidParameterError("nu", f"must be from 0 to {MAX_NU}")

    def ridge(self, confidence: float, typical: float = 1.0) -> float:
        """Return the regularisation for data with this much confidence in all.

        ``typical`` is the mean of n^nu: the geometric mean of that of people and that
        of items, because the product of both ridges is what shrinks a factor.
        """
        if self.regularization is not None:
            return self.regularization
        return RIDGE_PER_ROOT * float(np.sqrt(confidence)) / typical


class AlsModel(Model):
    """Items as vectors; a person is folded in from the history at request time."""

    kind: ClassVar[str] = "als"

    def __init__(
        self,
        item_ids: tuple[str, ...],
        item_factors: NDArray[np.float32],
        params: AlsParams,
    ) -> None:
        """Take the trained factors; ``params.regularization`` must be a number."""
        super().__init__(item_ids)
        if params.regularization is None:
            raise InvalidParameterError("regularization", "is needed to fold in")
        self.params = params
        self._fold = FoldIn.of(
            item_factors,
            alpha=params.alpha,
            regularization=params.regularization,
            nu=params.nu,
        )
        self._norms = np.linalg.norm(self._fold.item_factors, axis=1)

    @classmethod
    def fit(
        cls,
        data: Interactions,
        *,
        params: AlsParams | None = None,
        progress: Progress | None = None,
        items: Mapping[str, Item] | None = None,  # noqa: ARG003 - learns from people alone
    ) -> Self:
        """Train; the same data, parameters and library give the same model.

        Raises ``TooLittleDataError`` without interactions and ``ModelFitError`` when
        training diverges.
        """
        if not data.count:
            raise TooLittleDataError
        chosen = params or AlsParams()
        confidence = data.count + chosen.alpha * float(data.matrix.sum())
        ridge = chosen.ridge(confidence, _typical(data, chosen.nu))
        train = _train_by_frequency if chosen.nu else _train
        factors = train(data, chosen, ridge, progress)
        return cls(data.item_ids, factors, replace(chosen, regularization=ridge))

    def to_artefact(self) -> Artefact:
        arrays = {"item_factors": self._fold.item_factors}
        return Artefact(self.kind, self.item_ids, asdict(self.params), arrays)

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> Self:
        factors = artefact.array("item_factors", (len(artefact.item_ids), -1))
        if factors.dtype != np.float32:
            raise ModelDamagedError(f"item_factors are {factors.dtype}")
        try:
            params = AlsParams(**artefact.params)
            return cls(artefact.item_ids, factors, params)
        except (TypeError, InvalidParameterError) as error:
            raise ModelDamagedError("parameters are not those of ALS") from error

    def _taste(self, history: History) -> FoldedTaste:
        return self._fold.taste(history.rows, history.confidences)

    def _likeness(self, row: int, rows: Rows) -> NDArray[np.float32]:
        # The cosine of the factors: a product would put popular items beside all.
        factors = self._fold.item_factors
        scales = self._norms[rows] * self._norms[row]
        products = (factors @ factors[row])[rows]
        cosines: NDArray[np.float32] = np.zeros_like(products)
        np.divide(products, scales, out=cosines, where=scales > 0)
        return cosines


def _typical(data: Interactions, nu: float) -> float:
    people = np.diff(data.matrix.indptr).astype(np.float64) ** nu
    items = np.bincount(data.matrix.indices, minlength=len(data.item_ids)) ** nu
    return float(np.sqrt(people.mean() * items.mean()))


def _train_by_frequency(
    data: Interactions, params: AlsParams, ridge: float, progress: Progress | None
) -> NDArray[np.float32]:
    def ridge_of(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        ridges: NDArray[np.float64] = ridge * counts**params.nu
        return ridges

    return train_by_frequency(
        data.matrix.astype(np.float64) * params.alpha,
        ridge_of,
        factors=params.factors,
        iterations=params.iterations,
        seed=params.seed,
        progress=progress,
    )


def _train(
    data: Interactions, params: AlsParams, ridge: float, progress: Progress | None
) -> NDArray[np.float32]:
    # The class itself, not implicit.als: that factory takes a GPU when it sees one.
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.recommender_base import ModelFitError as LibraryFitError

    def report(iteration: int, _seconds: float, _loss: float | None) -> None:
        if progress is not None:
            progress(iteration + 1, params.iterations)

    # The library runs threads of its own; BLAS threads under them cost up to ten
    # times the time, and it warns about them.
    with threadpool_limits(1, "blas"):
        learner = AlternatingLeastSquares(
            factors=params.factors,
            regularization=ridge,
            alpha=1.0,
            iterations=params.iterations,
            random_state=params.seed,
        )
        try:
            learner.fit(
                _confidence(data, params.alpha), show_progress=False, callback=report
            )
        except LibraryFitError as error:
            raise ModelFitError from error
    return np.asarray(learner.item_factors, dtype=np.float32)


def _confidence(data: Interactions, alpha: float) -> Any:
    confidence = data.matrix.copy()
    confidence.data = 1.0 + np.float32(alpha) * confidence.data
    return confidence
