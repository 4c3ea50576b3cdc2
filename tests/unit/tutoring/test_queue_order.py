from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke.kernel.clock import LOCAL_ZONE
from youke.tutoring.order import (
    Claim,
    Rank,
    Standing,
    claim_key,
    estimate,
    minutes_per_answer,
    queue_key,
    rank_on_joining,
    reason,
    weekend_of,
)

ME, COLLEAGUE = uuid4(), uuid4()


def standing(rank: Rank, turn: int) -> Standing:
    return Standing(rank=rank, turn=turn)


def test_who_asks_for_the_first_time_this_weekend_comes_before_who_asked() -> None:
    newcomer = standing(rank_on_joining(asked_this_weekend=False), 9)
    asker = standing(rank_on_joining(asked_this_weekend=True), 1)
    assert sorted([asker, newcomer], key=queue_key) == [newcomer, asker]


def test_among_equals_who_joined_first_comes_first() -> None:
    early, late = standing(Rank.FIRST, 1), standing(Rank.FIRST, 2)
    assert sorted([late, early], key=queue_key) == [early, late]


def test_put_back_by_a_tutor_comes_first_and_absent_comes_last() -> None:
    order = [
        standing(Rank.RETURNED, 8),
        standing(Rank.FIRST, 5),
        standing(Rank.AGAIN, 2),
        standing(Rank.ABSENT, 1),
    ]
    mixed = [order[2], order[0], order[3], order[1]]
    assert sorted(mixed, key=queue_key) == order


def test_a_tutor_takes_another_ticket_before_the_one_just_put_back() -> None:
    put_back = Claim(standing=standing(Rank.RETURNED, 1), set_aside=True)
    last = Claim(standing=standing(Rank.ABSENT, 99))
    assert min(put_back, last, key=lambda claim: claim_key(claim, ME)) is last


def test_a_ticket_handed_to_a_colleague_is_the_colleagues_before_mine() -> None:
    handed = Claim(standing=standing(Rank.RETURNED, 1), wanted_tutor=COLLEAGUE)
    other = Claim(standing=standing(Rank.FIRST, 2))
    assert min(handed, other, key=lambda claim: claim_key(claim, ME)) is other
    assert min(handed, other, key=lambda claim: claim_key(claim, COLLEAGUE)) is handed


@pytest.mark.parametrize("rank", Rank)
def test_every_rank_has_a_reason_that_says_the_place(rank: Rank) -> None:
    given_reason = reason(standing(rank, 1), 4)
    sentence = given_reason.sentence.format_map(given_reason.data)
    assert "Place 4" in sentence
    assert sentence.endswith("(ahead of you: 3).")


@pytest.mark.parametrize(
    ("position", "tutors", "expected"),
    [
        # The next one waits for one tutor's present answer: 0 to 6 x 1.5 minutes.
        (1, 1, (0, 9)),
        (2, 1, (4, 18)),
        # Three tutors take three at once,
        (3, 3, (0, 9)),
        # and the fourth waits for the first of them twice.
        (4, 3, (4, 18)),
    ],
)
def test_the_estimate_counts_rounds_of_all_tutors(
    position: int, tutors: int, expected: tuple[int, int]
) -> None:
    found = estimate(position, tutors=tutors, minutes=6)
    assert found is not None
    assert (found.from_min, found.to_min) == expected


def test_without_a_tutor_there_is_no_estimate() -> None:
    assert estimate(1, tutors=0) is None


@given(
    position=st.integers(1, 1000),
    tutors=st.integers(1, 100),
    minutes=st.floats(0.1, 60),
)
def test_an_estimate_is_a_range_that_never_shrinks_further_back(
    position: int, tutors: int, minutes: float
) -> None:
    here = estimate(position, tutors=tutors, minutes=minutes)
    behind = estimate(position + 1, tutors=tutors, minutes=minutes)
    assert here is not None
    assert behind is not None
    assert 0 <= here.from_min <= here.to_min
    assert behind.from_min >= here.from_min
    assert behind.to_min >= here.to_min


def test_a_session_that_has_answered_nothing_takes_six_minutes_an_answer() -> None:
    assert minutes_per_answer(0, 0.0) == 6


def test_what_a_session_shows_moves_the_mean_towards_itself() -> None:
    assert minutes_per_answer(5, 5 * 12.0) == 9
    assert minutes_per_answer(995, 995 * 12.0) == pytest.approx(12, abs=0.04)


def test_saturday_and_sunday_belong_to_one_weekend_and_the_next_monday_does_not() -> (
    None
):
    saturday = datetime(2026, 11, 28, 9, tzinfo=LOCAL_ZONE)
    begin, end = weekend_of(saturday)
    assert begin <= datetime(2026, 11, 29, 23, 59, tzinfo=LOCAL_ZONE) < end
    assert end == datetime(2026, 11, 30, tzinfo=LOCAL_ZONE)


def test_the_weekend_turns_at_local_midnight_not_at_that_of_utc() -> None:
    # Sunday evening in UTC is Monday morning where the schools are.
    sunday_in_utc = datetime(2026, 11, 29, 17, tzinfo=UTC)
    begin, _ = weekend_of(sunday_in_utc)
    assert begin == datetime(2026, 11, 30, tzinfo=LOCAL_ZONE)
