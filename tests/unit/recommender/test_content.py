from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from youke_recommender import (
    ContentModel,
    ContentParams,
    Interactions,
    InvalidParameterError,
    Item,
    ModelDamagedError,
    PopularityModel,
    PopularityParams,
    features,
    load_model,
)
from youke_recommender.artefact import Artefact, write_artefact
from youke_recommender.features import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = {
    "a": Item(title="分数的加法", facets=("subject:math", "school:1")),
    "b": Item(title="分数的减法", facets=("subject:math", "school:2")),
    "c": Item(title="春晓", facets=("subject:chinese", "school:1")),
    "d": Item(title="静夜思", facets=("subject:chinese", "school:2")),
}
PAIRS = [f"{n}{i}" for n, items in enumerate(["ab", "ab", "cd", "cd"]) for i in items]


def _data() -> Interactions:
    users, items = zip(*PAIRS, strict=True)
    return Interactions.from_triples(users, items, [1.0] * len(PAIRS))


def test_a_lesson_nobody_has_seen_goes_to_those_who_like_its_subject() -> None:
    model = ContentModel.fit(_data(), items=ITEMS).with_items(
        {
            "poem": Item(title="春夜喜雨", facets=("subject:chinese",)),
            "sum": Item(title="小数的加法", facets=("subject:math",)),
        }
    )

    assert model.recommend({"c": 1.0}, ["poem", "sum"])[0].item == "poem"
    assert model.recommend({"a": 1.0}, ["poem", "sum"])[0].item == "sum"


def test_marks_that_do_not_go_with_what_people_see_count_little() -> None:
    # School 1 has lessons of both kinds, so a lesson of school 1 is of neither.
    model = ContentModel.fit(_data(), items=ITEMS).with_items(
        {
            "of-1": Item(facets=("school:1",)),
            "math": Item(facets=("subject:math",)),
        }
    )

    likeness = {s.item: s.score for s in model.similar("a", n=10)}

    assert likeness["math"] > likeness.get("of-1", 0.0)


def test_case_and_punctuation_make_no_difference() -> None:
    items = [Item(text="Hello, World"), Item(text="hello world!"), Item(text="other")]

    vectors = Vocabulary.of(items).vectors(items).toarray()

    assert vectors[0] == pytest.approx(vectors[1])


def test_pairs_do_not_reach_over_the_border_of_two_texts() -> None:
    items = [Item(text="ab"), Item(text="cd"), Item(text="ab"), Item(text="cd")]

    assert len(Vocabulary.of(items)) == 2


def test_the_same_mark_of_another_kind_is_another_mark() -> None:
    items = [Item(facets=("a:1",)), Item(facets=("b:1",))] * 2

    vectors = Vocabulary.of(items).vectors(items).toarray()

    assert vectors[0] @ vectors[1] == 0.0


def test_text_of_any_kind_is_taken() -> None:
    odd = Item(title="😀 \ud800", text="\x00\n١٢", facets=("", ":", "x:"))

    assert np.isfinite(Vocabulary.of([odd, odd]).vectors([odd]).data).all()


def test_only_the_most_common_features_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "MAX_FEATURES", 1)
    items = [Item(text=text) for text in ("ab cd", "ab cd", "ab")]

    vectors = Vocabulary.of(items).vectors(items).toarray()

    assert vectors.shape == (3, 1)
    assert (vectors > 0).all()


def test_taking_items_apart_in_chunks_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = list(ITEMS.values())
    whole = Vocabulary.of(items)
    monkeypatch.setattr(features, "CHUNK", 3)

    chunked = Vocabulary.of(items)

    assert chunked.keys.tolist() == whole.keys.tolist()
    assert chunked.rarity.tolist() == whole.rarity.tolist()
    difference = chunked.vectors(items) - whole._vectors(items)
    assert abs(difference).max() == 0.0


def test_kinds_of_mark_beyond_the_limit_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "MAX_KINDS", 2)
    items = [Item(facets=tuple(f"{kind}:1" for kind in "abc"))] * 2

    assert Vocabulary.of(items).kinds == ("a", "b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("keys", np.array([2, 1], dtype=np.uint64)),
        ("keys", np.array([1, 2], dtype=np.int64)),
        ("rarity", np.array([1, 2], dtype=np.float64)),
        ("coefficients", np.zeros((2, 3), dtype=np.float32)),
        ("coefficients", np.zeros((2, 2), dtype=np.float64)),
        ("vectors", np.zeros((1, 2), dtype=np.float64)),
    ],
)
def test_a_content_model_with_wrong_arrays_is_refused(
    name: str, value: np.ndarray, tmp_path: Path
) -> None:
    arrays: dict[str, np.ndarray] = {
        "vectors": np.zeros((1, 2), dtype=np.float32),
        "keys": np.array([1, 2], dtype=np.uint64),
        "rarity": np.ones(2, dtype=np.float32),
        "coefficients": np.zeros((2, 2), dtype=np.float32),
    }
    params = {"dims": 2, "ridge": 0.5, "kinds": []}
    path = tmp_path / "model.npz"
    write_artefact(path, Artefact("content", ("x",), params, arrays))
    assert load_model(path).kind == "content"

    write_artefact(path, Artefact("content", ("x",), params, {**arrays, name: value}))

    with pytest.raises(ModelDamagedError):
        load_model(path)


@pytest.mark.parametrize("values", [{"dims": 0}, {"ridge": 0.0}])
def test_content_parameters_outside_their_range_are_refused(
    values: dict[str, int],
) -> None:
    with pytest.raises(InvalidParameterError, match=next(iter(values))):
        ContentParams(**values)


def test_popularity_halves_with_each_half_life(tmp_path: Path) -> None:
    pairs = [f"{n}old" for n in range(4)] + [f"{n}new" for n in range(3)]
    data = Interactions.from_triples(
        [pair[0] for pair in pairs], [pair[1:] for pair in pairs], [1.0] * len(pairs)
    )
    ages = {"old": Item(age_days=60.0), "new": Item(age_days=30.0)}

    model = PopularityModel.fit(
        data, params=PopularityParams(half_life_days=30.0), items=ages
    )

    ranked = [(s.item, s.score) for s in model.recommend({})]
    assert ranked == [("new", 1.5), ("old", 1.0)]
    model.save(tmp_path / "model.npz")
    assert load_model(tmp_path / "model.npz").recommend({}) == model.recommend({})
    assert PopularityModel.fit(data, items=ages).recommend({})[0].item == "old"


def test_a_half_life_must_be_above_zero() -> None:
    with pytest.raises(InvalidParameterError, match="half_life_days"):
        PopularityParams(half_life_days=0.0)
