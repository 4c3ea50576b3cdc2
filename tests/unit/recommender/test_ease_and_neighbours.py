from __future__ import annotations

import numpy as np
import pytest

from youke_recommender import (
    CatalogueTooLargeError,
    EaseModel,
    EaseParams,
    Interactions,
    InvalidParameterError,
    NeighboursModel,
    NeighboursParams,
    ease,
)


def _random(seed: int = 0) -> Interactions:
    random = np.random.default_rng(seed)
    users, items = np.nonzero(random.random((40, 12)) < 0.4)
    names = [f"i{item:02}" for item in items]
    weights = random.uniform(0.5, 2.0, size=len(users)).tolist()
    return Interactions.from_triples([f"u{user:02}" for user in users], names, weights)


def test_ease_weights_are_least_squares_with_a_diagonal_of_zero() -> None:
    # Given weights found the slow way: each item regressed on all others
    data, ridge = _random(), 3.0
    x = data.matrix.toarray().astype(np.float64)
    slow = np.zeros((12, 12))
    for item in range(12):
        others = np.delete(np.arange(12), item)
        a = x[:, others].T @ x[:, others] + ridge * np.eye(11)
        slow[others, item] = np.linalg.solve(a, x[:, others].T @ x[:, item])

    model = EaseModel.fit(
        data, params=EaseParams(regularization=ridge, dropout=0, popular_ridge=1)
    )

    assert model._weights == pytest.approx(slow, abs=1e-5)


def test_what_speaks_against_an_item_is_no_reason_for_it() -> None:
    weights = np.array([[0, -0.5, 0.5], [0, 0, 0], [0, 0, 0]], dtype=np.float32)
    model = EaseModel(("a", "b", "c"), weights, EaseParams(regularization=1.0))

    ranked = model.recommend({"a": 1.0})

    assert [(s.item, s.because) for s in ranked] == [("c", "a"), ("b", None)]


def test_dropout_is_ridge_in_proportion_to_popularity() -> None:
    data = _random()
    gram = (data.matrix.T @ data.matrix).toarray().astype(np.float64)
    p = np.linalg.inv(gram + np.diag(3.0 + 0.25 / 0.75 * np.diagonal(gram)))
    slow = -p / np.diagonal(p)
    np.fill_diagonal(slow, 0)

    params = EaseParams(regularization=3.0, dropout=0.25, popular_ridge=1)
    model = EaseModel.fit(data, params=params)

    assert model._weights == pytest.approx(slow, abs=1e-5)


def test_ease_refuses_a_catalogue_that_would_not_fit_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ease, "MAX_ITEMS", 11)

    with pytest.raises(CatalogueTooLargeError) as caught:
        EaseModel.fit(_random())

    assert (caught.value.items, caught.value.limit) == (12, 11)


def test_neighbours_are_the_highest_cosines(monkeypatch: pytest.MonkeyPatch) -> None:
    # Blocks smaller than the catalogue, so that their borders are crossed.
    monkeypatch.setattr("youke_recommender.neighbours.BLOCK", 5)
    data = _random()
    x = data.matrix.toarray().astype(np.float64)
    unit = x / np.linalg.norm(x, axis=0)
    cosines = unit.T @ unit
    np.fill_diagonal(cosines, -1)

    model = NeighboursModel.fit(data, params=NeighboursParams(neighbours=3))

    for row, item in enumerate(data.item_ids):
        best = np.argsort(-cosines[row])[:3]
        similar = model.similar(item)
        assert [scored.item for scored in similar] == [data.item_ids[k] for k in best]
        scores = [scored.score for scored in similar]
        assert scores == pytest.approx(cosines[row, best], abs=1e-6)


@pytest.mark.parametrize("dropout", [-0.1, 1.0])
def test_ease_parameters_outside_their_range_are_refused(dropout: float) -> None:
    with pytest.raises(InvalidParameterError, match="dropout"):
        EaseParams(dropout=dropout)


def test_ease_needs_a_ridge_above_zero() -> None:
    with pytest.raises(InvalidParameterError, match="regularization"):
        EaseParams(regularization=0.0)


def test_no_neighbours_at_all_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="neighbours"):
        NeighboursParams(neighbours=0)
