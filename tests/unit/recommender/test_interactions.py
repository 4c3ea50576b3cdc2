from __future__ import annotations

import math

import pytest

from youke_recommender import Interactions, InvalidInteractionError


def test_duplicates_are_summed() -> None:
    data = Interactions.from_triples(["a", "a", "a"], ["x", "y", "x"], [1, 2, 0.5])

    assert data.history(0) == {"x": 1.5, "y": 2.0}
    assert data.count == 2


def test_a_weight_of_zero_is_no_interaction() -> None:
    data = Interactions.from_triples(["a", "b"], ["x", "y"], [1, 0])

    assert data.user_ids == ("a",)
    assert data.item_ids == ("x",)


def test_ids_are_sorted_whatever_their_order() -> None:
    data = Interactions.from_triples(["b", "a"], ["课", "x"], [1, 2])

    assert data.user_ids == ("a", "b")
    assert data.item_ids == ("x", "课")
    assert data.matrix.toarray().tolist() == [[2, 0], [0, 1]]


@pytest.mark.parametrize("weight", [-0.1, math.nan, math.inf])
def test_a_weight_that_is_no_amount_is_refused(weight: float) -> None:
    with pytest.raises(InvalidInteractionError) as caught:
        Interactions.from_triples(["a", "a"], ["x", "y"], [1.0, weight])

    assert caught.value.weight == pytest.approx(weight, nan_ok=True)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equally long"):
        Interactions.from_triples(["a"], ["x", "y"], [1.0, 1.0])
