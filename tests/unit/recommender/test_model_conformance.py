"""The contract of ``Model``, inherited by every kind that the registry has.

The checkerboard: even users like even items, odd users odd ones, and each user has
left out one item.  Whoever has understood the data recommends that item first.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youke_recommender import (
    KINDS,
    Interactions,
    InvalidInteractionError,
    Item,
    TooLittleDataError,
    load_model,
)

if TYPE_CHECKING:
    from pathlib import Path

    from youke_recommender import Model

SIZE = 20
ITEMS = [f"i{number:02}" for number in range(SIZE)]
ALL_KINDS = pytest.mark.parametrize("kind", sorted(KINDS))
PERSONAL = pytest.mark.parametrize(
    "kind", sorted(k for k in KINDS if KINDS[k].model.needs_history)
)


def _colour(number: int) -> list[str]:
    return ITEMS[number % 2 :: 2]


def _checkerboard() -> Interactions:
    pairs = [
        (f"u{user:02}", item)
        for user in range(SIZE)
        for item in _colour(user)
        if item != ITEMS[user]
    ]
    users, items = zip(*pairs, strict=True)
    return Interactions.from_triples(users, items, [1.0] * len(pairs))


def _fit(kind: str) -> Model:
    return KINDS[kind].fit(_checkerboard())


#: A model is immutable, so the generated examples may share one of each kind.
FITTED = {kind: _fit(kind) for kind in KINDS}


def _all_but(left_out: str, colour: int) -> dict[str, float]:
    return {item: 1.0 for item in _colour(colour) if item != left_out}


@PERSONAL
@pytest.mark.parametrize("number", range(SIZE))
def test_the_item_a_person_left_out_is_recommended_first(
    kind: str, number: int
) -> None:
    ranked = FITTED[kind].recommend(_all_but(ITEMS[number], number), n=3)

    assert ranked[0].item == ITEMS[number]
    assert ranked[0].score > ranked[1].score


@PERSONAL
def test_the_reason_is_an_item_of_the_history_and_of_the_same_colour(kind: str) -> None:
    history = {**_all_but("i00", 0), "i01": 1.0}

    first = FITTED[kind].recommend(history, n=1)[0]

    assert first.item == "i00"
    assert first.because in set(_colour(0)) - {"i00"}


@PERSONAL
def test_what_speaks_louder_in_the_history_is_the_reason(kind: str) -> None:
    history = {"i02": 0.2, "i04": 3.0, "i06": 0.2}

    first = FITTED[kind].recommend(history, candidates=["i08"], n=1)[0]

    assert first.because == "i04"


@PERSONAL
def test_scores_are_the_sum_of_what_each_history_item_adds(kind: str) -> None:
    model = FITTED[kind]
    known = model._known({"i02": 1.0, "i05": 0.5, "i04": 2.0})
    rows = np.arange(SIZE)

    taste = model._taste(known)

    parts = taste.contributions(rows).sum(axis=1)
    assert parts == pytest.approx(taste.scores(rows), abs=1e-5)


@PERSONAL
def test_a_history_that_is_empty_or_unknown_is_answered_with_nothing(kind: str) -> None:
    assert FITTED[kind].recommend({}) == []
    assert FITTED[kind].recommend({"never heard of": 1.0}) == []
    assert FITTED[kind].recommend({"i00": 0.0}) == []


def test_popularity_answers_without_a_history() -> None:
    assert len(FITTED["popularity"].recommend({}, n=5)) == 5


@ALL_KINDS
def test_an_item_of_confidence_zero_counts_as_seen(kind: str) -> None:
    ranked = FITTED[kind].recommend({"i02": 1.0, "i04": 0.0}, n=SIZE)

    assert "i04" not in {scored.item for scored in ranked}


@ALL_KINDS
@pytest.mark.parametrize("confidence", [-1.0, math.nan, math.inf])
def test_a_confidence_that_is_no_amount_is_refused(
    kind: str, confidence: float
) -> None:
    with pytest.raises(InvalidInteractionError):
        FITTED[kind].recommend({"i02": confidence})


IDS = st.sampled_from([*ITEMS, "unknown-a", "unknown-b"])


@ALL_KINDS
@settings(max_examples=40, deadline=None)
@given(
    history=st.dictionaries(IDS, st.floats(0.01, 5.0), max_size=SIZE),
    candidates=st.none() | st.lists(IDS, max_size=30),
    exclude=st.lists(IDS, max_size=10),
    n=st.integers(0, 30),
)
def test_exactly_the_eligible_items_come_back_whatever_is_asked(
    kind: str,
    history: dict[str, float],
    candidates: list[str] | None,
    exclude: list[str],
    n: int,
) -> None:
    model = FITTED[kind]
    allowed = set(ITEMS if candidates is None else candidates) & set(ITEMS)
    eligible = allowed - history.keys() - set(exclude)
    if model.needs_history and not history.keys() & set(ITEMS):
        eligible = set()

    ranked = model.recommend(history, candidates, exclude, n)

    items = [scored.item for scored in ranked]
    scores = [scored.score for scored in ranked]
    assert len(items) == len(set(items)) == min(n, len(eligible))
    assert set(items) <= eligible
    assert scores == sorted(scores, reverse=True)
    assert all(math.isfinite(score) for score in scores)
    assert all(s.because is None or s.because in history for s in ranked)


@ALL_KINDS
def test_a_prepared_allow_list_answers_as_the_ids_do(kind: str) -> None:
    model, candidates, history = FITTED[kind], ["i00", "i03", "nope"], {"i02": 1.0}

    prepared = model.recommend(history, model.allow(candidates))

    assert prepared == model.recommend(history, candidates)


@ALL_KINDS
def test_an_allow_list_of_the_model_before_is_looked_up_again(kind: str) -> None:
    smaller = KINDS[kind].fit(
        Interactions.from_triples(["a", "a", "b"], ["i05", "i06", "i05"], [1, 1, 1])
    )
    history = {"i04": 1.0}

    stale = FITTED[kind].recommend(history, smaller.allow(["i06", "i08"]))

    assert stale == FITTED[kind].recommend(history, ["i06", "i08"])
    assert len(stale) == 2


@ALL_KINDS
def test_the_shorter_answer_is_the_beginning_of_the_longer(kind: str) -> None:
    history = {"i02": 1.0, "i07": 1.0}

    longer = FITTED[kind].recommend(history, n=SIZE)

    for n in range(SIZE):
        assert FITTED[kind].recommend(history, n=n) == longer[:n]


@PERSONAL
def test_items_of_the_same_colour_are_similar_and_none_is_similar_to_itself(
    kind: str,
) -> None:
    ranked = FITTED[kind].similar("i04", n=SIZE // 2 - 1)

    assert {scored.item for scored in ranked} == set(_colour(0)) - {"i04"}


@ALL_KINDS
def test_similar_items_keep_to_the_candidates(kind: str) -> None:
    ranked = FITTED[kind].similar("i04", candidates=["i04", "i06", "i01"])

    assert {scored.item for scored in ranked} <= {"i06", "i01"}
    assert FITTED[kind].similar("never heard of") == []


@ALL_KINDS
def test_a_saved_model_answers_as_before(kind: str, tmp_path: Path) -> None:
    model, path, history = FITTED[kind], tmp_path / "model.npz", {"i02": 1.0}

    sha256 = model.save(path)
    again = load_model(path, sha256)

    assert again.kind == kind
    assert again.item_ids == model.item_ids
    assert again.recommend(history) == model.recommend(history)
    assert again.similar("i02") == model.similar("i02")


@ALL_KINDS
def test_the_same_facts_in_another_order_make_the_same_file(
    kind: str, tmp_path: Path
) -> None:
    triples = [("a", "x", 1.0), ("a", "y", 2.0), ("b", "y", 1.0), ("b", "z", 0.5)]

    hashes = {
        KINDS[kind]
        .fit(Interactions.from_triples(*zip(*order, strict=True)))
        .save(tmp_path / "model.npz")
        for order in (triples, triples[::-1])
    }

    assert len(hashes) == 1


def _described(item: str) -> Item:
    colour = ["白色的棋格", "黑色的棋格"][int(item[1:]) % 2]
    return Item(title=colour, text=f"{item}的说明", facets=(f"colour:{colour}",))


DESCRIBED = {item: _described(item) for item in ITEMS}
NEW = {item: _described(item) for item in ("i90", "i91", "i92")}
WITH_WORDS = {kind: KINDS[kind].fit(_checkerboard(), items=DESCRIBED) for kind in KINDS}


@ALL_KINDS
def test_new_items_change_no_score_of_a_known_one(kind: str) -> None:
    model, history = WITH_WORDS[kind], {"i02": 1.0, "i05": 0.5}
    before = {s.item: s.score for s in model.recommend(history, n=100)}

    ranked = model.with_items(NEW).recommend(history, n=100)

    after = {s.item: s.score for s in ranked if s.item in before}
    # The order in which a product is summed may depend on the shape of the matrix.
    assert after == pytest.approx(before, rel=1e-6)
    assert {s.item for s in ranked} - before.keys() in (set(), set(NEW))


@ALL_KINDS
def test_items_may_come_at_once_or_one_after_another(kind: str) -> None:
    model, history = WITH_WORDS[kind], {"i02": 1.0, "i05": 0.5}
    one_by_one = model
    for name, item in NEW.items():
        one_by_one = one_by_one.with_items({name: item})

    ranked = one_by_one.recommend(history, n=100)

    together = model.with_items(NEW).recommend(history, n=100)
    assert [s.item for s in ranked] == [s.item for s in together]
    assert [s.score for s in ranked] == pytest.approx([s.score for s in together])
    assert one_by_one.with_items(NEW).item_ids == one_by_one.item_ids


@ALL_KINDS
def test_the_file_of_a_model_holds_what_it_was_trained_on(
    kind: str, tmp_path: Path
) -> None:
    model, history = WITH_WORDS[kind], {"i02": 1.0}
    extended = model.with_items(NEW)

    extended.save(tmp_path / "model.npz")
    again = load_model(tmp_path / "model.npz")

    assert again.item_ids == model.item_ids
    assert again.with_items(NEW).recommend(history) == extended.recommend(history)


@pytest.mark.parametrize("kind", ["blend", "content"])
def test_a_new_item_comes_before_those_of_another_colour(kind: str) -> None:
    model = WITH_WORDS[kind].with_items(NEW)

    ranked = [s.item for s in model.recommend({"i02": 1.0, "i04": 1.0}, NEW)]

    assert ranked[-1] == "i91"


@ALL_KINDS
def test_nothing_shows_of_items_that_too_few_people_share(kind: str) -> None:
    secret = [("u00", "secret-a"), ("u00", "secret-b"), ("u02", "secret-b")]
    data = _checkerboard()
    pairs = [(u, i) for r, u in enumerate(data.user_ids) for i in data.history(r)]
    users, items = zip(*pairs, *secret, strict=True)
    told = Interactions.from_triples(users, items, [1.0] * len(users))

    model = KINDS[kind].fit(told.only_shared(3), items=DESCRIBED)

    clean = KINDS[kind].fit(data.only_shared(3), items=DESCRIBED)
    assert model.item_ids == clean.item_ids
    assert model.recommend({"i02": 1.0}) == clean.recommend({"i02": 1.0})


@pytest.mark.parametrize("kind", ["ease", "neighbours"])
def test_no_reason_rests_on_a_pair_that_too_few_people_share(kind: str) -> None:
    # Given that a is seen with b by three people, and with c by two
    pairs = [(n, i) for n in "123" for i in "ab"] + [(n, "c") for n in "12456"]
    users, items = zip(*pairs, strict=True)
    data = Interactions.from_triples(users, items, [1.0] * len(pairs))

    model = KINDS[kind].fit(data.only_shared(3))

    reasons = {s.item: s.because for s in model.recommend({"a": 1.0})}
    assert reasons == {"b": "a", "c": None}


@ALL_KINDS
def test_nothing_is_learned_from_nothing(kind: str) -> None:
    with pytest.raises(TooLittleDataError):
        KINDS[kind].fit(Interactions.from_triples([], [], []))


@ALL_KINDS
def test_one_person_and_one_item_are_enough_to_train(kind: str) -> None:
    model = KINDS[kind].fit(Interactions.from_triples(["a"], ["x"], [1.0]))

    assert model.recommend({"x": 1.0}) == []
