"""Where lines are on their scale, and how uneven something is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke.recommendations.operators.charts import (
    HEIGHT,
    WIDTH,
    Series,
    gini,
    line_chart,
    nice_top,
)
from youke.recommendations.operators.exposure import School, Share, shares

AMOUNTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=50)


def test_a_line_goes_from_left_to_right_and_higher_is_more() -> None:
    chart = line_chart(["a", "b", "c"], [Series(name="x", values=[0, 0.1, 0.2])])

    assert chart.lines[0].path == "M0 300L500 150L1000 0"
    assert [tick.value for tick in chart.ticks] == pytest.approx(
        [0.2, 0.15, 0.1, 0.05, 0.0]
    )


def test_a_missing_value_has_no_dot_and_an_empty_cell() -> None:
    chart = line_chart(["a", "b"], [Series(name="x", values=[None, 1.0])])

    assert [dot.label for dot in chart.lines[0].dots] == ["b"]
    assert chart.rows == [("a", [None]), ("b", [1.0])]


def test_one_value_stands_in_the_middle_and_none_draws_nothing() -> None:
    assert line_chart(["a"], [Series(name="x", values=[1])]).lines[0].path == "M500 0"
    assert line_chart([], [Series(name="x", values=[])]).lines[0].path == ""


@given(st.lists(st.floats(0, 1e6), max_size=40))
def test_every_dot_is_in_the_picture(values: list[float]) -> None:
    labels = [str(n) for n in range(len(values))]

    (line,) = line_chart(labels, [Series(name="x", values=values)]).lines

    assert len(line.dots) == len(values)
    assert all(0 <= d.x <= WIDTH and 0 <= d.y <= HEIGHT for d in line.dots)


@given(st.floats(1e-6, 1e9))
def test_the_top_is_a_round_number_not_far_above(largest: float) -> None:
    assert largest <= nice_top(largest) <= 2.5 * largest


def test_gini_tells_even_from_uneven() -> None:
    assert gini([5, 5, 5, 5]) == pytest.approx(0)
    assert gini([0, 0, 0, 10]) == pytest.approx(0.75)
    assert gini([1, 3]) == pytest.approx(0.25)
    assert gini([]) == gini([0, 0]) == 0.0


@given(AMOUNTS, st.floats(0.1, 10))
def test_gini_is_a_share_and_knows_no_unit(amounts: list[float], unit: float) -> None:
    value = gini(amounts)

    assert -1e-9 <= value < 1
    assert gini([unit * each for each in amounts]) == pytest.approx(value, abs=1e-6)


def test_a_districts_share_is_that_of_its_schools() -> None:
    schools = [
        School(district="A", lessons=3, shown=10),
        School(district="B", lessons=1, shown=70),
        School(district="A", lessons=0, shown=20),
    ]

    assert shares(schools) == [
        Share(name="A", shown=0.3, lessons=0.75),
        Share(name="B", shown=0.7, lessons=0.25),
    ]
    assert shares([]) == []
