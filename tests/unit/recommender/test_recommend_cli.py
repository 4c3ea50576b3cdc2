from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from youke_recommender.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def train(tmp_path: Path) -> Path:
    """Odd learners take odd items, even learners even ones, each but one."""
    lines = []
    for user in range(20):
        items = [str(i) for i in range(user % 2, 20, 2) if i != user]
        lines.append(" ".join([f"u{user}", *items]))
    path = tmp_path / "train.txt"
    path.write_text("\n".join(lines))
    return path


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    assert main([str(argument) for argument in arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_model_is_trained_and_asked(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m.npz"

    fitted = _run(capsys, "fit", "--train", train, "--out", out)
    ranked = _run(
        capsys, "recommend", "--model-file", out, "--history", "2,4, 6", "--n", 5
    )

    assert fitted["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert fitted["data"] == {"users": 20, "items": 20, "interactions": 180}
    assert len(ranked) == 5
    assert all(int(scored["item"]) % 2 == 0 for scored in ranked)
    assert {scored["because"] for scored in ranked} <= {"2", "4", "6"}


def test_parameters_reach_the_model(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ("--param", "factors=8", "--param", "regularization=2.5")

    fitted = _run(capsys, "fit", "--train", train, "--out", tmp_path / "m", *settings)

    assert fitted["params"]["factors"] == 8
    assert fitted["params"]["regularization"] == 2.5


def test_a_test_file_is_judged_and_reported(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test, report = tmp_path / "test.csv", tmp_path / "report.json"
    test.write_text("user,item\n" + "".join(f"u{n},{n}\n" for n in range(20)))

    result = _run(
        capsys,
        *("evaluate", "--train", train, "--test", test, "--at", 3),
        *("--model", "ease", "--report", report),
    )

    assert result["recall@3"] == 1.0
    assert result["ndcg@3"] == pytest.approx(1.0)
    assert result["coverage@3"] == 1.0
    assert result["people"] == 20
    assert json.loads(report.read_text()) == result


def test_without_a_test_file_a_part_is_cut_off_by_the_seed(
    train: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("evaluate", "--train", train, "--model", "neighbours", "--seed")

    first, again = _run(capsys, *command, 1), _run(capsys, *command, 1)

    assert first["test"]["interactions"] == 40
    assert {k: first[k] for k in ("recall@20", "ndcg@20", "coverage@20")} == {
        k: again[k] for k in ("recall@20", "ndcg@20", "coverage@20")
    }


def test_a_split_by_time_holds_the_newest_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"u{n % 4},{n % 7},1,{1000 + n}" for n in range(20)]
    path = tmp_path / "timed.csv"
    path.write_text("\n".join(lines))

    result = _run(
        capsys, "evaluate", "--train", path, "--split", "time", "--share", 0.25
    )

    assert result["train"]["interactions"] == 15
    assert result["test"]["interactions"] == 5


def test_a_split_by_time_needs_times(
    train: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--train", str(train), "--split", "time"]) == 1
    assert "timestamp" in capsys.readouterr().err


def test_new_items_are_found_by_their_words(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tmp_path / "items.jsonl"
    colours = [{"item": str(n), "text": ("red", "green")[n % 2]} for n in range(20)]
    words.write_text("\n".join(map(json.dumps, colours)))
    command = ("evaluate", "--train", train, "--split", "items", "--at", 4)

    found = _run(capsys, *command, "--model", "content", "--items", words)

    assert found["test"]["items"] == 4
    assert found["ndcg@4"] > 0.9


def test_drawings_are_left_in_a_folder(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "plots"

    _run(capsys, "evaluate", "--train", train, "--model", "ease", "--plots", folder)

    assert {path.name for path in folder.iterdir()} == {"quality.svg", "exposure.svg"}


def test_parameters_are_searched_on_the_training_file(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("optuna", reason="needs the extra `search`")
    command = ("search", "--train", train, "--model", "ease", "--trials", 3)

    found = _run(capsys, *command, "--plots", tmp_path)

    assert len(found["trials"]) == 3
    assert set(found["params"]) >= {"regularization", "dropout"}
    assert (tmp_path / "search.svg").exists()


def test_pairs_below_the_floor_are_not_learned_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "train.txt"
    path.write_text("a x y\nb x y\nc x z\n")
    floor = ("--least-people", 2, "--out", tmp_path / "m.npz")

    fitted = _run(capsys, "fit", "--train", path, "--model", "popularity", *floor)

    assert fitted["data"]["items"] == 2


def test_only_als_is_trained_by_spark(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "m.npz")
    command = ["fit", "--train", str(train), "--out", out, "--model", "ease"]

    assert main([*command, "--backend", "spark"]) == 1
    assert "error[invalid_parameter]" in capsys.readouterr().err


def test_progress_goes_to_stderr(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["fit", "--train", str(train), "--out", str(tmp_path / "m")])

    assert "fit 15/15" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "extra", "code"),
    [
        ("a,x,many\n", (), "bad_input_file"),
        ("", (), "bad_input_file"),
        ("a,x\n", ("--param", "speed=9"), "invalid_parameter"),
        ("a,x\n", ("--param", "factors=two"), "invalid_parameter"),
        ("a,x\n", ("--param", "factors=0"), "invalid_parameter"),
    ],
)
def test_what_goes_wrong_has_a_code_and_a_status(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str,
    extra: tuple[str, ...],
    code: str,
) -> None:
    path = tmp_path / "train"
    path.write_text(content)

    status = main(["fit", "--train", str(path), "--out", str(path) + ".npz", *extra])

    captured = capsys.readouterr()
    assert status == 1
    assert f"error[{code}]" in captured.err
    assert captured.out == ""


def test_nothing_to_hold_out_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "train").write_text("a,x\nb,y\n")

    assert main(["evaluate", "--train", str(tmp_path / "train")]) == 1
    assert "nothing can be held out" in capsys.readouterr().err


def test_a_damaged_model_file_is_refused_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.npz").write_text("not a model")

    status = main(["recommend", "--model-file", str(tmp_path / "m.npz")])

    assert status == 1
    assert "error[model_damaged]" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_an_error_not_a_crash(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "m.npz"

    assert main(["fit", "--train", str(train), "--out", str(out)]) == 1
    assert "error[io_error]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [("--at", "0"), ("--share", "1"), ("--model", "oracle")]
)
def test_a_wrong_command_line_is_explained(
    train: Path, wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["evaluate", "--train", str(train), *wrong])

    assert caught.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_serving_needs_neither_the_trainer_nor_the_platform(
    train: Path, tmp_path: Path
) -> None:
    out = tmp_path / "m.npz"
    main(["fit", "--train", str(train), "--out", str(out)])
    program = (
        "import sys; from youke_recommender import load_model;"
        f"assert load_model({str(out)!r}).recommend({{'2': 1.0}});"
        "assert not {'implicit', 'youke'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", program], check=True)
