"""The rules for claimed seconds, views, going on, and confidence."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youke.engagement.rules import (
    ALLOWANCE_S,
    FASTEST,
    Meter,
    Signs,
    confidence,
    credit_s,
    resume_at,
    share,
    view_threshold_s,
)

#: A like, all of it seen, to the end, and twice more.
MOST = 1.5 + 1 + 0.5 + 0.2 + 1e-9
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def meter(credit: float, session: str = "a") -> Meter:
    return Meter(session=session, credit_s=credit, at=NOON)


def test_time_that_passed_may_be_claimed_at_double_speed() -> None:
    later = NOON + timedelta(seconds=10)

    assert credit_s(meter(0), session="a", at=later) == 10 * FASTEST


def test_a_clock_that_went_back_takes_nothing_away() -> None:
    earlier = NOON - timedelta(seconds=10)

    assert credit_s(meter(7), session="a", at=earlier) == 7


def test_another_session_gets_no_more_than_the_allowance() -> None:
    tomorrow = NOON + timedelta(days=1)

    assert credit_s(meter(0), session="b", at=tomorrow) == ALLOWANCE_S


def test_inventing_sessions_gains_nothing() -> None:
    assert credit_s(meter(3), session="b", at=NOON) == 3


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=60),
            st.integers(min_value=0, max_value=10_000),
            st.sampled_from("abc"),
        ),
        max_size=30,
    )
)
def test_no_sequence_of_heartbeats_claims_more_than_time_allows(
    beats: list[tuple[int, int, str]],
) -> None:
    account, claimed, at = meter(ALLOWANCE_S), 0.0, NOON
    for pause, wanted, session in beats:
        at += timedelta(seconds=pause)
        credit = credit_s(account, session=session, at=at)
        taken = min(credit, wanted)
        claimed += taken
        account = Meter(session=session, credit_s=credit - taken, at=at)

    assert claimed <= ALLOWANCE_S + FASTEST * (at - NOON).total_seconds()


@pytest.mark.parametrize(
    ("duration_s", "after_s"), [(2400, 30), (60, 30), (20, 10), (8, 4)]
)
def test_a_view_needs_half_a_minute_or_half_of_a_short_lesson(
    duration_s: float, after_s: float
) -> None:
    assert view_threshold_s(duration_s) == after_s


@pytest.mark.parametrize(
    ("position_s", "at"), [(0, None), (4.9, None), (5, 5), (89, 89), (95, None)]
)
def test_going_on_makes_sense_between_the_beginning_and_the_end(
    position_s: float, at: float | None
) -> None:
    assert resume_at(position_s, 100) == at


def test_a_share_never_exceeds_the_whole() -> None:
    assert share(70, 60) == 1
    assert share(15, 60) == 0.25


def test_another_speed_bounds_what_time_brings() -> None:
    later = NOON + timedelta(seconds=10)

    assert credit_s(meter(0), session="a", at=later, speed=1) == 10
    assert credit_s(meter(0), session="a", at=later, speed=16) == 10 * FASTEST


def says(watched: float, **more: Any) -> float:
    return confidence(Signs(watched=watched, liked=more.pop("liked", False), **more))


def test_a_glance_says_nothing() -> None:
    assert says(0.04) == 0
    assert says(0.04, depth=0.9, times=3) == 0


@pytest.mark.parametrize("liked", [False, True])
def test_watching_more_never_means_less_interest(*, liked: bool) -> None:
    values = [says(percent / 100, liked=liked) for percent in range(101)]

    assert all(less <= more for less, more in pairwise(values))


def test_a_like_says_more_than_watching_to_the_end() -> None:
    assert says(0, liked=True) >= says(1)
    assert says(1, liked=True) > says(0, liked=True)


def test_depth_among_lessons_as_long_speaks_for_the_share() -> None:
    assert says(0.2, depth=0.75) == 0.75
    assert says(0.2) == 0.2


def test_coming_back_often_says_little_more_than_coming_back() -> None:
    assert says(0.5, times=2) == pytest.approx(0.6)
    assert says(0.5, times=3) == says(0.5, times=300) == pytest.approx(0.7)


def test_interest_halves_in_a_term() -> None:
    assert says(0.8, weeks=20) == pytest.approx(0.4)


@settings(deadline=None, max_examples=60)
@given(
    watched=st.floats(0, 1),
    liked=st.booleans(),
    depth=st.floats(0, 1),
    times=st.integers(0, 99),
    weeks=st.integers(0, 999),
)
def test_no_history_says_more_than_the_stated_most(
    *, watched: float, liked: bool, depth: float, times: int, weeks: int
) -> None:
    value = says(watched, liked=liked, depth=depth, times=times, weeks=weeks)

    assert 0 <= value <= MOST
