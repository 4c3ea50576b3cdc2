"""Ridge regression from many sparse features to a few numbers per item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Conjugate gradients stop when every residual is this small beside its target.
TOLERANCE = 1e-4
MAX_STEPS = 200


def ridge_map(
    features: Any, targets: NDArray[np.float32], ridge: float
) -> NDArray[np.float32]:
    """Return M with features @ M near targets, shape (features, targets' columns).

    M = Ft (F Ft + ridge I)^-1 T, the minimiser of |F M - T|^2 + ridge |M|^2.  The
    inverse is never formed: conjugate gradients on all columns at once need a few
    sparse products, for 50,000 items as for 50.
    """
    across = features.T.tocsr()
    wanted = targets.astype(np.float64)
    solved = np.zeros_like(wanted)
    residual = wanted.copy()
    direction = residual.copy()
    square = (residual**2).sum(axis=0)
    goal = square * TOLERANCE**2
    for _ in range(MAX_STEPS):
        if (square <= goal).all():
            break
        image = features @ (across @ direction) + ridge * direction
        step = _ratio(square, (direction * image).sum(axis=0))
        solved += step * direction
        residual -= step * image
        before, square = square, (residual**2).sum(axis=0)
        direction = residual + _ratio(square, before) * direction
    coefficients: NDArray[np.float32] = (across @ solved).astype(np.float32)
    return coefficients


def _ratio(
    above: NDArray[np.float64], below: NDArray[np.float64]
) -> NDArray[np.float64]:
    # A column that is already solved has 0 / 0 and does not move any more.
    ratio: NDArray[np.float64] = np.zeros_like(above)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio
