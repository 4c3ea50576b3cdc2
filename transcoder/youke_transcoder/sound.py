"""The lesson's sound: one rendition for all rungs, as loud as EBU R 128 asks.

The first pass measures, the second encodes. What has more peaks than room is limited,
which takes loudness away, so then the limiter's result is measured as well before
anything is encoded.
"""

from __future__ import annotations

import math
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from youke_transcoder import commands
from youke_transcoder.cutting import Cutter
from youke_transcoder.encoders import CLEAN
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.recipes import AUDIO
from youke_transcoder.running import budget, run_ffmpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from youke_transcoder.model import Piece
    from youke_transcoder.recipes import Recipe
    from youke_transcoder.running import Means

#: Hz of every output, and samples of an AAC frame.
RATE = 48_000
FRAME = 1024
#: The encoder's file, before it is cut.
FILE = "sound.mp4"
#: AAC-LC, stereo. Speech; phones with little data pay for every rung's sound.
BIT_RATE = "96k"
#: AAC frames of a segment: about the six seconds of the picture's.
SEGMENT_FRAMES = 282
SEGMENT_S = SEGMENT_FRAMES * FRAME / RATE
#: Seconds of the pieces after the first.
PIECE_S = 60.0

#: EBU R 128, within the +-2 of China's GY/T 377 (-24 LKFS).
LOUDNESS_LUFS = -23.0
#: LU by which the result may miss it before the gain is corrected.
TOLERANCE_LU = 0.5
#: Quieter than this is silence: amplifying it would only raise noise.
SILENCE_LUFS = -60.0
#: Decibels; and for a gain that follows from the first seconds only.
MAX_GAIN_DB, MAX_PROVISIONAL_DB = 20.0, 10.0
#: Amplitude that the limiter holds: -1.5 dBFS, as room for AAC's overshoot.
PEAK = 0.84
PEAK_DB = 20 * math.log10(PEAK)
#: Times that the limiter's result is measured and the gain corrected.
CORRECTIONS = 2
#: Share of the work that measuring is.
MEASURED = 0.15

_LOUDNESS = re.compile(r"^\s*I:\s+(-?[0-9.]+|-?inf|nan) LUFS", re.MULTILINE)
_PEAK = re.compile(r"^\s*Peak:\s+(-?[0-9.]+|-?inf|nan) dBFS", re.MULTILINE)


@dataclass(frozen=True)
class Loudness:
    """What the first pass measured."""

    #: Integrated, after EBU R 128; minus infinity for silence.
    lufs: float
    #: The highest sample, dBFS.
    peak_db: float


def encode_sound(
    path: Path,
    recipe: Recipe,
    out_dir: Path,
    *,
    means: Means,
    on_piece: Callable[[Piece], None] = lambda _: None,
) -> tuple[Piece, ...]:
    """Encode the whole sound into pieces in `out_dir`, each handed over when written.

    The first piece is as long as what the opening makes of the sound, so that it can
    take its place. Nothing is left behind on failure. Raises `TranscodeFailed` and
    `Cancelled`.
    """
    with tempfile.TemporaryDirectory(prefix=".sound-", dir=out_dir) as name:
        directory = Path(name)
        gain = gain_for(path, recipe, directory, means=part(means, 0, MEASURED))
        with Cutter(
            directory / FILE,
            (out_dir, AUDIO),
            lengths_s=(opening_end_s(recipe) - FRAME / RATE, PIECE_S),
            on_piece=on_piece,
        ) as cutter:
            stream = levelled(commands.source(path, means.limits), recipe, gain)
            _run(
                output(stream, recipe, FILE),
                (path, recipe, directory),
                cutter.watching(part(means, MEASURED, 1)),
            )
            pieces = cutter.finish()
            _check(pieces, cutter.seconds["soun"], recipe)
    return pieces


def gain_for(path: Path, recipe: Recipe, directory: Path, *, means: Means) -> float:
    """Find the decibels that bring the whole sound to the target loudness.

    `directory` is where ffmpeg may write; it does not.
    """
    opened = commands.source(path, means.limits)
    where = (path, recipe, directory)
    heard = _measured(resampled(opened, recipe), where, part(means, 0, 0.5))
    gain = gain_db(heard.lufs)
    if heard.peak_db + gain <= PEAK_DB:
        return gain
    for _ in range(CORRECTIONS):
        limited = _limited(resampled(opened, recipe), gain)
        missing = LOUDNESS_LUFS - _measured(limited, where, part(means, 0.5, 1)).lufs
        if abs(missing) <= TOLERANCE_LU or gain >= MAX_GAIN_DB:
            break
        gain = min(gain + missing, MAX_GAIN_DB)
    return gain


def provisional_gain(
    path: Path, recipe: Recipe, directory: Path, *, means: Means
) -> float:
    """Guess the gain from the seconds that are opened first; quick."""
    opened = commands.source(path, means.limits, t=f"{opening_end_s(recipe):.6f}")
    where = (path, recipe, directory)
    heard = _measured(resampled(opened, recipe), where, part(means, 0, 0))
    return min(gain_db(heard.lufs), MAX_PROVISIONAL_DB)


