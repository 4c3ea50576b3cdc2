"""ALS with a ridge that grows with the number of interactions, which implicit lacks.

Rendle, Krichene, Zhang and Koren (2021) show how much iALS gains from it on some data;
with nu = 1 it is also what Spark does.  Exact solves, row by row, in NumPy: several
times slower than implicit's conjugate gradients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from youke_recommender.errors import ModelFitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from youke_recommender.contract import Progress

#: Rows solved in one call; bounds the memory (rows x factors squared x 8 bytes).
BATCH = 512
#: Standard deviation of a vector's first length, as in the paper.
FIRST_LENGTH = 0.1


def train_by_frequency(
    extra: Any,
    ridge_of: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    factors: int,
    iterations: int,
    seed: int,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return item factors, shape (items, factors).

    ``extra`` is a ``csr_matrix`` of confidences less the 1 that every pair has;
    ``ridge_of`` gives the ridge for each of several numbers of interactions.  Raises
    ``ModelFitError`` when a factor is not finite.
    """
    random = np.random.default_rng(seed)
    scale = FIRST_LENGTH / np.sqrt(factors)
    items = random.normal(0.0, scale, (extra.shape[1], factors))
    by_item = extra.T.tocsr()
    for iteration in range(iterations):
        users = solve_rows(extra, items, ridge_of)
        items = solve_rows(by_item, users, ridge_of)
        if progress is not None:
            progress(iteration + 1, iterations)
    if not np.isfinite(items).all():
        raise ModelFitError
    return items.astype(np.float32)


def solve_rows(
    extra: Any,
    fixed: NDArray[np.float64],
    ridge_of: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Solve (YtY + Yt(C - I)Y + ridge I) x = Yt C p for each row, Y being fixed."""
    counts = np.diff(extra.indptr)
    ridges = ridge_of(counts.astype(np.float64))
    eye = np.eye(fixed.shape[1])
    shared = fixed.T @ fixed
    solved = np.zeros((len(counts), fixed.shape[1]))
    for start in range(0, len(counts), BATCH):
        # A row without interactions keeps its zeros.
        rows = start + np.flatnonzero(counts[start : start + BATCH])
        a, b = np.empty((len(rows), *eye.shape)), np.empty((len(rows), len(eye)))
        for place, row in enumerate(rows):
            span = slice(extra.indptr[row], extra.indptr[row + 1])
            y, weights = fixed[extra.indices[span]], extra.data[span]
            a[place] = shared + (y.T * weights) @ y + ridges[row] * eye
            b[place] = (1.0 + weights) @ y
        solved[rows] = np.linalg.solve(a, b[:, :, None])[:, :, 0]
    return solved
