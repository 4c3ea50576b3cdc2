"""Decide a lesson's ladder from what was measured on samples of it. Pure.

Quality counts in points, VMAF's own scale from 0 to 100. SSIM is translated by what
`bench/ladder.py` measured on both kinds of picture; it is rough, and only used where
ffmpeg lacks libvmaf.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from youke_transcoder.model import Score
from youke_transcoder.recipes import Choice
from youke_transcoder.scoring import SSIM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from youke_transcoder.recipes import Recipe, Rung

SLIDES, CAMERA = "slides", "camera"

#: What the largest rung is to reach over all pictures, and in all but 5 % of them: 93
#: and 88, and a little more for what few samples did not show. Above 95 are bytes that
#: nobody sees (Ozer, streaminglearningcenter.com).
GOAL_MEAN, GOAL_LOW = 94.0, 89.5
#: Points that most viewers notice: one just noticeable difference is about six points
#: (Ozer after RealNetworks, 2017; Netflix gives the same for its model).
VISIBLE_STEP = 6.0
#: Mean difference between pictures, 0 to 255, below which hardly anything moves.
STILL = 1.0
#: Bits per pixel below which an encode at the finer quality is of something still;
#: decides alone where motion was not measured.
STILL_BITS = 0.03
#: The same of the upload itself, which tells which kind is tried first.
STILL_UPLOAD_BITS = 0.06
#: Beyond the measured qualities the score falls faster than between them.
STEEPER = 1.5


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a kind of picture is encoded."""

    preset: str
    tune: str | None
    #: Of the largest rung before anybody measured, and of those between it and the
    #: low ones always: finer than this a larger rung is worth its bytes more.
    crf: int
    #: The largest rung is measured at these two, and set between them or near.
    finer: int
    coarser: int
    #: What the largest rung is never finer, and never coarser than.
    finest: int
    coarsest: int
    #: Points by which one sample may mislead; several together by their share of it.
    reserve: float


#: By kind, as `bench/ladder.py` found them. Slides are cheap to encode and can have the
#: preset that saves a seventh of their bytes; with camera pictures all must keep up
#: with the clock on two cores.
STYLES = {
    SLIDES: Style(
        preset="medium",
        tune=None,
        crf=29,
        finer=27,
        coarser=33,
        finest=19,
        coarsest=34,
        reserve=0.4,
    ),
    CAMERA: Style(
        preset="superfast",
        tune=None,
        crf=28,
        finer=25,
        coarser=30,
        finest=18,
        coarsest=32,
        reserve=1.2,
    ),
}

