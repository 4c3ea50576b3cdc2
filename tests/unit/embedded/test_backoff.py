import pytest

from youke.embedded.supervisor import LONGEST_BACKOFF_S, backoff_s


@pytest.mark.parametrize(
    ("deaths", "seconds"),
    [(0, 0.5), (1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, LONGEST_BACKOFF_S)],
)
def test_each_death_in_a_row_doubles_the_wait(deaths: int, seconds: float) -> None:
    assert backoff_s(deaths) == seconds


def test_a_long_series_of_deaths_has_a_longest_wait() -> None:
    assert backoff_s(10_000) == LONGEST_BACKOFF_S
