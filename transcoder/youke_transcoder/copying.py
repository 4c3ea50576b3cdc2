"""Show a source at once: its packets as they are, in fragmented MP4, piece by piece.

Copying runs some hundred times faster than the lesson plays, so the first piece is
there as soon as ffmpeg has started. The pieces go away when the ladder is complete.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from youke_transcoder import commands
from youke_transcoder.cutting import Cutter
from youke_transcoder.encoders import CLEAN, FRAGMENTED
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.recipes import SOURCE
from youke_transcoder.running import SLACK_BYTES, budget, run_ffmpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from youke_transcoder.model import Piece
    from youke_transcoder.recipes import Recipe
    from youke_transcoder.running import Means

#: The copy, before it is cut.
FILE = "copy.mp4"
#: Seconds of a segment at least; it ends at the source's next key frame.
SEGMENT_S = 4
#: Seconds of the first piece and of the others at least.
FIRST_S, PIECE_S = 12.0, 60.0
#: Seconds between two reports of ffmpeg, at which pieces are looked for.
REPORT_S = 0.1
#: Seconds that sound may end before or after the picture without being noticed.
SOUND_S = 1.5
#: Frames by which the copy's length may miss the source's.
FRAMES = 1.5


def repackage(
    path: Path,
    recipe: Recipe,
    out_dir: Path,
    *,
    means: Means,
    on_piece: Callable[[Piece], None] = lambda _: None,
) -> tuple[Piece, ...]:
    """Copy a conforming source into pieces in `out_dir`, each handed over when written.

    Sound and picture stand together in them. Nothing is left behind on failure. Raises
    `TranscodeFailed` and `Cancelled`.
    """
    with (
        tempfile.TemporaryDirectory(prefix=".copy-", dir=out_dir) as name,
        Cutter(
            Path(name, FILE),
            (out_dir, SOURCE),
            lengths_s=(FIRST_S, PIECE_S),
            on_piece=on_piece,
        ) as cutter,
    ):
        whole = budget(recipe, means)
        run_ffmpeg(
            _copy(path, recipe, means),
            replace(whole, file_size=recipe.source.size * 2 + SLACK_BYTES),
            directory=Path(name),
            means=cutter.watching(means),
            reads=[path],
            expected_s=recipe.duration_s,
        )
        pieces = cutter.finish()
        _check(cutter.seconds, recipe)
    return pieces


def _copy(path: Path, recipe: Recipe, means: Means) -> list[str]:
    opened = commands.source(path, means.limits)
    source = recipe.source
    indices = [source.video_index, source.audio_index]
    streams = [opened[str(each)] for each in indices if each is not None]
    how: dict[str, Any] = {
        "c": "copy",
        # Players know nothing of edit lists: all comes later instead, by as much as in
        # the ladder where that is enough.
        "output_ts_offset": f"{max(recipe.delay_s, source.reorder_s):.6f}",
        "min_frag_duration": SEGMENT_S * 1_000_000,
        # A fragment that is done can be read at once.
        "flush_packets": 1,
    }
    return commands.command(
        ffmpeg.output(*streams, FILE, **how, **FRAGMENTED, **CLEAN),
        loglevel="error",
        extra=("-stats_period", str(REPORT_S)),
    )


def _check(seconds: dict[str, float], recipe: Recipe) -> None:
    """Raise `TranscodeFailed` unless all of the source is there."""
    source = recipe.source
    first_s = source.key_times_s[0] if source.key_times_s else 0.0
    expected_s = source.video_end_s - first_s
    if abs(seconds["vide"] - expected_s) > FRAMES / source.fps:
        raise _broken(f"{seconds['vide']:.3f} s of {expected_s:.3f} s of picture")
    if source.has_audio and abs(seconds.get("soun", 0.0) - expected_s) > SOUND_S:
        raise _broken(f"{seconds.get('soun', 0.0):.3f} s of sound")


def _broken(detail: str) -> TranscodeFailed:
    return TranscodeFailed(FailureCode.BAD_OUTPUT, detail)
