"""Whether a model may be published, by figures and by what people did."""

import math

import pytest
from test_training_data import did

from youke.recommendations import recipes
from youke.recommendations.dataset import LEAST_FACTS, Dataset
from youke.recommendations.judging import (
    COVERAGE,
    NDCG,
    PRESENT,
    Contest,
    Figures,
    Size,
    decide,
    judge,
    shrinkage,
)
from youke.recommendations.recipes import Recipe

ALS, NEIGHBOURS, POPULARITY = (
    Recipe(algorithm=name) for name in ("als", "neighbours", "popularity")
)
OLD_ALS = Recipe(algorithm="als", params={"factors": 3})
CONTEST = Contest(candidates=[ALS], baselines=[POPULARITY])


def figures(ndcg: float, coverage: float = 0.5) -> Figures:
    return {NDCG: ndcg, COVERAGE: coverage}


def real_contest(present: Recipe | None = None) -> Contest:
    return Contest(
        candidates=recipes.candidates(), baselines=recipes.baselines(), present=present
    )


def two_schools(people: int, *, days_between: float = 0.1) -> Dataset:
    """Return people who each liked eight lessons of one of two halves."""
    return Dataset.of(
        (
            did(
                person,
                100 + 10 * (person % 2) + (person + step) % 10,
                days=40 - days_between * (person + 10 * step),
            )
            for person in range(people)
            for step in range(8)
        ),
        least_students=3,
    )


def test_the_best_candidate_wins_and_the_first_of_equals() -> None:
    contest = Contest(candidates=[ALS, NEIGHBOURS], baselines=[POPULARITY])
    base = {"popularity": figures(0.1)}

    better = decide(base | {"als": figures(0.2), "neighbours": figures(0.3)}, contest)
    equal = decide(base | {"als": figures(0.3), "neighbours": figures(0.3)}, contest)

    assert better.winner == NEIGHBOURS
    assert equal.winner == ALS


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("popularity", "popularity has the better ndcg@10 on the hold-out"),
        ("neighbours", "neighbours has the better ndcg@10 on the hold-out"),
        (PRESENT, "the present model's recipe has the better ndcg@10 on the hold-out"),
    ],
)
def test_whoever_is_worse_than_another_is_refused(other: str, said: str) -> None:
    verdict = decide({"als": figures(0.2), other: figures(0.2001)}, CONTEST)

    assert verdict.refused
    assert verdict.reason == said


def test_a_collapse_of_coverage_is_refused() -> None:
    contest = Contest(candidates=[ALS], baselines=[], present=OLD_ALS)
    metrics = {"als": figures(0.3, coverage=0.19), PRESENT: figures(0.2, coverage=0.4)}

    verdict = decide(metrics, contest)

    assert verdict.reason == "als shows too few different lessons"
    assert decide(metrics | {PRESENT: figures(0.2, coverage=0.38)}, contest).winner


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_figures_that_are_no_numbers_are_refused(broken: float) -> None:
    verdict = decide({"als": figures(broken), "popularity": figures(0.0)}, CONTEST)

    assert verdict.refused


def test_the_present_recipe_is_measured_apart_only_when_it_is_another() -> None:
    same = Contest(candidates=[ALS], baselines=[POPULARITY], present=ALS)
    other = Contest(candidates=[ALS], baselines=[POPULARITY], present=OLD_ALS)

    assert set(same.entrants) == {"als", "popularity"}
    assert set(other.entrants) == {"als", "popularity", PRESENT}


def test_what_would_know_much_less_than_the_present_model_is_refused() -> None:
    present = Size(items=100, interactions=1_000)

    assert shrinkage(Size(items=50, interactions=500), present) is None
    assert shrinkage(Size(items=1, interactions=1), None) is None
    assert shrinkage(Size(items=49, interactions=900), present) == (
        "it would know 49 lessons; the present model knows 100"
    )
    assert shrinkage(Size(items=90, interactions=499), present) == (
        "it would know 499 facts; the present model knows 1000"
    )


def test_an_empty_platform_is_refused() -> None:
    verdict = judge(Dataset.of([]), real_contest())

    assert verdict.refused
    assert "too little data" in (verdict.reason or "")


def test_few_judges_are_no_reason_to_refuse_but_are_said() -> None:
    verdict = judge(two_schools(LEAST_FACTS // 8 + 1), real_contest())

    assert not verdict.refused
    assert verdict.metrics == {}
    assert "not measured" in (verdict.reason or "")


def test_a_model_that_knows_the_schools_is_measured_and_accepted() -> None:
    verdict = judge(two_schools(60), real_contest(OLD_ALS.complete()))

    assert verdict.winner is not None
    ours = verdict.metrics[verdict.winner.algorithm]
    assert ours[NDCG] > verdict.metrics["popularity"][NDCG]
    assert {"neighbours", PRESENT} <= set(verdict.metrics)


def test_a_model_worse_than_popularity_is_refused() -> None:
    # Everybody comes for one lesson last, which whoever counts knows best.
    chorus = [did(person, 1, days=0) for person in range(50)]
    early = [did(person + 100, 1, days=30) for person in range(60)]
    own = [did(p, 10 + (7 * p + k) % 39, days=20) for p in range(50) for k in (0, 1)]
    data = Dataset.of(chorus + early + own, least_students=1)

    verdict = judge(data, Contest(candidates=[ALS], baselines=[POPULARITY]))

    assert verdict.refused
    assert "popularity" in (verdict.reason or "")


def test_a_recipe_that_cannot_learn_is_named_and_the_others_go_on() -> None:
    broken = Recipe(algorithm="ease", params={"regularization": -1.0})
    contest = Contest(candidates=[broken, ALS.complete()], baselines=[POPULARITY])

    verdict = judge(two_schools(60), contest)

    assert verdict.winner == ALS.complete()
    assert (verdict.reason or "").startswith("ease: ")


def test_a_remembered_recipe_is_the_same_after_json() -> None:
    for recipe in recipes.candidates():
        assert Recipe.remembered(recipe.algorithm, dict(recipe.params)) == recipe
    assert Recipe.remembered("crystal ball", {}) is None
    assert Recipe.remembered("als", {"colour": "green"}) is None


def test_another_library_makes_another_fingerprint() -> None:
    made_with = recipes.versions()
    one = recipes.fingerprint("f", recipes.candidates(), made_with)

    assert one == recipes.fingerprint("f", recipes.candidates(), dict(made_with))
    assert one != recipes.fingerprint(
        "f", recipes.candidates(), made_with | {"numpy": "0"}
    )
