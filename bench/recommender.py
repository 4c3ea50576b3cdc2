"""What the recommender promises, measured: ``make bench-recommender``.

``--data`` is a folder with ``train.txt`` (learners and their courses) and
``course_profiles.jsonl`` (what is known of the courses); ``--ml1m`` one with the
published split of ML-1M as ``train.txt`` and ``test.txt``.  What is compared is trained
and judged in the same run on the same parts: full ranking, seen items removed,
parameters of the peers chosen on a part cut from the training data.  The service's
rows come from ``bench/recommending.py`` and ``bench/engagement.py``.  ``--only``
chooses parts by name.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import costs
import quality
from quality import Options
from rows import Row, add_arguments, end, measure, read_report, skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent


def courses(options: Options) -> Iterator[Row]:
    """Rank held-out courses: ours against tuned ALS, tuned EASE and popularity."""
    if _there(options.data / "train.txt", "course rows"):
        yield from quality.courses(options)


def films(options: Options) -> Iterator[Row]:
    """Rank the published split of ML-1M."""
    folder = options.ml1m
    if folder is None:
        skip("ML-1M rows", "not supplied; name its folder with --ml1m")
    elif _there(folder / "train.txt", "ML-1M rows"):
        yield from quality.films(folder)


def cold(options: Options) -> Iterator[Row]:
    """Rank courses that training never saw."""
    if _there(options.data / "course_profiles.jsonl", "rows of new courses"):
        yield from quality.cold(options)


def training(options: Options) -> Iterator[Row]:
    """Compare our training with the bare library's."""
    if _there(options.data / "train.txt", "training row"):
        yield from costs.training(options)


def serving(options: Options) -> Iterator[Row]:
    """Time single requests over 50,000 lessons."""
    yield from costs.serving(options)


def spark(options: Options) -> Iterator[Row]:
    """Compare the distributed backend with implicit."""
    if importlib.util.find_spec("pyspark") is None:
        skip("Spark row", "pyspark is not installed; `make test-spark` does that")
    elif _there(options.data / "train.txt", "Spark row"):
        yield from quality.spark(options)


def service(_options: Options) -> Iterator[Row]:
    """Measure recommendations as they are served."""
    yield from _run("recommending.py")


def facts(_options: Options) -> Iterator[Row]:
    """Measure heartbeats and likes as they are stored."""
    yield from _run("engagement.py")


PARTS: dict[str, Callable[[Options], Iterator[Row]]] = {
    "courses": courses,
    "films": films,
    "cold": cold,
    "training": training,
    "serving": serving,
    "spark": spark,
    "service": service,
    "facts": facts,
}


def _there(path: Path, what: str) -> bool:
    if path.exists():
        return True
    skip(what, f"there is no {path}")
    return False


def _run(script: str) -> Iterator[Row]:
    # A measurement of its own, which prints its own lines: those go to stderr here.
    path = HERE / script
    if not path.exists():
        skip(f"rows of {script}", "it is not in this version")
        return
    with tempfile.TemporaryDirectory(prefix="youke-bench-") as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, str(path), "--report", str(report)]
        ended = subprocess.run(command, stdout=sys.stderr, check=False)
        if report.exists():
            yield from read_report(report)
        else:
            yield Row(f"{script}: exit status, and no report", ended.returncode, 0)


def main() -> None:
    """Measure and print a line per promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/bench/mooccubex"))
    parser.add_argument("--ml1m", type=Path, help="a folder with train.txt, test.txt")
    parser.add_argument("--seed", type=int, default=0, help="of the splits")
    parser.add_argument("--times", type=int, default=3, help="each wall is measured")
    parser.add_argument("--pictures", type=Path, help="a folder for drawings")
    add_arguments(parser, PARTS)
    given = parser.parse_args()
    options = Options(given.data, given.ml1m, given.seed, given.times, given.pictures)
    end(measure(PARTS, options, given))


if __name__ == "__main__":
    main()
