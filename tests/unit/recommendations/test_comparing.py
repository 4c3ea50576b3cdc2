"""Which of two models is opened more often, and when that cannot be told."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke.recommendations.comparing import (
    LEAST_GROUPS,
    LEAST_SHOWN,
    Cluster,
    Finding,
    arm,
    compare,
)

CLUSTERS = st.lists(
    st.integers(0, 500).flatmap(
        lambda shown: st.builds(
            Cluster, shown=st.just(shown), opened=st.integers(0, shown)
        )
    ),
    max_size=40,
)


def groups(rate: float, number: int = 60, *, seed: int = 1) -> list[Cluster]:
    """Return groups that each have a taste of their own around a common rate."""
    draw = random.Random(seed)  # noqa: S311  a fixed world, not a secret
    made = []
    for _ in range(number):
        own = max(0.0, draw.gauss(rate, rate / 3))
        shown = draw.randint(50, 200)
        opened = sum(draw.random() < own for _ in range(shown))
        made.append(Cluster(shown=shown, opened=opened))
    return made


def test_a_clear_difference_is_told() -> None:
    assert compare(groups(0.05), groups(0.10)).finding is Finding.CHALLENGER_BETTER
    assert compare(groups(0.10), groups(0.05)).finding is Finding.CONTROL_BETTER


def test_groups_that_differ_as_much_as_the_models_tell_nothing() -> None:
    result = compare(groups(0.100, seed=1), groups(0.101, seed=2))

    assert result.finding is Finding.NO_DIFFERENCE
    assert result.interval is not None
    assert result.interval[0] < result.difference < result.interval[1]


def test_two_equal_models_are_told_apart_about_one_time_in_twenty() -> None:
    findings = [
        compare(groups(0.1, 30, seed=n), groups(0.1, 30, seed=n + 1_000)).finding
        for n in range(200)
    ]
    mistakes = sum(each is not Finding.NO_DIFFERENCE for each in findings)
    assert 1 <= mistakes <= 24


@pytest.mark.parametrize(
    "few",
    [
        groups(0.5, LEAST_GROUPS - 1),
        [Cluster(shown=LEAST_SHOWN // 20, opened=5)] * (LEAST_GROUPS + 1),
        [Cluster(shown=0, opened=0)] * 50,
        [],
    ],
)
def test_too_few_groups_or_cards_are_said_to_be_too_few(few: list[Cluster]) -> None:
    result = compare(groups(0.1), few)

    assert result.finding is Finding.TOO_SMALL
    assert result.interval is None


def test_classes_that_go_together_make_the_error_larger_than_single_cards_would() -> (
    None
):
    alike = [Cluster(shown=100, opened=0), Cluster(shown=100, opened=20)] * 20
    mixed = [Cluster(shown=100, opened=10)] * 40

    assert (arm(alike).error or 0) > 3 * (0.1 * 0.9 / 4_000) ** 0.5
    assert arm(mixed).error == 0


@given(CLUSTERS, CLUSTERS)
def test_whatever_was_counted_the_figures_are_sound(
    one: list[Cluster], other: list[Cluster]
) -> None:
    result = compare(one, other)

    for side in (result.control, result.challenger):
        assert 0 <= side.rate <= 1
        assert side.opened <= side.shown
    if result.interval is not None:
        assert result.interval[0] <= result.difference <= result.interval[1]
    assert (result.interval is None) == (result.finding is Finding.TOO_SMALL)
