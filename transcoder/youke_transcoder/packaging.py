"""Copy rungs with the sound into MPEG-TS for TV, one file each, and verify them."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING

from youke_transcoder import commands, verifying
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.hls import bandwidths, read_playlist
from youke_transcoder.model import Rendition
from youke_transcoder.process import run
from youke_transcoder.running import budget, run_ffmpeg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from youke_transcoder.recipes import Recipe, Rung
    from youke_transcoder.running import Means


def for_tv(recipe: Recipe, directory: Path, *, means: Means) -> dict[str, Rendition]:
    """Make TV's renditions in `directory`, where the joined files lie; by rung.

    Raises `TranscodeFailed` and `Cancelled`.
    """
    rungs = [each for each in recipe.rungs if each.tv]
    if not rungs:
        return {}
    run_ffmpeg(
        commands.package(recipe, rungs),
        budget(recipe, means),
        directory=directory,
        means=means,
        expected_s=recipe.duration_s,
    )
    files = [directory / commands.tv_file(rung) for rung in rungs]
    facts = inspect(files, recipe, directory, means=means)
    return {
        rung.name: _described(rung, recipe, file, measured)
        for rung, file, measured in zip(rungs, files, facts, strict=True)
    }


def inspect(
    files: Sequence[Path], recipe: Recipe, directory: Path, *, means: Means
) -> list[verifying.FileFacts]:
    """Measure files in a process of their own; raise `TranscodeFailed`."""
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return True

    module = [sys.executable, "-P", "-m", "youke_transcoder.inspect_child"]
    ended = run(
        [*module, *map(str, files)],
        budget(recipe, means),
        directory=directory,
        on_line=keep,
        should_stop=means.should_stop,
        nice=means.nice,
    )
    if ended.stalled or ended.returncode or len(lines) != len(files):
        raise TranscodeFailed(FailureCode.BAD_OUTPUT, ended.words)
    return [_facts(line) for line in lines]


def _described(
    rung: Rung, recipe: Recipe, file: Path, facts: verifying.FileFacts
) -> Rendition:
    name = commands.tv_name(rung)
    verifying.check_picture(name, facts, recipe)
    if recipe.source.has_audio:
        verifying.check_sound(name, facts, recipe)
    playlist = file.with_suffix(".m3u8").read_text("utf-8")
    init, segments = read_playlist(playlist)
    if not segments:
        raise TranscodeFailed(FailureCode.BAD_OUTPUT, f"{name}: no segments")
    peak, average = bandwidths(segments)
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return Rendition(
        name=name,
        profiles=("tv",),
        kind="video",
        container="mpegts",
        path=file.name,
        width=facts.width,
        height=facts.height,
        fps=round(float(recipe.frame_rate), 3),
        codecs=verifying.codecs_string(facts),
        bandwidth=peak,
        average_bandwidth=average,
        size=file.stat().st_size,
        sha256=digest,
        duration_s=round(sum(each.duration_s for each in segments), 6),
        init=init,
        segments=segments,
        score=rung.score,
    )


def _facts(line: str) -> verifying.FileFacts:
    values = json.loads(line)
    if "error" in values:
        raise TranscodeFailed(FailureCode.BAD_OUTPUT, values["error"])
    return verifying.FileFacts(**values)
