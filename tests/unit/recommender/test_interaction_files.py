from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from youke_recommender import InputFileError, read_interactions

if TYPE_CHECKING:
    from pathlib import Path


def _read(folder: Path, text: str) -> dict[str, dict[str, float]]:
    path = folder / "interactions"
    path.write_text(text, encoding="utf-8")
    data = read_interactions(path)
    return {user: data.history(row) for row, user in enumerate(data.user_ids)}


@pytest.mark.parametrize(
    "text",
    [
        "user,item,weight,timestamp\na,x,1,1700000000\nb,y,0.5,\n",
        "item,user,weight\nx,a,1\ny,b,0.5\n",  # the header says what stands where
        "a,x,1\nb,y,0.5\n",  # without a header: user, item, weight
        "\ufeffUser,Item,Weight\r\na,x,\r\n\r\nb,y,0.5\r\n",  # a spreadsheet's work
        '"a","x","1"\n b , y ,0.5',
    ],
)
def test_csv_is_read_with_and_without_a_header(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path, text) == {"a": {"x": 1.0}, "b": {"y": 0.5}}


def test_a_missing_weight_is_one(tmp_path: Path) -> None:
    assert _read(tmp_path, "a,x\na,y\n") == {"a": {"x": 1.0, "y": 1.0}}


def test_adjacency_lines_are_read(tmp_path: Path) -> None:
    assert _read(tmp_path, "0 5 7\n1\n\n2\t7\n") == {
        "0": {"5": 1.0, "7": 1.0},
        "2": {"7": 1.0},
    }


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a,x,1\nb,y,much\n", 2, "weight 'much'"),
        ("a,x,1\nb,y,-1\n", 2, "weight '-1'"),
        ("a,x,1\nb,y,nan\n", 2, "weight 'nan'"),
        ("a,x,1,soon\n", 1, "timestamp 'soon'"),
        ("a,x,1\n\nb,y\n", 3, "2 cells in a file of 3"),
        ("a,x\nb,\n", 2, "empty"),
        ("a,x,1,2,3\n", 1, "5 columns"),
        ("user,item,likes\na,x,1\n", 1, "columns user,item,likes"),
        ("user,item,item\na,x,1\n", 1, "columns user,item,item"),
        ('a,x\n"b,y\n', 2, "unexpected end"),
        ("0 1 2\n1,3\n", 2, "comma"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    with pytest.raises(InputFileError, match=reason) as caught:
        _read(tmp_path, text)

    assert caught.value.line == line
    assert f"interactions:{line}:" in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n \n", "user,item\n", "a,x,0\n", "7\n"])
def test_a_file_without_interactions_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputFileError, match="no interactions"):
        _read(tmp_path, text)


def test_a_file_that_is_not_text_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"a,x\n\xff\xfe")

    with pytest.raises(InputFileError, match="not UTF-8") as caught:
        read_interactions(path)

    assert caught.value.line == 2


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="No such file"):
        read_interactions(tmp_path / "nowhere.csv")
