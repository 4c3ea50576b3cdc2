"""Every fast piece beside the slow and obvious one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_reference import (
    ease_column,
    fold_in,
    likeness,
    neighbour_scores,
    ridge_prediction,
)

from youke_recommender import (
    AlsModel,
    AlsParams,
    ContentModel,
    ContentParams,
    EaseModel,
    EaseParams,
    Interactions,
    Item,
    NeighboursModel,
    NeighboursParams,
)
from youke_recommender.features import LEAST_ITEMS, WORDS_WEIGHT, Vocabulary
from youke_recommender.frequency import solve_rows
from youke_recommender.regression import ridge_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

ITEMS = 14


def _random(seed: int) -> Interactions:
    random = np.random.default_rng(seed)
    users, items = np.nonzero(random.random((40, ITEMS)) < 0.35)
    weights = random.uniform(0.5, 2.0, size=len(users)).tolist()
    names = [f"i{item:02}" for item in items]
    return Interactions.from_triples([f"u{u:02}" for u in users], names, weights)


def _described(count: int = ITEMS) -> dict[str, Item]:
    subjects = ["数学", "语文", "英语 English"]
    return {
        f"i{k:02}": Item(
            title=f"{subjects[k % 3]}第{k % 4}课",
            text=f"本课讲{subjects[k % 3]}，also_{k % 5} words; 数学",
            facets=(f"subject:{k % 3}", f"teacher:{k % 4}", f"teacher:{k % 2}"),
        )
        for k in range(count)
    }


def _dense(data: Interactions) -> NDArray[np.float64]:
    return np.asarray(data.matrix.toarray(), dtype=np.float64)


@pytest.mark.parametrize("seed", range(3))
def test_neighbours_vote_as_if_counted_by_hand(seed: int) -> None:
    data = _random(seed)
    model = NeighboursModel.fit(data, params=NeighboursParams(neighbours=4))
    slow = neighbour_scores(_dense(data), {1: 0.5, 6: 2.0, 9: 1.0}, keep=4)

    ranked = model.recommend({"i01": 0.5, "i06": 2.0, "i09": 1.0}, n=ITEMS)

    for scored in ranked:
        row = data.item_ids.index(scored.item)
        assert scored.score == pytest.approx(slow[row], abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_ease_is_one_regression_per_item_with_words_as_people(seed: int) -> None:
    data, described = _random(seed), _described()
    params = EaseParams(
        regularization=3.0,
        dropout=0.5,
        popular_share=0.3,
        popular_ridge=4.0,
        content=2.0,
    )
    model = EaseModel.fit(data, params=params, items=described)
    # Words as rows: any matrix whose Gram is twice the likeness of the items.
    alike = likeness(list(described.values()), WORDS_WEIGHT, LEAST_ITEMS)
    roots, directions = np.linalg.eigh(2.0 * alike)
    words = (directions * np.sqrt(np.maximum(roots, 0))).T
    x = _dense(data)
    rows = np.vstack([x, words])
    ridge = 3.0 + (x**2).sum(axis=0)
    people = (x > 0).sum(axis=0)
    border = np.quantile(people, 0.7)

    for item in range(ITEMS):
        factor = 4.0 if people[item] > border else 1.0
        slow = ease_column(rows, item, factor * ridge)
        assert model._weights[:, item] == pytest.approx(slow, abs=1e-4)


TEXTS = st.text("数学语文 ab_,1", max_size=12)
DESCRIBED = st.builds(
    Item,
    text=TEXTS,
    title=TEXTS,
    facets=st.lists(st.sampled_from(["a:1", "a:2", "b:1", "plain"]), max_size=4).map(
        tuple
    ),
)


@settings(max_examples=60, deadline=None)
@given(items=st.lists(DESCRIBED, min_size=1, max_size=8))
def test_products_of_features_are_the_mean_cosine_of_the_fields(
    items: list[Item],
) -> None:
    features = Vocabulary.of(items).vectors(items).toarray()

    slow = likeness(items, WORDS_WEIGHT, LEAST_ITEMS) if features.size else 0.0

    assert features @ features.T == pytest.approx(
        slow * np.ones((len(items),) * 2), abs=1e-4
    )


def test_the_map_from_words_solves_the_ridge_regression() -> None:
    items = list(_described(20).values())
    features = Vocabulary.of(items).vectors(items)
    random = np.random.default_rng(0)
    targets = random.normal(size=(12, 3))
    alike = (features @ features.T).toarray()

    fast = features[12:] @ ridge_map(features[:12], targets.astype(np.float32), 0.5)

    slow = ridge_prediction(alike[:12, :12], alike[12:, :12], targets, 0.5)
    assert fast == pytest.approx(slow, abs=1e-3)


def test_products_of_all_dimensions_are_the_cosines() -> None:
    data = _random(1)
    model = ContentModel.fit(data, params=ContentParams(dims=ITEMS))
    x = _dense(data)
    unit = x / np.linalg.norm(x, axis=0)

    products = model.vectors @ model.vectors.T

    assert products == pytest.approx(unit.T @ unit, abs=1e-5)


def test_few_dimensions_of_many_items_are_the_leading_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = ContentModel.fit(_random(2), params=ContentParams(dims=3)).vectors
    monkeypatch.setattr("youke_recommender.content.FEW_ITEMS", 0)

    fast = ContentModel.fit(_random(2), params=ContentParams(dims=3)).vectors

    assert fast @ fast.T == pytest.approx(slow @ slow.T, abs=1e-5)


@pytest.mark.parametrize("nu", [0.0, 0.5, 1.0])
def test_each_row_is_solved_with_the_ridge_of_its_frequency(nu: float) -> None:
    data, alpha = _random(0), 4.0
    fixed = np.random.default_rng(1).normal(size=(ITEMS, 5))

    solved = solve_rows(data.matrix * alpha, fixed, lambda counts: 2.0 * counts**nu)

    for row in range(len(data.user_ids)):
        history = {data.item_ids.index(i): w for i, w in data.history(row).items()}
        ridge = 2.0 * len(history) ** nu
        slow = fold_in(fixed, history, alpha=alpha, ridge=ridge)
        assert solved[row] == pytest.approx(slow, abs=1e-4)


@pytest.mark.parametrize("nu", [0.0, 1.0])
def test_als_scores_are_those_of_the_definition(nu: float) -> None:
    data = _random(3)
    params = AlsParams(factors=4, regularization=2.0, alpha=3.0, nu=nu, iterations=3)
    model = AlsModel.fit(data, params=params)
    factors = model.to_artefact().arrays["item_factors"].astype(np.float64)
    history = {"i01": 0.5, "i06": 2.0, "i09": 1.0}
    rows = {data.item_ids.index(item): w for item, w in history.items()}

    ranked = model.recommend(history, n=ITEMS)

    person = fold_in(factors, rows, alpha=3.0, ridge=2.0 * len(rows) ** nu)
    for scored in ranked:
        slow = factors[data.item_ids.index(scored.item)] @ person
        assert scored.score == pytest.approx(slow, abs=1e-4)
