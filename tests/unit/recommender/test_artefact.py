from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youke_recommender import (
    KINDS,
    AlsModel,
    AlsParams,
    ModelDamagedError,
    ModelFitError,
    load_model,
)
from youke_recommender.artefact import Artefact, write_artefact

if TYPE_CHECKING:
    from pathlib import Path

FACTORS = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]], dtype=np.float32)
PARAMS = {
    "factors": 2,
    "regularization": 1.0,
    "alpha": 4.0,
    "iterations": 1,
    "seed": 0,
}
IDS = ("x", "y", "语文")


def _model() -> AlsModel:
    return AlsModel(IDS, FACTORS, AlsParams(factors=2, regularization=1.0))


def _damaged(path: Path, artefact: Artefact) -> str:
    write_artefact(path, artefact)
    with pytest.raises(ModelDamagedError) as caught:
        load_model(path)
    return caught.value.reason


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"

    sha256 = _model().save(path)

    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_model_is_the_same_file(tmp_path: Path) -> None:
    assert _model().save(tmp_path / "a") == _model().save(tmp_path / "b")


def test_another_file_than_the_registered_one_is_refused(tmp_path: Path) -> None:
    _model().save(tmp_path / "m.npz")

    with pytest.raises(ModelDamagedError, match="registered"):
        load_model(tmp_path / "m.npz", "0" * 64)


def test_saving_leaves_nothing_but_the_model(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_text("the model before")

    _model().save(tmp_path / "m.npz")

    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]
    assert load_model(tmp_path / "m.npz").item_ids == IDS


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "m.npz"
    _model().save(path)
    return path


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_flipped_byte_is_noticed_or_harmless(
    whole: Path, data: st.DataObject
) -> None:
    content = bytearray(whole.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    damaged = whole.with_name(f"flipped-{place}.npz")
    damaged.write_bytes(content)

    # Some bytes of a zip file mean nothing, such as the date of a member.
    try:
        loaded = load_model(damaged)
    except ModelDamagedError:
        return
    finally:
        damaged.unlink()
    assert loaded.recommend({"x": 1.0}) == _model().recommend({"x": 1.0})


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(whole: Path, tmp_path: Path, share: float) -> None:
    content = whole.read_bytes()
    path = tmp_path / "cut.npz"
    path.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(ModelDamagedError):
        load_model(path)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "pickled.npz"
    np.savez(path, header=np.array([{"format": "?"}], dtype=object))

    with pytest.raises(ModelDamagedError):
        load_model(path)


def test_a_plain_array_is_no_model(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", FACTORS)

    with pytest.raises(ModelDamagedError, match="not a readable"):
        load_model(tmp_path / "array.npy")


def test_an_npz_of_somebody_else_is_no_model(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", item_factors=FACTORS)

    with pytest.raises(ModelDamagedError, match="header is missing"):
        load_model(tmp_path / "other.npz")


def test_a_member_exchanged_after_writing_is_refused(
    whole: Path, tmp_path: Path
) -> None:
    with np.load(whole) as opened:
        members = {**opened, "item_factors": opened["item_factors"] * 2}
    np.savez(tmp_path / "m.npz", **members)

    with pytest.raises(ModelDamagedError, match="checksum"):
        load_model(tmp_path / "m.npz")


def test_a_missing_file_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "nowhere.npz")


def test_numbers_that_are_not_finite_are_never_written(tmp_path: Path) -> None:
    poisoned = FACTORS.copy()
    poisoned[1, 1] = np.nan

    with pytest.raises(ModelFitError):
        AlsModel(IDS, poisoned, AlsParams(regularization=1.0)).save(tmp_path / "m.npz")

    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_not_finite_are_never_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a file from a writer that did not look, with a checksum that is right
    poisoned = FACTORS.copy()
    poisoned[0, 0] = np.inf
    with monkeypatch.context() as careless:
        careless.setattr("youke_recommender.artefact._not_finite", lambda _: None)
        artefact = Artefact("als", IDS, PARAMS, {"item_factors": poisoned})
        write_artefact(tmp_path / "m.npz", artefact)

    with pytest.raises(ModelDamagedError, match="finite"):
        load_model(tmp_path / "m.npz")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "oracle"}, "kind oracle is unknown"),
        ({"item_ids": ("x", "y")}, "shape"),
        ({"item_ids": ("x", "x", "y")}, "repeated"),
        ({"arrays": {}}, "item_factors is missing"),
        ({"arrays": {"item_factors": FACTORS.astype(np.float64)}}, "float64"),
        ({"params": {**PARAMS, "regularization": None}}, "parameters"),
        ({"params": {**PARAMS, "regularization": "strong"}}, "parameters"),
        ({"params": {**PARAMS, "speed": 1}}, "parameters"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    sound: dict[str, Any] = {
        "kind": "als",
        "item_ids": IDS,
        "params": PARAMS,
        "arrays": {"item_factors": FACTORS},
    }

    assert reason in _damaged(tmp_path / "m.npz", Artefact(**{**sound, **change}))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_refuses_an_artefact_without_its_arrays(
    tmp_path: Path, kind: str
) -> None:
    assert "missing" in _damaged(tmp_path / "m.npz", Artefact(kind, IDS))


def test_a_neighbour_outside_the_catalogue_is_refused(tmp_path: Path) -> None:
    arrays = {
        "nearest": np.array([[1], [3], [0]], dtype=np.int32),
        "cosines": np.ones((3, 1), dtype=np.float32),
    }

    reason = _damaged(tmp_path / "m", Artefact("neighbours", IDS, {}, arrays))

    assert reason == "a neighbour is no item"


def test_popularity_below_zero_is_refused(tmp_path: Path) -> None:
    arrays = {"people": np.array([1, -1, 0])}

    reason = _damaged(tmp_path / "m", Artefact("popularity", IDS, {}, arrays))

    assert reason == "people must be counts"
