from __future__ import annotations

import math

import numpy as np
import pytest

from youke_recommender import Interactions, PopularityModel, evaluate, split
from youke_recommender.evaluation import ndcg, recall


def _data(**histories: str) -> Interactions:
    pairs = [(user, item) for user, items in histories.items() for item in items]
    users, items = zip(*pairs, strict=True)
    return Interactions.from_triples(users, items, [1.0] * len(pairs))


def test_recall_is_what_was_found_of_what_was_to_be_found() -> None:
    assert recall(["a", "b", "c"], frozenset("bxyz")) == 0.25


def test_a_perfect_list_has_an_ndcg_of_one_even_when_little_was_wanted() -> None:
    assert ndcg(["a", "b", "c"], frozenset("ab"), at=3) == pytest.approx(1.0)
    assert ndcg(["a", "b"], frozenset("abcdef"), at=2) == pytest.approx(1.0)


def test_ndcg_discounts_by_the_logarithm_of_the_place() -> None:
    expected = (1 / math.log2(3)) / (1 + 1 / math.log2(3))

    assert ndcg(["x", "a"], frozenset("ab"), at=2) == pytest.approx(expected)


def test_an_empty_list_finds_nothing() -> None:
    assert ndcg([], frozenset("a"), at=3) == 0.0
    assert recall([], frozenset("a")) == 0.0


def test_popularity_is_judged_by_hand_as_by_the_code() -> None:
    # Given popularity a > b > c > d, ties in the order of ids
    train = _data(u1="ab", u2="abc", u3="a", u4="abcd")
    test = _data(u1="c", u2="d", u3="d", new="b")

    quality = evaluate(PopularityModel.fit(train), train, test, at=2)

    # u1 is shown c, d; u2 d; u3 b, c; the new one a, b
    assert quality.people == 4
    assert quality.recall == pytest.approx((1 + 1 + 0 + 1) / 4)
    assert quality.ndcg == pytest.approx((1 + 1 + 0 + 1 / math.log2(3)) / 4)
    assert quality.coverage == 1.0


def test_what_was_seen_in_training_is_not_asked_for() -> None:
    train = _data(u1="ab", u2="abc")
    test = _data(u1="ac", u2="a")

    quality = evaluate(PopularityModel.fit(train), train, test, at=1)

    assert quality.people == 1
    assert quality.recall == 1.0


def test_an_item_that_training_never_saw_counts_as_not_found() -> None:
    train = _data(u1="ab", u2="c")

    quality = evaluate(PopularityModel.fit(train), train, _data(u2="az"), at=5)

    assert quality.recall == 0.5


def test_figures_carry_the_length_of_the_list_in_their_names() -> None:
    train = _data(u1="ab", u2="c")
    quality = evaluate(PopularityModel.fit(train), train, _data(u2="a"), at=7)

    assert set(quality.as_dict()) == {"recall@7", "ndcg@7", "coverage@7"}


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
