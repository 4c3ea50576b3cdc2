from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from youke_recommender import (
    EaseParams,
    Interactions,
    InvalidParameterError,
    MissingExtraError,
    TooLittleDataError,
)
from youke_recommender.registry import KINDS
from youke_recommender.search import SPACES, Judge, search


@pytest.fixture(autouse=True)
def optuna() -> Any:
    return pytest.importorskip("optuna", reason="needs the extra `search`")


def _data() -> Interactions:
    random = np.random.default_rng(5)
    taste = random.integers(0, 3, 40)
    likes = random.random((40, 18)) < np.where(
        np.arange(18)[None, :] % 3 == taste[:, None], 0.7, 0.1
    )
    users, items = ([str(n) for n in column] for column in np.argwhere(likes).T)
    return Interactions.from_triples(users, items, [1.0] * len(users))


def test_a_search_is_never_worse_than_where_it_started() -> None:
    found = search(_data(), "ease", trials=5)

    assert found.trials[0].params == {}
    assert found.ndcg == max(trial.ndcg for trial in found.trials)
    assert len(found.trials) == 5


def test_a_search_is_repeatable() -> None:
    assert search(_data(), "ease", trials=4) == search(_data(), "ease", trials=4)


def test_one_trial_is_what_the_model_starts_from() -> None:
    assert search(_data(), "ease", trials=1).params == EaseParams()


def test_the_length_of_the_list_is_the_judges() -> None:
    short = search(_data(), "neighbours", trials=1, judge=Judge(at=1))
    long = search(_data(), "neighbours", trials=1, judge=Judge(at=10))

    assert short.ndcg != long.ndcg


@pytest.mark.parametrize("kind", sorted(SPACES))
def test_every_range_is_of_a_parameter_that_the_kind_has(kind: str) -> None:
    for at in ("low", "high"):
        ends = {name: getattr(within, at) for name, within in SPACES[kind].items()}
        KINDS[kind].params(**ends)


def test_a_kind_without_parameters_has_nothing_to_search() -> None:
    with pytest.raises(InvalidParameterError, match="popularity"):
        search(_data(), "popularity")


def test_nothing_to_hold_back_is_said() -> None:
    with pytest.raises(TooLittleDataError):
        search(Interactions.from_triples(["a", "b"], ["x", "y"], [1, 1]), "ease")


def test_without_the_library_its_extra_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)

    with pytest.raises(MissingExtraError, match=r"youke\[search\]"):
        search(_data(), "ease", trials=2)
