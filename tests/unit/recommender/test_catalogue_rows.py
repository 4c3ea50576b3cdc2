from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke_recommender.catalogue import Catalogue, eligible_rows, top


@given(
    scores=st.lists(st.integers(-3, 3), max_size=30),
    n=st.integers(0, 35),
)
def test_the_top_is_the_beginning_of_the_sorted_list_also_with_ties(
    scores: list[int], n: int
) -> None:
    expected = sorted(range(len(scores)), key=lambda place: (-scores[place], place))

    places = top(np.array(scores, dtype=np.float32), n)

    assert places.tolist() == expected[:n]


@given(
    size=st.integers(1, 1000),
    levels=st.sampled_from([2, 50, 10**6]),
    n=st.integers(1, 12),
    seed=st.integers(0, 5),
)
def test_the_top_of_many_is_found_by_blocks(
    size: int, levels: int, n: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(0, levels, size).astype(np.float32)

    places = top(scores, n)

    assert places.tolist() == np.argsort(-scores, kind="stable")[:n].tolist()


def test_barred_wins_over_allowed() -> None:
    rows = eligible_rows(5, np.array([1, 2, 2, 4]), np.array([2]))

    assert rows.tolist() == [1, 4]


def test_without_a_list_everything_but_the_barred_is_eligible() -> None:
    assert eligible_rows(3, None, np.array([1])).tolist() == [0, 2]


def test_an_empty_list_allows_nothing() -> None:
    nothing = np.array([], dtype=np.intp)

    assert eligible_rows(3, nothing, nothing).tolist() == []


def test_unknown_items_have_no_row() -> None:
    catalogue = Catalogue(("a", "b"))

    assert catalogue.rows(["b", "?", "a"]).tolist() == [1, 0]
    assert catalogue.row("?") is None


def test_a_repeated_item_id_is_refused() -> None:
    with pytest.raises(ValueError, match="unique"):
        Catalogue(("a", "a"))