#: SSIM of the luma and the points that it stands for, by kind.
SSIM_POINTS = {
    SLIDES: (
        (0.0, 0.0),
        (0.896, 20.0),
        (0.935, 50.0),
        (0.957, 69.0),
        (0.977, 85.5),
        (0.992, 94.0),
        (0.997, 97.0),
        (1.0, 100.0),
    ),
    CAMERA: (
        (0.0, 0.0),
        (0.833, 40.0),
        (0.881, 63.0),
        (0.905, 79.0),
        (0.922, 88.0),
        (0.931, 94.5),
        (0.957, 99.0),
        (1.0, 100.0),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A rung as it was tried on samples."""

    name: str
    crf: int
    score: Score
    #: Bits per second.
    bit_rate: float


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the samples of a lesson showed."""

    #: All tries; the largest rung has two.
    tries: tuple[Candidate, ...]
    #: Mean difference between pictures, 0 to 255; none where it was not measured.
    motion: float | None
    #: How many places of the lesson were looked at.
    samples: int


def expected_kind(recipe: Recipe) -> str:
    """Guess the kind of picture from the bits that the upload spends on it."""
    source = recipe.source
    pixels = source.width * source.height * source.fps
    still = 0 < source.bit_rate < STILL_UPLOAD_BITS * pixels
    return SLIDES if still else CAMERA


def kind_of(findings: Findings, recipe: Recipe) -> str:
    """Tell the kind of picture from what moves, or else from what its encode takes."""
    if findings.motion is not None:
        return SLIDES if findings.motion < STILL else CAMERA
    top = recipe.rungs[0]
    finest = min(_tries_of(top, findings), key=lambda each: each.crf)
    pixels = top.width * top.height * float(recipe.frame_rate)
    return SLIDES if finest.bit_rate < STILL_BITS * pixels else CAMERA


def tries(recipe: Recipe, kind: str) -> list[tuple[Rung, int]]:
    """Name the rungs to try, largest first, each with its quality.

    The largest is tried at two qualities unless it is a low one, which is fixed.
    """
    style = STYLES[kind]
    chosen: list[tuple[Rung, int]] = []
    for rung in recipe.rungs:
        if rung in recipe.low_rungs:
            chosen.append((rung, rung.crf))
        elif rung is recipe.rungs[0]:
            chosen += [(rung, style.finer), (rung, style.coarser)]
        else:
            chosen.append((rung, style.crf))
    return chosen


def static(recipe: Recipe) -> Choice:
    """Choose without having measured anything."""
    kind = expected_kind(recipe)
    style = STYLES[kind]
    return Choice(
        kind=kind,
        crf={each.name: style.crf for each in recipe.high_rungs},
        preset=style.preset,
        tune=style.tune,
    )


def choose(kind: str, findings: Findings, recipe: Recipe) -> Choice:
    """Choose what the lesson needs: which rungs, and how fine each of them."""
    style = STYLES[kind]
    final = {each.name: each for each in findings.tries}
    if recipe.high_rungs:
        top = recipe.rungs[0]
        pair = _tries_of(top, findings)
        final[top.name] = top_quality(pair, kind, style.reserve / findings.samples)
    scores = {name: each.score for name, each in final.items()}
    return Choice(
        kind=kind,
        dropped=dropped(recipe, {name: points(scores[name], kind) for name in scores}),
        crf={each.name: final[each.name].crf for each in recipe.high_rungs},
        scores=scores,
        preset=style.preset,
        tune=style.tune,
    )


def top_quality(
    pair: Sequence[Candidate], kind: str, reserve: float = 0.0
) -> Candidate:
    """Find the coarsest quality that reaches the goals, from two that were tried.

    `reserve` is in points.
    """
    style = STYLES[kind]
    for crf in range(style.coarsest, style.finest, -1):
        found = between(pair, crf)
        if reaches_goals(found.score, kind, reserve):
            return found
    return between(pair, style.finest)


def reaches_goals(score: Score, kind: str, reserve: float = 0.0) -> bool:
    """Tell whether this is good enough for the largest rung.

    SSIM of single pictures varies with their noise more than anybody sees, so there
    only the mean counts.
    """
    weak = score.metric != SSIM and score.low < GOAL_LOW + reserve
    return points(score, kind) >= GOAL_MEAN + reserve and not weak


def between(pair: Sequence[Candidate], crf: int) -> Candidate:
    """Estimate a quality that was not tried from two that were."""
    fine, coarse = sorted(pair, key=lambda each: each.crf)
    if coarse.crf == fine.crf:
        return fine
    share = (crf - fine.crf) / (coarse.crf - fine.crf)
    reach = 1 + (share - 1) * STEEPER if share > 1 else share
    most = 1.0 if fine.score.metric == SSIM else 100.0

    def at(first: float, second: float) -> float:
        return round(min(most, max(0.0, first + reach * (second - first))), 4)

    score = Score(
        metric=fine.score.metric,
        mean=at(fine.score.mean, coarse.score.mean),
        low=at(fine.score.low, coarse.score.low),
    )
    growth = coarse.bit_rate / max(1.0, fine.bit_rate)
    return Candidate(
        name=fine.name, crf=crf, score=score, bit_rate=fine.bit_rate * growth**share
    )


def dropped(recipe: Recipe, quality: Mapping[str, float]) -> tuple[str, ...]:
    """Name the rungs that bring no visible step over the next lower one kept.

    The largest stays, so television keeps at least it; so do the low ones, which may
    be published by the time anybody knows.
    """
    fixed = {recipe.rungs[0].name, *(each.name for each in recipe.low_rungs)}
    names: list[str] = []
    lower = quality[recipe.low_rungs[0].name]
    for rung in reversed(recipe.high_rungs):
        if rung.name not in fixed and quality[rung.name] - lower < VISIBLE_STEP:
            names.append(rung.name)
        else:
            lower = quality[rung.name]
    return tuple(names)


def points(score: Score, kind: str) -> float:
    """Translate a score's mean into VMAF's scale."""
    if score.metric != SSIM:
        return score.mean
    for (low, least), (high, most) in pairwise(SSIM_POINTS[kind]):
        if score.mean <= high:
            return least + (most - least) * (score.mean - low) / (high - low)
    return 100.0


def typical_motion(values: Iterable[float]) -> float | None:
    """Summarise the motion of single pictures, if there is any measured."""
    measured = list(values)
    return statistics.median(measured) if measured else None


def _tries_of(rung: Rung, findings: Findings) -> list[Candidate]:
    return [each for each in findings.tries if each.name == rung.name]
