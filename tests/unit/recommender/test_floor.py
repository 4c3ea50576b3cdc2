from __future__ import annotations

import numpy as np
import pytest

from youke_recommender import EaseModel, EaseParams, Interactions, NeighboursModel

#: a and b are shared by three people, a and c by two, d is known to one only.
PAIRS = ["1a", "1b", "1c", "2a", "2b", "2c", "3a", "3b", "4c", "4d"]


def _data(least_people: int) -> Interactions:
    users, items = zip(*PAIRS, strict=True)
    return Interactions.from_triples(users, items, [1.0] * len(PAIRS)).only_shared(
        least_people
    )


def test_items_with_fewer_people_than_the_floor_are_gone() -> None:
    data = _data(2)

    assert data.item_ids == ("a", "b", "c")
    assert data.user_ids == ("1", "2", "3", "4")
    assert data.history(3) == {"c": 1.0}


def test_people_left_without_an_item_are_gone_too() -> None:
    assert _data(4).user_ids == ()
    assert _data(4).count == 0


def test_neighbours_that_too_few_people_share_are_not_neighbours() -> None:
    assert [s.item for s in NeighboursModel.fit(_data(2)).similar("a")] == ["b", "c"]
    assert [s.item for s in NeighboursModel.fit(_data(3)).similar("a")] == ["b"]


def test_ease_is_solved_as_if_rare_pairs_had_never_met() -> None:
    params = EaseParams(regularization=1.0, dropout=0.0, popular_ridge=1)
    # The Gram matrix by hand: a-c and b-c (2 people each) are below a floor of 3, and
    # the ridge of a row is at least what was taken from it, and a little more.
    gram = np.array([[3.0, 3, 0], [3, 3, 0], [0, 0, 3]]) + np.diag([2, 2, 4]) * 1.01
    p = np.linalg.inv(gram)
    slow = -p / np.diagonal(p)
    np.fill_diagonal(slow, 0)

    model = EaseModel.fit(_data(3), params=params)

    assert model._weights == pytest.approx(slow, abs=1e-6)


def test_a_floor_never_makes_ease_unsolvable() -> None:
    random = np.random.default_rng(0)
    users, items = np.nonzero(random.random((60, 40)) < 0.3)
    data = Interactions.from_triples(
        users.astype(str).tolist(), items.astype(str).tolist(), [1.0] * len(users)
    )

    model = EaseModel.fit(data.only_shared(7), params=EaseParams(regularization=1e-3))

    assert np.abs(model._weights).max() < 10
