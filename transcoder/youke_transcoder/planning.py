"""Decide which renditions a source gets. Pure: a probe goes in, a recipe comes out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from youke_transcoder.chunking import cut
from youke_transcoder.limits import DEFAULT_LIMITS
from youke_transcoder.recipes import STATIC, Choice, Recipe, Rung, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from youke_transcoder.model import Probe

__all__ = ["LADDERS", "Choice", "Recipe", "Rung", "in_one_piece", "plan"]

#: The short sides that each profile offers, in pixels.
LADDERS = {
    "web": (1080, 720, 480, 360),
    "mobile": (480, 360, 240),
    "tv": (1080, 720),
}
#: Profiles that also get sound without a picture.
AUDIO_ONLY_PROFILES = ("mobile",)

#: Peak kbit/s at up to 30 frames a second by short side; CRF usually stays far below.
#: Between PeerTube's and Apple's figures.
PEAK_KBIT = {1080: 6000, 720: 3000, 480: 1300, 360: 750, 240: 400}
#: Above 30 frames a second the peaks grow by half, as in Apple's ladder.
FAST_FPS = 31
FAST_FACTOR = 1.5
#: The long side may be this multiple of the short one before the rung shrinks: H.264
#: level 4.2 ends near 1920 x 1088.
WIDEST = Fraction(16, 9)
#: Below this rate frames are repeated: a repeated frame costs nothing, but two frames
#: of reordering at 5 frames a second would start the picture 0.4 s late.
SLOWEST_FPS = 15


def plan(
    source: Probe,
    profiles: Iterable[str] = tuple(LADDERS),
    *,
    choice: Choice = STATIC,
) -> Recipe:
    """Choose the rungs for a source; raise ValueError for a profile nobody knows.

    TV does not get encodes of its own. Every rung is H.264 High with a small VBV and
    closed two-second GOPs at the source's own rate, which is what the TV profile asks,
    so its 1080 and 720 are copied into MPEG-TS: that halves the dearest part of the
    work.
    """
    wanted = tuple(profiles)
    if not wanted or set(wanted) - set(LADDERS):
        raise ValueError(f"profiles must be among {', '.join(LADDERS)}, not {wanted}")
    rate = output_rate(source.frame_rate)
    chosen = {each: _steps(source, LADDERS[each]) for each in LADDERS if each in wanted}
    steps = sorted({step for each in chosen.values() for step in each}, reverse=True)
    recipe = Recipe(
        source=source,
        frame_rate=rate,
        frames=max(1, round(source.duration_s * rate)),
        rungs=tuple(_rung(source, step, chosen, rate) for step in steps),
        audio_only=tuple(
            each for each in AUDIO_ONLY_PROFILES if each in wanted and source.has_audio
        ),
        chunks=(),
    )
    return apply(choice, replace(recipe, chunks=cut(recipe)))


def apply(choice: Choice, recipe: Recipe) -> Recipe:
    """Change a recipe as the survey of its source advises.

    The largest rung stays whatever is said. So do the low ones, with their quality:
    they may be encoded already when the survey ends.
    """
    top = recipe.rungs[0]
    low = set(recipe.low_rungs) - {top}
    kept = (
        each
        for each in recipe.rungs
        if each is top or each in low or each.name not in choice.dropped
    )
    return replace(
        recipe, rungs=tuple(_chosen(each, choice, fixed=each in low) for each in kept)
    )


def in_one_piece(recipe: Recipe) -> Recipe:
    """Encode the whole source in one run, for a source that cannot be cut."""
    return replace(recipe, chunks=whole(recipe.frames))


def _chosen(rung: Rung, choice: Choice, *, fixed: bool) -> Rung:
    score = choice.scores.get(rung.name)
    if fixed:
        return replace(rung, score=score)
    return replace(
        rung,
        score=score,
        crf=choice.crf.get(rung.name, rung.crf),
        preset=choice.preset or rung.preset,
        tune=choice.tune or rung.tune,
    )


def output_rate(rate: Fraction) -> Fraction:
    """Frames per second of the output: at most 60, at least 15, a simple ratio."""
    if rate > DEFAULT_LIMITS.max_fps:
        parts = -(-rate // DEFAULT_LIMITS.max_fps)
        divided = rate / parts
        return divided if divided.denominator in {1, 1001} else Fraction(60)
    if rate < SLOWEST_FPS:
        return rate * -(-SLOWEST_FPS // rate)
    return rate


def fit(source: Probe, step: int) -> tuple[int, int]:
    """Even width and height of a rung: within the step's 16:9 box, never enlarged."""
    short, long = sorted((source.width, source.height))
    factor = min(Fraction(step, short), Fraction(step) * WIDEST / long, Fraction(1))
    return _even(source.width, factor), _even(source.height, factor)


def _steps(source: Probe, ladder: tuple[int, ...]) -> tuple[int, ...]:
    """Choose the steps that do not enlarge; else one of the source's own size."""
    short, long = sorted((source.width, source.height))
    fitting = tuple(step for step in ladder if step <= short or step * WIDEST <= long)
    return fitting or (short - short % 2,)


def _rung(
    source: Probe, step: int, chosen: dict[str, tuple[int, ...]], rate: Fraction
) -> Rung:
    width, height = fit(source, step)
    return Rung(
        name=f"{step}p",
        width=width,
        height=height,
        peak_kbit=peak_kbit(step, rate),
        profiles=tuple(
            each for each in chosen if each != "tv" and step in chosen[each]
        ),
        tv=step in chosen.get("tv", ()),
    )


def peak_kbit(step: int, rate: Fraction) -> int:
    """Limit the bit rate that a rung may reach, in kbit/s."""
    nominal = min((each for each in PEAK_KBIT if each >= step), default=max(PEAK_KBIT))
    factor = FAST_FACTOR if rate > FAST_FPS else 1
    return int(PEAK_KBIT[nominal] * factor)


def _even(side: int, factor: Fraction) -> int:
    """Scale a side to the nearest even length that is not above it."""
    return max(2, min(2 * round(side * factor / 2), side - side % 2))
