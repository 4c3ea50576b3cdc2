"""When a model is trained without anybody asking."""

from datetime import timedelta

import pytest
from catalogues import NOW

from youke.recommendations.models import RankingModel
from youke.recommendations.training import is_due

EVERY = timedelta(hours=6)


def trained(ago: timedelta, seconds: float = 60.0) -> RankingModel:
    return RankingModel(created_at=NOW - ago, seconds=seconds)


@pytest.mark.parametrize(
    ("ago", "has_current", "due"),
    [
        (timedelta(hours=5, minutes=59), True, False),
        (timedelta(hours=6), True, True),
        # Without a model it is urgent, but a training of a minute rests for ten.
        (timedelta(minutes=9), False, False),
        (timedelta(minutes=10), False, True),
    ],
)
def test_it_is_time_after_a_while(
    ago: timedelta, *, has_current: bool, due: bool
) -> None:
    assert is_due(trained(ago), NOW, EVERY, has_current=has_current) is due


def test_the_first_training_is_always_due() -> None:
    assert is_due(None, NOW, EVERY, has_current=False)


def test_a_long_training_that_is_refused_rests_no_longer_than_any() -> None:
    long = trained(timedelta(hours=6), seconds=10_000)
    assert is_due(long, NOW, EVERY, has_current=False)
