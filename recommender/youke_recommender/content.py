"""Items by what people see together, and new items by their words and marks.

Every trained item has a short vector whose products are the cosines of the item
neighbours, compressed: with X the interactions scaled to columns of length one, the
leading eigenvectors of XtX times the roots of their eigenvalues.  A ridge regression
from words and marks to those vectors gives one to an item that nobody has seen yet.

Predicting with whom an item will be seen beats comparing words: over five parts of
MOOCCubeX hidden in turn, NDCG@20 is 1.2 to 1.8 times that of nearest neighbours by
content.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from scipy.sparse import diags
from scipy.sparse.linalg import aslinearoperator, eigsh

from youke_recommender.artefact import Artefact
from youke_recommender.contract import History, Model, measured
from youke_recommender.errors import (
    InvalidParameterError,
    ModelDamagedError,
    TooLittleDataError,
)
from youke_recommender.features import Vocabulary
from youke_recommender.items import Item
from youke_recommender.regression import ridge_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.contract import Progress
    from youke_recommender.interactions import Interactions

#: Below this many items all eigenvectors are worked out, which is faster than a few.
FEW_ITEMS = 256


@dataclass(frozen=True, slots=True)
class ContentParams:
    """What the vectors are made with."""

    #: Length of a vector.
    dims: int = 64
    #: Ridge of the regression, beside products of at most 1; chosen on those parts.
    ridge: float = 0.25

    def __post_init__(self) -> None:
        if self.dims < 1:
            raise InvalidParameterError("dims", "must be at least 1")
        if not 0 < self.ridge < np.inf:
            raise InvalidParameterError("ridge", "must be above 0")


@dataclass(frozen=True, slots=True, eq=False)
class ContentMap:
    """From words and marks to a vector."""

    vocabulary: Vocabulary
    #: Shape (features, dims).
    coefficients: NDArray[np.float32]

    def vectors(self, items: Sequence[Item]) -> NDArray[np.float32]:
        """Return the predicted vectors, shape (items, dims)."""
        found: NDArray[np.float32] = self.vocabulary.vectors(items) @ self.coefficients
        return found


class ContentModel(Model):
    """The score is the product of the vectors, summed over the history."""

    kind: ClassVar[str] = "content"

    def __init__(
        self,
        item_ids: tuple[str, ...],
        vectors: NDArray[np.float32],
        params: ContentParams,
        content: ContentMap | None = None,
        *,
        trained: int | None = None,
    ) -> None:
        """Take one vector per item, the first ``trained`` (None: all) from people."""
        super().__init__(item_ids)
        self.params = params
        self.vectors = vectors
        self.content = content
        self.trained = len(item_ids) if trained is None else trained
        self._norms = np.linalg.norm(vectors, axis=1)

    @classmethod
    def fit(
        cls,
        data: Interactions,
        *,
        params: ContentParams | None = None,
        progress: Progress | None = None,  # noqa: ARG003 - one step, nothing to show
        items: Mapping[str, Item] | None = None,
    ) -> Self:
        """Train; without ``items`` the model cannot place new ones.

        Items of ``data`` that ``items`` lacks count as items without words.
        """
        if not data.count:
            raise TooLittleDataError
        chosen = params or ContentParams()
        vectors = co_occurrence_vectors(data, chosen.dims)
        if not items:
            return cls(data.item_ids, vectors, chosen)
        described = [items.get(item, Item()) for item in data.item_ids]
        content = fit_map(described, vectors, chosen.ridge)
        return cls(data.item_ids, vectors, chosen, content)

    def with_items(self, items: Mapping[str, Item]) -> ContentModel:
        """Return a model with vectors predicted for those of these it lacks."""
        added = [item for item in items if self._catalogue.row(item) is None]
        if self.content is None or not added:
            return self
        predicted = self.content.vectors([items[item] for item in added])
        return ContentModel(
            (*self.item_ids, *added),
            np.concatenate([self.vectors, predicted]),
            self.params,
            self.content,
            trained=self.trained,
        )

    def to_artefact(self) -> Artefact:
        """Return the trained part: added items belong to a process, not to a file."""
        params: dict[str, Any] = {**asdict(self.params), "kinds": None}
        arrays: dict[str, NDArray[Any]] = {"vectors": self.vectors[: self.trained]}
        if self.content is not None:
            vocabulary = self.content.vocabulary
            params["kinds"] = list(vocabulary.kinds)
            arrays["keys"] = vocabulary.keys
            arrays["rarity"] = vocabulary.rarity
            arrays["coefficients"] = self.content.coefficients
        ids = self.item_ids[: self.trained]
        return Artefact(self.kind, ids, params, arrays)

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> Self:
        vectors = artefact.array("vectors", (len(artefact.item_ids), -1))
        if vectors.dtype != np.float32:
            raise ModelDamagedError(f"vectors are {vectors.dtype}")
        values = dict(artefact.params)
        kinds = values.pop("kinds", None)
        try:
            params = ContentParams(**values)
        except (TypeError, InvalidParameterError) as error:
            raise ModelDamagedError("parameters are not those of content") from error
        content = None if kinds is None else _content_map(artefact, kinds)
        return cls(artefact.item_ids, vectors, params, content)

    def profile(self, history: History) -> NDArray[np.float32]:
        """Return the sum of the history's vectors by confidence, shape (dims,)."""
        confidences = history.confidences.astype(np.float32)
        summed: NDArray[np.float32] = confidences @ self.vectors[history.rows]
        return summed

    def _taste(self, history: History) -> VectorTaste:
        confidences = history.confidences.astype(np.float32)
        parts = self.vectors[history.rows] * confidences[:, None]
        return VectorTaste(self.vectors, parts)

    def _likeness(self, row: int, rows: Rows) -> NDArray[np.float32]:
        scales = self._norms[rows] * self._norms[row]
        products = self.vectors[rows] @ self.vectors[row]
        cosines: NDArray[np.float32] = np.zeros_like(products)
        np.divide(products, scales, out=cosines, where=scales > 0)
        return cosines


