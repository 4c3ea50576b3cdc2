"""Real Spark, on this machine: ``make test-spark`` installs it and runs these."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from youke_recommender import (
    AlsModel,
    AlsParams,
    Interactions,
    TooLittleDataError,
    evaluate,
    load_model,
    split,
)
from youke_recommender.cli import main
from youke_recommender.spark import fit_on_spark, reg_param

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.spark, pytest.mark.timeout(600)]
PARAMS = AlsParams(factors=8, iterations=8)
MASTER = "local[2]"


def _data() -> Interactions:
    """Six tastes of uneven size; some items are known to many, most to few."""
    random = np.random.default_rng(11)
    taste = random.choice(6, size=2000, p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05])
    known = random.beta(1, 2, size=150)
    likes = np.where(np.arange(150) % 6 == taste[:, None], 0.9, 0.1) * known
    pairs = np.argwhere(random.random(likes.shape) < likes)
    users = [f"u{n}" for n in pairs[:, 0]]
    return Interactions.from_triples(
        users, [f"i{n}" for n in pairs[:, 1]], random.choice([1.0, 2.0], len(pairs))
    )


@pytest.fixture(scope="module")
def parts() -> tuple[Interactions, Interactions]:
    return split(_data(), seed=1)


@pytest.fixture(scope="module")
def by_spark(parts: tuple[Interactions, Interactions]) -> AlsModel:
    return fit_on_spark(parts[0], params=PARAMS, master=MASTER)


def test_spark_ranks_as_well_as_implicit(
    parts: tuple[Interactions, Interactions], by_spark: AlsModel
) -> None:
    ours = evaluate(AlsModel.fit(parts[0], params=PARAMS), *parts).ndcg

    theirs = evaluate(by_spark, *parts).ndcg

    assert theirs >= 0.97 * ours


def test_a_model_of_sparks_is_served_as_any_other(
    parts: tuple[Interactions, Interactions], by_spark: AlsModel, tmp_path: Path
) -> None:
    sha256 = by_spark.save(tmp_path / "m.npz")

    again = load_model(tmp_path / "m.npz", sha256)

    history = parts[0].history(0)
    assert again.kind == "als"
    assert again.item_ids == parts[0].item_ids
    assert again.recommend(history) == by_spark.recommend(history)


def test_the_command_trains_on_spark(tmp_path: Path) -> None:
    train = tmp_path / "train.txt"
    train.write_text(
        "".join(f"u{n} {n % 2} {n % 2 + 2} {n % 5 + 4}\n" for n in range(30))
    )
    report, out = tmp_path / "report.json", tmp_path / "m.npz"
    files = ["--train", str(train), "--out", str(out), "--report", str(report)]
    settings = ["--param", "factors=4", "--backend", "spark", "--master", MASTER]

    assert main(["fit", *files, *settings]) == 0

    assert json.loads(report.read_text())["params"]["factors"] == 4
    assert load_model(out).recommend({"0": 1.0}, n=1)[0].item == "2"


def test_no_interactions_are_too_little() -> None:
    with pytest.raises(TooLittleDataError):
        fit_on_spark(Interactions.from_triples([], [], []), master=MASTER)


def test_the_ridge_is_as_strong_as_ours_on_average() -> None:
    # Two users with 1 and 2 items, two items with 2 and 1 users: an interaction
    # meets (1 + 2 + 2) / 3 on one side and (2 + 2 + 1) / 3 on the other.
    data = Interactions.from_triples(["a", "b", "b"], ["x", "x", "y"], [1, 1, 1])

    assert reg_param(data, 10.0) * 5 / 3 == pytest.approx(10.0)