def gain_db(loudness_lufs: float) -> float:
    """Decibels that bring a measured loudness to the target; silence stays silence."""
    if loudness_lufs <= SILENCE_LUFS:
        return 0.0
    return min(LOUDNESS_LUFS - loudness_lufs, MAX_GAIN_DB)


def opening_end_s(recipe: Recipe) -> float:
    """Seconds of sound that are opened with the first chunk: whole segments.

    Only a segment's end is also an AAC frame's, where the final sound can go on.
    """
    first_s = float(recipe.chunks[0].frames / recipe.frame_rate)
    if len(recipe.chunks) == 1:
        first_s = min(first_s, 2 * SEGMENT_S)
    # To a thousandth, so that rounding does not ask for another segment.
    segments = math.ceil(round(first_s / SEGMENT_S, 3))
    return min(segments * SEGMENT_S, recipe.duration_s)


def resampled(opened: Any, recipe: Recipe) -> Any:
    """Give stereo at 48 kHz that starts at zero, its gaps filled with silence."""
    return opened[str(recipe.source.audio_index)].filter(
        "aresample",
        osr=RATE,
        ochl="stereo",
        osf="fltp",
        **{"async": 1},
        first_pts=0,
    )


def levelled(
    opened: Any, recipe: Recipe, gain: float, *, end_s: float | None = None
) -> Any:
    """Give the sound at the target loudness, exactly as long as the picture."""
    end = f"{recipe.duration_s if end_s is None else end_s:.6f}"
    return (
        _limited(resampled(opened, recipe), gain)
        .filter("apad", whole_dur=end)
        .filter("atrim", end=end)
    )


def output(stream: Any, recipe: Recipe, file: str) -> Any:
    """Write a sound as fragments of a segment each, on the clock of the pictures."""
    return stream.output(
        file,
        **{
            "c:a": "aac",
            "b:a": BIT_RATE,
            # The encoder's priming is a packet of nothing before zero. Without it
            # sound and picture begin together and last equally long.
            "bsf:a": r"noise=drop=lt(pts\,0)",
            "output_ts_offset": f"{recipe.delay_s:.6f}",
            "frag_duration": round(SEGMENT_S * 1_000_000),
            "movflags": "delay_moov+default_base_moof+frag_discont+skip_trailer",
            # As the pictures: see `encoders.FRAGMENTED`.
            "use_editlist": 0,
            "avoid_negative_ts": "disabled",
            # A fragment that is done can be read at once.
            "flush_packets": 1,
        },
        **CLEAN,
    )


def part(means: Means, start: float, end: float) -> Means:
    """Let progress from 0 to 1 count as that from `start` to `end`."""
    return replace(
        means,
        on_progress=lambda share: means.on_progress(start + share * (end - start)),
    )


def read_loudness(words: str) -> Loudness:
    """Read the last words of the ebur128 filter."""
    return Loudness(_last(_LOUDNESS, words), _last(_PEAK, words))


def _last(pattern: re.Pattern[str], words: str) -> float:
    found = pattern.findall(words)
    value = float(found[-1]) if found else -math.inf
    return -math.inf if math.isnan(value) else value


def _limited(stream: Any, gain: float) -> Any:
    # Without "latency" the limiter gives everything its look-ahead late.
    return stream.filter("volume", f"{gain:.2f}dB").filter(
        "alimiter", limit=PEAK, level="disabled", latency=1
    )


def _measured(stream: Any, where: tuple[Path, Recipe, Path], means: Means) -> Loudness:
    heard = stream.filter("ebur128", framelog="quiet", peak="sample")
    return read_loudness(_run(heard.output("-", format="null"), where, means))


def _run(written: Any, where: tuple[Path, Recipe, Path], means: Means) -> str:
    """Run ffmpeg over the source at a path, in a directory, with the pictures' clock.

    Where the source is cut its own times count, as for the chunks. A source in one
    piece may have jumps in its times, which ffmpeg mends.
    """
    path, recipe, directory = where
    clock = ("-copyts", "-start_at_zero") if len(recipe.chunks) > 1 else ()
    extra = ("-max_error_rate", commands.MAX_ERROR_RATE, *clock)
    return run_ffmpeg(
        commands.command(written, loglevel="info", extra=extra),
        budget(recipe, means),
        directory=directory,
        means=means,
        reads=[path],
        expected_s=recipe.duration_s,
    )


def _check(pieces: tuple[Piece, ...], seconds: float, recipe: Recipe) -> None:
    if abs(pieces[0].start_s - recipe.delay_s) > 1 / RATE:
        raise _broken(f"sound begins at {pieces[0].start_s:.6f} s")
    if abs(seconds - recipe.duration_s) > FRAME / RATE:
        raise _broken(f"sound lasts {seconds:.3f} s of {recipe.duration_s:.3f} s")


def _broken(detail: str) -> TranscodeFailed:
    return TranscodeFailed(FailureCode.BAD_OUTPUT, detail)