@dataclass(frozen=True, slots=True, eq=False)
class VectorTaste:
    """A history as the vectors of its items: products with them are the scores."""

    vectors: NDArray[np.float32]
    #: Vector times confidence of each history item; shape (history, dims).
    parts: NDArray[np.float32]

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """Return the product of each row's vector with the sum of the parts."""
        summed: NDArray[np.float32] = self.vectors[rows] @ self.parts.sum(axis=0)
        return summed

    def contributions(self, rows: Rows) -> NDArray[np.float32]:
        """Return the product of each row's vector with each part."""
        return self.vectors[rows] @ self.parts.T

    def level(self) -> tuple[float, float]:
        """Return mean and root mean square of the scores of all items."""
        return measured(self.vectors @ self.parts.sum(axis=0))


def fit_map(
    items: Sequence[Item], vectors: NDArray[np.float32], ridge: float
) -> ContentMap:
    """Learn the way from words and marks to these vectors, one per item."""
    vocabulary = Vocabulary.of(items)
    features = vocabulary.vectors(items)
    return ContentMap(vocabulary, ridge_map(features, vectors, ridge))


def co_occurrence_vectors(data: Interactions, dims: int) -> NDArray[np.float32]:
    """Return vectors whose products are the cosines of items, as near as can be.

    Shape (items, min(dims, items)); the best approximation there is of that rank.
    """
    values = data.matrix.astype(np.float64)
    squares = np.asarray(values.multiply(values).sum(axis=0)).ravel()
    unit = (values @ diags(1.0 / np.sqrt(squares))).tocsr()
    items = len(data.item_ids)
    if items <= max(FEW_ITEMS, 2 * dims):
        roots, directions = np.linalg.eigh((unit.T @ unit).toarray())
        roots, directions = roots[-dims:], directions[:, -dims:]
    else:
        operator = aslinearoperator(unit.T.tocsr()) @ aslinearoperator(unit)
        # A fixed start, so that the same facts make the same file.
        roots, directions = eigsh(operator, k=dims, v0=np.ones(items))
    vectors: NDArray[np.float32] = (
        directions * np.sqrt(np.maximum(roots, 0.0))
    ).astype(np.float32)
    return vectors


def _content_map(artefact: Artefact, kinds: Sequence[str]) -> ContentMap:
    keys = artefact.array("keys", (-1,))
    artefact.array("rarity", keys.shape)
    dims = artefact.arrays["vectors"].shape[1]
    coefficients = artefact.array("coefficients", (len(keys), dims))
    if coefficients.dtype != np.float32:
        raise ModelDamagedError(f"coefficients are {coefficients.dtype}")
    return ContentMap(Vocabulary.from_arrays(artefact.arrays, kinds), coefficients)
