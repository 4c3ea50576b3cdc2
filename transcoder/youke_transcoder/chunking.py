"""Decide where a source is cut into chunks. Pure.

A chunk may begin at any segment. What it costs to begin there is the decoding of the
pictures from the source's key frame before it, so boundaries are moved a little to
where a key frame lies shortly before.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from youke_transcoder.model import Chunk
from youke_transcoder.recipes import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from youke_transcoder.model import Probe
    from youke_transcoder.recipes import Recipe

#: Seconds of a chunk: a tenth of the lesson, so that ten workers can share it, within
#: what a process's start is worth and what a killed worker may lose.
SHORTEST_S, LONGEST_S, PARTS = 12.0, 60.0, 10
#: Seconds of the first chunk: it is what a viewer waits for.
FIRST_S = 12.0
#: Share of a chunk's length by which a boundary may be moved.
LEEWAY = 0.25
#: Seconds of pictures that may be decoded for nothing.
MAX_PREROLL_S = 30.0
#: Share of a frame by which a key frame may lie after its chunk's first frame: it is
#: shown there all the same, and time stamps in milliseconds are that rough.
LATE_SHARE = 0.25
#: Seconds by which a seek aims behind the key frame that it means, for rounding.
AIM_S = 0.001
#: Where the container counts decoding times and pictures are reordered, ffmpeg seeks
#: 3/23 s before the wanted time.
REORDERING_S = 3 / 23
#: Key frames nearer than this may have others between them, which the probe leaves out.
SPARSE_S = 1.2


@dataclass(frozen=True)
class _Cut:
    """A place where a chunk may begin."""

    #: Number of the segment.
    segment: int
    #: Seconds to decode for nothing, and the time to seek to.
    preroll_s: float
    seek_s: float


def cut(recipe: Recipe) -> tuple[Chunk, ...]:
    """Cut the recipe's frames into chunks of whole segments."""
    if not recipe.source.seekable:
        return whole(recipe.frames)
    length_s = float(recipe.segment_frames / recipe.frame_rate)
    segments = recipe.frames / recipe.segment_frames
    cuts = _places(recipe, math.ceil(segments))
    target = min(max(recipe.duration_s / PARTS, SHORTEST_S), LONGEST_S) / length_s
    chosen = [_Cut(0, 0.0, 0.0)]
    while True:
        wanted = FIRST_S / length_s if len(chosen) == 1 else target
        following = _next(chosen[-1].segment, wanted, segments, cuts)
        if following is None:
            break
        chosen.append(following)
    return _chunks(recipe, chosen)


def _next(
    start: int, wanted: float, segments: float, cuts: Sequence[_Cut]
) -> _Cut | None:
    """Choose where the chunk that begins at `start` ends; none is the lesson's end."""
    rest = segments - start
    if start == 0:
        parts, ideal, reach = int(rest / wanted), wanted, 0.5
    else:
        # A remainder of less than half a chunk goes to the chunks before it.
        parts = round(rest / wanted)
        ideal, reach = start + rest / max(1, parts), max(1.0, wanted * LEEWAY)
    if parts <= 1:
        return None
    near = [
        each
        for each in cuts
        if each.segment > start and abs(each.segment - ideal) <= reach
    ]
    if near:
        # To a tenth of a second: it is not worth an uneven chunk.
        return min(
            near, key=lambda each: (round(each.preroll_s, 1), abs(each.segment - ideal))
        )
    return next((each for each in cuts if each.segment > ideal), None)


def _places(recipe: Recipe, segments: int) -> list[_Cut]:
    """Find all places where a chunk may begin."""
    keys = recipe.source.key_times_s
    late_s = float(LATE_SHARE / recipe.frame_rate)
    places = []
    for segment in range(1, segments):
        start_s = float(segment * recipe.segment_frames / recipe.frame_rate)
        position = bisect_right(keys, start_s + late_s) - 1
        if position < 0:
            continue
        preroll_s = max(0.0, start_s - keys[position])
        if preroll_s <= MAX_PREROLL_S:
            places.append(_Cut(segment, preroll_s, _seek(recipe.source, position)))
    return places


def _seek(source: Probe, position: int) -> float:
    """Aim at a key frame: rather at the one before it than at one behind it."""
    key, *following = source.key_times_s[position : position + 2]
    counts_shown = "mov" in source.container.split(",") and not source.remuxed
    sparse = all(each - key >= SPARSE_S for each in following)
    slack = AIM_S + (REORDERING_S if sparse and not counts_shown else 0)
    return round(max(0.0, key + slack), 6)


def _chunks(recipe: Recipe, cuts: Sequence[_Cut]) -> tuple[Chunk, ...]:
    starts = [each.segment * recipe.segment_frames for each in cuts]
    spans = pairwise([*starts, recipe.frames])
    return tuple(
        Chunk(index, start, end - start, each.seek_s)
        for index, ((start, end), each) in enumerate(zip(spans, cuts, strict=True))
    )
