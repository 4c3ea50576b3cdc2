"""Ways to hold interactions back, so that a model is judged on what it never saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from youke_recommender.interactions import Interactions

if TYPE_CHECKING:
    from numpy.typing import NDArray


def split(
    data: Interactions, *, share: float = 0.2, seed: int = 0
) -> tuple[Interactions, Interactions]:
    """Cut ``share`` of each user's items off at random: (train, test).

    Each user with two items or more has at least one in each part; a user with one
    item keeps it for training.
    """
    _require_fraction(share)
    random = np.random.default_rng(seed)
    counts = np.diff(data.matrix.indptr)
    held = np.zeros(data.count, dtype=bool)
    for start, count in zip(data.matrix.indptr[:-1], counts, strict=True):
        # Rounding alone would leave nothing to find for the short histories.
        cut = min(max(round(share * count), 1), count - 1)
        held[start + random.permutation(count)[:cut]] = True
    # A part has fewer people than the whole, so the floor is asked of it again.
    return _part(data, ~held).only_shared(data.least_people), _part(data, held)


def hide(
    data: Interactions, *, share: float = 0.1, seed: int = 0
) -> tuple[Interactions, Interactions]:
    """Take ``share`` of the items away from everybody: (what is left, what is hidden).

    The hidden ones are new items to a model trained on the rest.
    """
    _require_fraction(share)
    random = np.random.default_rng(seed)
    items = len(data.item_ids)
    hidden = np.zeros(items, dtype=bool)
    hidden[random.permutation(items)[: max(round(share * items), 1)]] = True
    held = hidden[data.matrix.indices]
    return _part(data, ~held).only_shared(data.least_people), _part(data, held)


def _require_fraction(share: float) -> None:
    if not 0 < share < 1:
        raise ValueError("share must be between 0 and 1")


def _part(data: Interactions, kept: NDArray[np.bool_]) -> Interactions:
    pairs = data.matrix.tocoo()
    return Interactions.from_triples(
        [data.user_ids[u] for u in pairs.row[kept].tolist()],
        [data.item_ids[i] for i in pairs.col[kept].tolist()],
        pairs.data[kept].tolist(),
    )
