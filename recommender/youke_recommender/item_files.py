"""Reads what is known about items: one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from youke_recommender.errors import InputFileError
from youke_recommender.items import Item

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The first of these keys that an object has is the item's id, or its title.
ID_KEYS = ("item", "id", "mapped_id")
TITLE_KEYS = ("title", "name")
#: Further ids of an item, or of its teachers, say nothing that the names do not.
OTHER_IDS = ("_id", "_ids")


def read_items(path: Path | str) -> dict[str, Item]:
    """Read a file of objects such as ``{"item": "7", "title": …, "teachers": […]}``.

    ``text`` and ``facets`` are taken as they are.  Of other keys a string is added
    to the text, and a list of strings gives marks: ``teachers`` those of the kind
    ``teacher:``.  Raises ``InputFileError`` with the line number.
    """
    source = Path(path)
    items: dict[str, Item] = {}
    for number, record in _records(source):
        name = next((record[key] for key in ID_KEYS if key in record), None)
        if not isinstance(name, str | int):
            reason = f"no id; expected one of {', '.join(ID_KEYS)}"
            raise InputFileError(source, reason, line=number)
        items[str(name)] = _item(record)
    return items


def _records(source: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = source.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InputFileError(source, "not UTF-8 text") from error
    except OSError as error:
        raise InputFileError(source, error.strerror or "cannot be read") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _record(source, number, line)


def _record(source: Path, number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise InputFileError(source, "not JSON", line=number) from error
    if not isinstance(record, dict):
        raise InputFileError(source, "not a JSON object", line=number)
    return record


def _item(record: dict[str, Any]) -> Item:
    title_key = next((key for key in TITLE_KEYS if key in record), "")
    taken = {*ID_KEYS, title_key}
    rest = {k: v for k, v in record.items() if k not in taken}
    rest = {k: v for k, v in rest.items() if not k.endswith(OTHER_IDS)}
    texts = [value for value in rest.values() if isinstance(value, str) and value]
    marks = [m for k, v in rest.items() if isinstance(v, list) for m in _marks(k, v)]
    title = record.get(title_key, "")
    return Item("\n".join(texts), tuple(marks), title if isinstance(title, str) else "")


def _marks(key: str, values: list[Any]) -> Iterator[str]:
    kind = "" if key == "facets" else key.removesuffix("s") + ":"
    return (f"{kind}{value}" for value in values if isinstance(value, str))
