from __future__ import annotations

import numpy as np
import pytest

from youke_recommender import Interactions, hide, split


def _data(**histories: str) -> Interactions:
    pairs = [(user, item) for user, items in histories.items() for item in items]
    users, items = zip(*pairs, strict=True)
    return Interactions.from_triples(users, items, [1.0] * len(pairs))


def test_a_split_loses_and_doubles_nothing() -> None:
    data = _data(a="abcdefghij", b="ab", c="x")

    train, test = split(data, share=0.2, seed=3)

    for row, user in enumerate(test.user_ids):
        kept = train.history(train.user_ids.index(user))
        assert not kept.keys() & test.history(row).keys()
    assert train.count + test.count == data.count
    assert [len(test.history(row)) for row in range(2)] == [2, 1]
    assert test.user_ids == ("a", "b")


def test_a_split_keeps_the_weights() -> None:
    data = Interactions.from_triples(["a", "a"], ["x", "y"], [0.5, 3.0])

    parts = split(data, seed=0)

    together = {**parts[0].history(0), **parts[1].history(0)}
    assert together == {"x": 0.5, "y": 3.0}


def test_a_split_is_repeatable_and_follows_its_seed() -> None:
    data = _data(a="abcdefghijklmnopqrstuvwxyz")
    held = [split(data, seed=seed)[1].item_ids for seed in (1, 1, 2)]

    assert held[0] == held[1] != held[2]


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, np.nan])
def test_a_share_that_leaves_a_part_empty_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        split(_data(a="ab"), share=share)


def test_hidden_items_are_hidden_from_everybody() -> None:
    data = _data(a="abcdefghij", b="abcdefghij", c="j")

    left, hidden = hide(data, share=0.3, seed=1)

    assert len(hidden.item_ids) == 3
    assert not set(left.item_ids) & set(hidden.item_ids)
    assert left.count + hidden.count == data.count


def test_what_is_hidden_follows_the_seed() -> None:
    data = _data(a="abcdefghijklmnopqrstuvwxyz")
    hidden = [hide(data, seed=seed)[1].item_ids for seed in (1, 1, 2)]

    assert hidden[0] == hidden[1] != hidden[2]
