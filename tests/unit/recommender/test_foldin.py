from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_reference import fold_in

from youke_recommender.foldin import FoldIn

HISTORIES = st.dictionaries(
    st.integers(0, 29), st.floats(0.01, 20.0), min_size=1, max_size=12
)


@settings(max_examples=60, deadline=None)
@given(
    history=HISTORIES,
    alpha=st.floats(0.1, 40.0),
    regularization=st.floats(0.5, 100.0),
    seed=st.integers(0, 5),
)
def test_folding_in_agrees_with_the_definition(
    history: dict[int, float], alpha: float, regularization: float, seed: int
) -> None:
    factors = np.random.default_rng(seed).normal(size=(30, 5)).astype(np.float32)
    fold = FoldIn.of(factors, alpha=alpha, regularization=regularization)

    taste = fold.taste(np.array(list(history)), np.array(list(history.values())))

    slow = fold_in(
        factors.astype(np.float64),
        history,
        alpha=alpha,
        ridge=regularization,
    )
    assert taste.person == pytest.approx(slow, abs=1e-4)
    assert taste.scores(np.arange(30)) == pytest.approx(factors @ slow, abs=1e-3)


def test_a_part_is_what_the_score_loses_when_only_that_preference_goes() -> None:
    # Given three history items; the confidence of the second stays, its wish goes.
    factors = np.random.default_rng(1).normal(size=(10, 4)).astype(np.float32)
    weights = {0: 1.0, 3: 2.0, 5: 0.5}
    fold = FoldIn.of(factors, alpha=4.0, regularization=2.0)
    taste = fold.taste(np.array([0, 3, 5]), np.array([1.0, 2.0, 0.5]))

    # When the linear equation is solved by hand with that item's p set to 0
    y = factors.astype(np.float64)
    c = np.array([1.0 + 4.0 * weights.get(i, 0.0) for i in range(10)])
    a = (y.T * c) @ y + 2.0 * np.eye(4)
    without = np.linalg.solve(a, y[[0, 5]].T @ c[[0, 5]])

    # Then the scores differ by exactly that item's part.
    rows = np.array([7, 8])
    lost = taste.scores(rows) - y[rows] @ without
    assert taste.contributions(rows)[:, 1] == pytest.approx(lost, abs=1e-5)


def test_few_rows_and_all_rows_give_the_same_scores() -> None:
    factors = np.random.default_rng(2).normal(size=(40, 4)).astype(np.float32)
    taste = FoldIn.of(factors, alpha=4.0, regularization=2.0).taste(
        np.array([1, 2]), np.array([1.0, 1.0])
    )

    everything = taste.scores(np.arange(40))

    assert taste.scores(np.array([9, 3])) == pytest.approx(everything[[9, 3]])
