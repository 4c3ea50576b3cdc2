"""The drawings that ``youke-recommend`` leaves in a folder."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from youke_recommender.plots import Bar, Curve, Heading, bars, curves, exposure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from youke_recommender.evaluation import Quality
    from youke_recommender.search import Found


def evaluation(folder: Path, ours: Mapping[str, Quality], popularity: Quality) -> None:
    """Draw ``quality.svg`` and ``exposure.svg``."""
    folder.mkdir(parents=True, exist_ok=True)
    judged = {**ours, "popularity": popularity}
    at = popularity.at
    found = [
        Bar(f"{figure}@{at}, {name}", value, ours=name in ours)
        for figure in ("recall", "ndcg")
        for name, quality in judged.items()
        for value in [quality.as_dict()[f"{figure}@{at}"]]
    ]
    people = f"{popularity.people:,} people, full ranking, seen items removed"
    _write(folder / "quality.svg", bars(Heading("What was found", people), found))
    shares = [
        Curve(
            f"{name}, Gini {quality.gini:.2f}",
            exposure(np.array(quality.shown)),
            ours=name in ours,
        )
        for name, quality in judged.items()
    ]
    heading = Heading(
        "Who is shown",
        "The share of all places that the most shown items take",
        x="share of the items, most shown first",
        y="share of the places",
    )
    _write(folder / "exposure.svg", curves(heading, shares))


def trials(folder: Path, found: Found, *, at: int) -> None:
    """Draw ``search.svg``: each trial, and the best so far."""
    folder.mkdir(parents=True, exist_ok=True)
    tried = [trial.ndcg for trial in found.trials]
    best = list(accumulate(tried, max))
    heading = Heading(
        "Search for parameters",
        "The first trial is what the model starts from",
        x="trial",
        y=f"NDCG@{at} on the validation part",
    )
    drawn = [
        Curve("best so far", list(enumerate(best, start=1)), ours=True),
        Curve("tried", list(enumerate(tried, start=1))),
    ]
    _write(folder / "search.svg", curves(heading, drawn))


def _write(path: Path, drawing: str) -> None:
    path.write_text(drawing, encoding="utf-8")
