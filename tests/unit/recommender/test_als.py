from __future__ import annotations

import numpy as np
import pytest

from youke_recommender import (
    AlsModel,
    AlsParams,
    Interactions,
    InvalidParameterError,
    PopularityModel,
    evaluate,
    split,
)
from youke_recommender.als import _confidence


def _subjects(*, people: int, items: int, subjects: int, seed: int) -> Interactions:
    """Draw people who have one subject each and mostly stay with it."""
    random = np.random.default_rng(seed)
    subject_of = np.arange(items) % subjects
    users, chosen = [], []
    for person in range(people):
        taste = np.where(subject_of == random.integers(subjects), 1.0, 0.1)
        picks = random.choice(items, size=8, replace=False, p=taste / taste.sum())
        users += [f"u{person}"] * 8
        chosen += [f"i{item}" for item in picks]
    return Interactions.from_triples(users, chosen, [1.0] * len(users))


@pytest.mark.parametrize(("people", "items"), [(100, 24), (600, 80)])
def test_the_default_ridge_suits_a_small_school_and_a_larger_one(
    people: int, items: int
) -> None:
    data = _subjects(people=people, items=items, subjects=4, seed=0)
    train, test = split(data, seed=0)

    als = evaluate(AlsModel.fit(train), train, test, at=5)
    popular = evaluate(PopularityModel.fit(train), train, test, at=5)

    assert als.ndcg > 1.5 * popular.ndcg


def test_training_again_gives_the_same_model() -> None:
    data = _subjects(people=50, items=24, subjects=3, seed=1)
    history = {"i3": 1.0, "i6": 0.5}

    first, second = AlsModel.fit(data), AlsModel.fit(data)

    assert first.recommend(history) == second.recommend(history)


def test_the_resolved_ridge_is_kept_with_the_model() -> None:
    data = _subjects(people=50, items=24, subjects=3, seed=1)

    model = AlsModel.fit(data)

    # 400 interactions of weight 1 and confidence 21
    assert model.params.regularization == pytest.approx(0.08 * 8400**0.5)
    assert model.to_artefact().params["regularization"] == model.params.regularization


def test_a_weak_sign_is_trusted_more_than_no_sign() -> None:
    data = Interactions.from_triples(["a", "a"], ["x", "y"], [0.01, 2.0])

    assert _confidence(data, 4.0).toarray()[0] == pytest.approx([1.04, 9.0])
    assert data.history(0)["y"] == 2.0


def test_each_iteration_is_reported() -> None:
    data = _subjects(people=20, items=12, subjects=2, seed=1)
    seen: list[tuple[int, int]] = []

    AlsModel.fit(
        data,
        params=AlsParams(iterations=3),
        progress=lambda done, total: seen.append((done, total)),
    )

    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_model_without_its_ridge_cannot_be_served() -> None:
    with pytest.raises(InvalidParameterError, match="regularization"):
        AlsModel(("x",), np.ones((1, 2), dtype=np.float32), AlsParams())


def test_items_without_strength_are_similar_to_nothing() -> None:
    factors = np.array([[1, 0], [1, 0.1], [0, 0]], dtype=np.float32)
    model = AlsModel(("a", "b", "none"), factors, AlsParams(regularization=1.0))

    assert [scored.item for scored in model.similar("a")] == ["b"]
    assert model.similar("none") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"factors": 0},
        {"iterations": 0},
        {"regularization": 0.0},
        {"regularization": float("nan")},
        {"alpha": -1.0},
        {"alpha": float("inf")},
    ],
)
def test_parameters_outside_their_range_are_refused_by_name(
    wrong: dict[str, float],
) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        AlsParams(**wrong)  # type: ignore[arg-type]  # the table mixes int and float

    assert caught.value.name in wrong
