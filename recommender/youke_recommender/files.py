"""Reads interactions: CSV ``user,item,weight,timestamp`` or ``user item item …``."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from youke_recommender.errors import InputFileError
from youke_recommender.interactions import Interactions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COLUMNS = ("user", "item", "weight", "timestamp")

Numbered = tuple[int, str]


@dataclass(slots=True)
class _Triples:
    users: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    #: Seconds of any clock; None where the file says nothing.
    times: list[float | None] = field(default_factory=list)

    def add(
        self, user: str, item: str, weight: float, time: float | None = None
    ) -> None:
        self.users.append(user)
        self.items.append(item)
        self.weights.append(weight)
        self.times.append(time)

    def interactions(self, of: Iterable[bool]) -> Interactions:
        kept = [place for place, wanted in enumerate(of) if wanted]
        return Interactions.from_triples(
            [self.users[k] for k in kept],
            [self.items[k] for k in kept],
            [self.weights[k] for k in kept],
        )


def read_interactions(path: Path | str) -> Interactions:
    """Read a file in either format, told apart by a comma in its first line.

    CSV may have a header (then columns may stand in any order); weight (default 1)
    and timestamp are optional, and the timestamp is checked but not used.  Raises
    ``InputFileError`` with the line number.
    """
    triples = _read(Path(path))
    return triples.interactions([True] * len(triples.users))


def read_split_by_time(
    path: Path | str, *, share: float = 0.2
) -> tuple[Interactions, Interactions]:
    """Read a CSV file and hold its newest ``share`` back: (before, since).

    One moment parts them for everybody, as in service: nothing that was learned
    from is younger than what is asked.  Raises ``InputFileError`` when a line has no
    timestamp or all have the same.
    """
    if not 0 < share < 1:
        raise ValueError("share must be between 0 and 1")
    source = Path(path)
    triples = _read(source)
    times = [time for time in triples.times if time is not None]
    if len(times) < len(triples.times):
        raise InputFileError(source, "a split by time needs a timestamp on each line")
    moment = sorted(times)[min(int(len(times) * (1 - share)), len(times) - 1)]
    if moment == min(times):
        raise InputFileError(source, "too many lines have the same timestamp to split")
    before = [time < moment for time in times]
    return triples.interactions(before), triples.interactions(not b for b in before)


def _read(source: Path) -> _Triples:
    lines = _lines(source)
    first = next(iter(lines), None)
    if first is None:
        raise InputFileError(source, "the file has no interactions")
    parse = _parse_csv if "," in first[1] else _parse_adjacency
    triples = parse(source, lines)
    if not any(triples.weights):
        raise InputFileError(source, "the file has no interactions")
    return triples


def _lines(source: Path) -> list[Numbered]:
    try:
        # The signature that spreadsheet programs put first is not part of the data.
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputFileError(source, "not UTF-8 text", line=line) from error
    except OSError as error:
        raise InputFileError(source, error.strerror or "cannot be read") from error
    numbered = enumerate(text.split("\n"), start=1)
    return [(number, line) for number, line in numbered if line.strip()]


def _parse_adjacency(source: Path, lines: list[Numbered]) -> _Triples:
    triples = _Triples()
    for number, line in lines:
        if "," in line:
            reason = "a comma in a file of 'user item item ...' lines"
            raise InputFileError(source, reason, line=number)
        # A user alone on a line is a user without interactions, and no error.
        user, *items = line.split()
        for item in items:
            triples.add(user, item, 1.0)
    return triples


def _parse_csv(source: Path, lines: list[Numbered]) -> _Triples:
    records = _records(source, lines)
    triples = _Triples()
    columns: tuple[str, ...] | None = None
    for number, cells in records:
        if columns is None:
            header = _header(source, number, cells)
            columns = header or COLUMNS[: len(cells)]
            if header:
                continue
        _add_record(triples, _named(source, number, columns, cells), source, number)
    return triples


def _records(source: Path, lines: list[Numbered]) -> Iterator[tuple[int, list[str]]]:
    for number, line in lines:
        # Line by line, so that a forgotten quote spoils one line and has a number.
        try:
            cells = next(csv.reader([line], strict=True))
        except csv.Error as error:
            raise InputFileError(source, str(error), line=number) from error
        yield number, [cell.strip() for cell in cells]


def _header(source: Path, number: int, cells: list[str]) -> tuple[str, ...] | None:
    names = tuple(cell.lower() for cell in cells)
    if not {"user", "item"} & set(names):
        if len(cells) > len(COLUMNS):
            reason = f"{len(cells)} columns; expected {','.join(COLUMNS)}"
            raise InputFileError(source, reason, line=number)
        return None
    sound = {"user", "item"} <= set(names) <= set(COLUMNS)
    if not sound or len(set(names)) != len(names):
        reason = f"columns {','.join(names)}; expected {','.join(COLUMNS)}"
        raise InputFileError(source, reason, line=number)
    return names


def _named(
    source: Path, number: int, columns: tuple[str, ...], cells: list[str]
) -> dict[str, str]:
    if len(cells) != len(columns):
        reason = f"{len(cells)} cells in a file of {len(columns)} columns"
        raise InputFileError(source, reason, line=number)
    return dict(zip(columns, cells, strict=True))


def _add_record(
    triples: _Triples, record: dict[str, str], source: Path, number: int
) -> None:
    if not record.get("user") or not record.get("item"):
        raise InputFileError(source, "user or item is empty", line=number)
    weight = _number(record.get("weight") or "1")
    if weight is None or weight < 0:
        reason = f"weight {record['weight']!r} is not a number from 0 up"
        raise InputFileError(source, reason, line=number)
    stamp = record.get("timestamp")
    time = _number(stamp) if stamp else None
    if stamp and time is None:
        reason = f"timestamp {stamp!r} is not a number"
        raise InputFileError(source, reason, line=number)
    triples.add(record["user"], record["item"], weight, time)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
