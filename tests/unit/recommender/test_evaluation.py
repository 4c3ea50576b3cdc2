from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from youke_recommender import (
    KINDS,
    Interactions,
    Item,
    PopularityModel,
    evaluate,
    split,
)
from youke_recommender.evaluation import gini, ndcg, recall

if TYPE_CHECKING:
    from youke_recommender import Model


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
    # c, d, d, b, c, a, b: people in training 2, 1, 1, 3, 2, 4, 3
    assert quality.shown == (1, 2, 2, 2)
    assert quality.popularity == pytest.approx(16 / 7)


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

    figures = ("recall", "ndcg", "coverage", "popularity", "gini")
    assert set(quality.as_dict()) == {f"{figure}@7" for figure in figures}


def _random_data(seed: int) -> Interactions:
    random = np.random.default_rng(seed)
    picks = np.argwhere(random.random((60, 25)) < random.random(25) * 0.5)
    users, items = ([f"{name}" for name in column] for column in picks.T)
    weights = random.integers(1, 4, len(picks)).astype(float)
    return Interactions.from_triples(users, items, list(weights))


def _judged_one_by_one(
    model: Model, train: Interactions, test: Interactions, at: int
) -> tuple[float, float, float]:
    row_of = {user: row for row, user in enumerate(train.user_ids)}
    recalls, ndcgs, shown = [], [], set[str]()
    for place, user in enumerate(test.user_ids):
        history = train.history(row_of[user]) if user in row_of else {}
        wanted = frozenset(test.history(place)) - history.keys()
        if wanted:
            ranked = [scored.item for scored in model.recommend(history, n=at)]
            recalls.append(recall(ranked, wanted))
            ndcgs.append(ndcg(ranked, wanted, at=at))
            shown.update(ranked)
    coverage = len(shown) / len(model.item_ids)
    return float(np.mean(recalls)), float(np.mean(ndcgs)), coverage


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_judged_is_what_is_served(kind: str) -> None:
    data = _random_data(1)
    train, test = split(data, share=0.4, seed=2)
    model = KINDS[kind].fit(train, items={item: Item(item) for item in data.item_ids})

    quality = evaluate(model, train, test, at=5)

    served = _judged_one_by_one(model, train, test, 5)
    assert (quality.recall, quality.ndcg, quality.coverage) == pytest.approx(served)
    assert quality.ndcg > 0.05


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_somebody_new_is_judged_by_what_somebody_new_is_shown(kind: str) -> None:
    data = _random_data(3)
    newcomer = Interactions.from_triples(["new"], [data.item_ids[0]], [1.0])
    model = KINDS[kind].fit(data, items={item: Item(item) for item in data.item_ids})

    quality = evaluate(model, data, newcomer, at=5)

    served = model.recommend({}, n=5)
    assert sum(quality.shown) == len(served)
    assert quality.recall == any(s.item == data.item_ids[0] for s in served)


def test_only_candidates_are_ranked_when_they_are_named() -> None:
    train = _data(u1="a", u2="abc", u3="abd")

    quality = evaluate(
        PopularityModel.fit(train), train, _data(u1="d"), at=1, candidates=["d"]
    )

    assert quality.recall == 1.0
    assert quality.shown == (0, 0, 0, 1)


def test_gini_tells_equal_shares_from_one_that_has_all() -> None:
    assert gini(np.array([3, 3, 3, 3])) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 8])) == pytest.approx(0.75)
    assert gini(np.array([1, 3])) == pytest.approx(0.25)
    assert gini(np.zeros(3)) == 0
