"""Intervals are exact, merged and clipped; a set of milliseconds is the oracle."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youke.engagement.errors import InvalidIntervalsError
from youke.engagement.intervals import (
    MOST_INTERVALS,
    Interval,
    clean,
    first,
    from_text,
    length_s,
    merged,
    to_text,
    without,
)

seconds = st.integers(min_value=0, max_value=30)
pairs = st.lists(st.tuples(seconds, seconds).map(sorted), max_size=8)


def intervals(given_pairs: list[list[int]]) -> list[Interval]:
    return [(Decimal(a), Decimal(b)) for a, b in given_pairs]


def as_set(given_intervals: list[Interval]) -> set[int]:
    return {s for a, b in given_intervals for s in range(int(a), int(b))}


@settings(deadline=None, max_examples=60)
@given(pairs)
def test_merging_keeps_every_second_once_and_in_order(sent: list[list[int]]) -> None:
    union = merged(intervals(sent))

    assert as_set(union) == as_set(intervals(sent))
    assert all(a < b for a, b in union)
    assert all(left[1] < right[0] for left, right in pairwise(union))


@settings(deadline=None, max_examples=60)
@given(pairs, pairs)
def test_what_is_left_is_what_was_not_known(
    sent: list[list[int]], seen: list[list[int]]
) -> None:
    new, known = merged(intervals(sent)), merged(intervals(seen))

    rest = without(new, known)

    assert as_set(rest) == as_set(new) - as_set(known)
    assert merged(rest) == rest


@settings(deadline=None, max_examples=60)
@given(pairs, seconds)
def test_the_first_seconds_are_the_earliest_ones(
    sent: list[list[int]], most: int
) -> None:
    union = merged(intervals(sent))

    kept = first(union, most_s=float(most))

    assert as_set(kept) == set(sorted(as_set(union))[:most])
    assert length_s(kept) == min(most, length_s(union))


def test_intervals_are_clipped_to_the_lesson() -> None:
    assert clean([(5, 70.25), (80, 90)], duration_s=60) == [(Decimal(5), Decimal(60))]


def test_an_interval_without_length_is_no_mistake() -> None:
    assert clean([(5, 5)], duration_s=60) == []


@pytest.mark.parametrize(
    "sent",
    [
        [(float("nan"), 5.0)],
        [(0.0, float("nan"))],
        [(0.0, float("inf"))],
        [(-1.0, 5.0)],
        [(5.0, 4.0)],
        [(0.0, 1.0)] * (MOST_INTERVALS + 1),
    ],
)
def test_what_is_no_interval_is_refused(sent: list[tuple[float, float]]) -> None:
    with pytest.raises(InvalidIntervalsError):
        clean(sent, duration_s=60)


@settings(deadline=None, max_examples=60)
@given(pairs)
def test_what_is_written_as_a_multirange_is_read_again(sent: list[list[int]]) -> None:
    union = [(start + Decimal("0.125"), end) for start, end in merged(intervals(sent))]

    assert from_text(to_text(union)) == union
    assert to_text([]) == "{}"
