from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from youke_recommender import InputFileError, Item, read_items

if TYPE_CHECKING:
    from pathlib import Path


def _read(folder: Path, *records: Any) -> dict[str, Item]:
    path = folder / "items.jsonl"
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records))
    return read_items(path)


def test_an_item_is_read_as_it_is_written(tmp_path: Path) -> None:
    record = {"item": "7", "title": "分数", "text": "通分", "facets": ["grade:5"]}

    assert _read(tmp_path, record) == {"7": Item("通分", ("grade:5",), "分数")}


def test_other_strings_are_text_and_other_lists_are_marks(tmp_path: Path) -> None:
    course = {
        "original_id": "C_17",
        "mapped_id": 3,
        "name": "心理学",
        "about": "情绪",
        "prerequisites": "",
        "teacher_ids": ["T_1"],
        "teachers": ["张", "杨"],
        "schools": ["清华大学"],
        "related": {"same teacher": [4]},
    }

    found = _read(tmp_path, course)

    facets = ("teacher:张", "teacher:杨", "school:清华大学")
    assert found == {"3": Item("情绪", facets, "心理学")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"item": "a"}\n{"title": "x"}', ":2: no id"),
        ("a,b", ":1: not JSON"),
        ("[]", "object"),
    ],
)
def test_a_line_that_is_no_item_is_named(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(text)

    with pytest.raises(InputFileError, match=reason):
        read_items(path)
