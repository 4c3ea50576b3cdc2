"""The table that every measurement prints: a promise a line, ``ok`` or ``MISSED``."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import psutil

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping

GIB = 1024**3

OptionsT = TypeVar("OptionsT")


@dataclass(frozen=True)
class Row:
    """One promise and what was found."""

    what: str
    found: float
    wanted: float
    unit: str = ""
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the promise is kept; a NaN keeps nothing."""
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted

    def line(self) -> str:
        """Write the row as one line of a table."""
        sign = ">=" if self.at_least else "<="
        mark = "ok    " if self.kept else "MISSED"
        found = f"{_figure(self.found):>8} {self.unit:4}"
        return f"{mark} {self.what:66} {found} {sign} {_figure(self.wanted)}"


def _figure(value: float) -> str:
    # Four digits tell 1.088 from the 1.09 that was wanted, and 0.1188 from 0.119.
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def say(line: str) -> None:
    """Print at once."""
    print(line, flush=True)


def skip(what: str, why: str) -> None:
    """Say that rows are not measured here; they are neither kept nor missed."""
    say(f"skip   {what}: {why}")


def add_arguments(parser: argparse.ArgumentParser, parts: Iterable[str]) -> None:
    """Add ``--only`` and ``--report``, which all measurements understand."""
    parser.add_argument("--only", default=",".join(parts), help="parts, with commas")
    parser.add_argument("--report", type=Path, help="a JSON file for the rows")


def measure(
    parts: Mapping[str, Callable[[OptionsT], Iterable[Row]]],
    options: OptionsT,
    given: argparse.Namespace,
) -> list[Row]:
    """Run the parts named by ``--only``, print each row as it comes, and report."""
    say(f"{machine()}, load {os.getloadavg()[0]:.1f}")
    rows: list[Row] = []
    for name in given.only.split(","):
        for row in parts[name](options):
            rows.append(row)
            say(row.line())
    if given.report:
        text = json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2)
        given.report.write_text(text + "\n", encoding="utf-8")
    return rows


def read_report(path: Path) -> list[Row]:
    """Read the rows that ``--report`` has written."""
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def end(rows: Iterable[Row]) -> None:
    """Leave with status 1 when a promise is missed."""
    sys.exit(not all(row.kept for row in rows))


def machine() -> str:
    """Name the machine."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = {line.partition(":")[2].strip() for line in lines if "model name" in line}
    memory_gib = psutil.virtual_memory().total / GIB
    return (
        f"{len(os.sched_getaffinity(0))} processors {', '.join(names)},"
        f" {memory_gib:.0f} GiB, Python {platform.python_version()}"
    )
