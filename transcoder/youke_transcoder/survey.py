"""Look at samples of a lesson before all of it is encoded.

A few seconds, spread over the source, are encoded as every rung would be and
scored against the source; `ladders` decides. Samples lie at the beginnings of chunks,
where the source has a key frame shortly before, so that hardly anything is decoded for
nothing. The reference is the sample after deinterlacing, tone mapping and scaling to
the largest rung, unencoded: the encoder is judged, not the preparation.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from youke_transcoder import commands, ladders, scoring
from youke_transcoder.encoders import options
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.ladders import Candidate, Findings
from youke_transcoder.model import Chunk
from youke_transcoder.running import budget, run_ffmpeg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from youke_transcoder.process import Budget
    from youke_transcoder.recipes import Choice, Recipe, Rung
    from youke_transcoder.running import Means
    from youke_transcoder.scoring import Pictures

#: Seconds of a sample, seconds of a lesson for which one stands, and how many there are
#: at most. More short ones see more of a lesson than few long ones. With the scoring
#: they cost a twentieth of encoding a lesson of minutes, and a hundredth of an hour.
SAMPLE_S = 1.0
SAMPLE_EVERY_S = 75.0
MOST_SAMPLES = 12
#: Seconds into a source without usable key frames at which it is looked at.
UNCUT_AT_S = 20.0
#: Failures that will also end every other step, so there is no use in hiding them.
PASSED_ON = (FailureCode.DISK_FULL, FailureCode.NO_SANDBOX)
REFERENCE = "reference.y4m"
#: Bytes of the line before each picture of a Y4M file.
Y4M_LINE = 6


def survey(path: Path, recipe: Recipe, out_dir: Path, means: Means) -> Choice:
    """Choose rungs and qualities for a source by trying them on samples of it.

    Whatever hinders it, it answers: then with what suits most sources of this kind.
    Raises `Cancelled`, and `TranscodeFailed` for a full disk or a missing sandbox.
    Leaves nothing in `out_dir`.
    """
    try:
        return _surveyed(path, recipe, out_dir, means=means)
    except TranscodeFailed as failed:
        if failed.code in PASSED_ON:
            raise
        return ladders.static(recipe)


def samples(recipe: Recipe) -> tuple[Chunk, ...]:
    """Choose the seconds to look at, spread evenly. Pure."""
    count = min(MOST_SAMPLES, max(1, round(recipe.duration_s / SAMPLE_EVERY_S)))
    if len(recipe.chunks) == 1:
        return (_early_sample(recipe),)
    # The first chunk often is a title, and black.
    places = recipe.chunks[1:]
    count = min(count, len(places))
    chosen = [
        places[(2 * number + 1) * len(places) // (2 * count)] for number in range(count)
    ]
    return tuple(_beginning(each, recipe) for each in chosen)


def _beginning(chunk: Chunk, recipe: Recipe) -> Chunk:
    return replace(chunk, frames=min(_length(recipe), chunk.frames))


def _length(recipe: Recipe) -> int:
    """Count the frames of a sample."""
    return min(recipe.gop, round(SAMPLE_S * recipe.frame_rate))


def _early_sample(recipe: Recipe) -> Chunk:
    """Choose a sample of a source that can only be decoded from its start."""
    groups = recipe.frames // recipe.gop
    at_s = min(UNCUT_AT_S, recipe.duration_s / 2)
    first = min(int(at_s / 2), max(0, groups - 1)) * recipe.gop
    frames = min(_length(recipe), recipe.frames - first)
    return Chunk(index=0, first_frame=first, frames=frames, seek_s=0.0)


def _surveyed(path: Path, recipe: Recipe, out_dir: Path, *, means: Means) -> Choice:
    expected = ladders.expected_kind(recipe)
    work = _Work(path, recipe, out_dir, means)
    findings = work.look(expected)
    kind = ladders.kind_of(findings, recipe)
    if ladders.STYLES[kind] != ladders.STYLES[expected] and recipe.high_rungs:
        # Qualities only compare between encodes of one style.
        findings = work.look(kind)
    return ladders.choose(kind, findings, recipe)


@dataclass(frozen=True)
class _Work:
    """One survey."""

    path: Path
    recipe: Recipe
    out_dir: Path
    means: Means

    def look(self, kind: str) -> Findings:
        """Try the rungs in the style of a kind on all samples."""
        style = ladders.STYLES[kind]
        tried = [
            replace(rung, crf=crf)
            if rung in self.recipe.low_rungs
            else replace(rung, crf=crf, preset=style.preset, tune=style.tune)
            for rung, crf in ladders.tries(self.recipe, kind)
        ]
        chosen = samples(self.recipe)
        seen = []
        for number, sample in enumerate(chosen, start=1):
            with tempfile.TemporaryDirectory(prefix=".work-", dir=self.out_dir) as name:
                seen.append(_Sample(self, sample, Path(name)).look(tried))
            self.means.on_progress(number / len(chosen))
        return _findings(tried, seen, sum(each.frames for each in chosen), self.recipe)


@dataclass(frozen=True)
class _Seen:
    """What one sample showed of each try."""

    bytes: tuple[int, ...]
    pictures: tuple[Pictures, ...]


@dataclass(frozen=True)
class _Sample:
    """A second of the lesson in a directory of its own."""

    work: _Work
    chunk: Chunk
    directory: Path

    def look(self, tried: Sequence[Rung]) -> _Seen:
        """Encode the sample as each rung and score what comes out."""
        files = [f"{each.name}-{each.crf}.mp4" for each in tried]
        self._encode(tried, files)
        top = self.work.recipe.rungs[0]
        pictures = scoring.score(
            files,
            scoring.Reference(
                file=REFERENCE,
                width=top.width,
                height=top.height,
                rate=self.work.recipe.frame_rate,
            ),
            directory=self.directory,
            budget=self._budget(),
            means=self.work.means,
        )
        sizes = [(self.directory / each).stat().st_size for each in files]
        return _Seen(tuple(sizes), tuple(pictures))

    def _encode(self, tried: Sequence[Rung], files: Sequence[str]) -> None:
        recipe, means = self.work.recipe, self.work.means
        opened = commands.source(
            self.work.path, means.limits, **commands.seek(self.chunk)
        )
        prepared = commands.prepared(opened, recipe, self.chunk)
        truth, *pictures = commands.cascade(prepared, [recipe.rungs[0], *tried], recipe)
        how = {"gop": recipe.gop, "threads": means.encoder_threads}
        outputs = [truth.output(REFERENCE, f="yuv4mpegpipe", fps_mode="passthrough")]
        outputs += [
            picture.output(file, **options(rung, **how))
            for rung, picture, file in zip(tried, pictures, files, strict=True)
        ]
        run_ffmpeg(
            commands.chunk(outputs, recipe),
            self._budget(),
            directory=self.directory,
            reads=(self.work.path,),
            means=replace(means, on_progress=lambda _: None),
        )
        self._check()

    def _check(self) -> None:
        """Raise `TranscodeFailed` unless all pictures of the sample are there."""
        size = (self.directory / REFERENCE).stat().st_size
        if size < self.chunk.frames * self._picture_bytes():
            raise TranscodeFailed(FailureCode.BAD_SEEK, "the sample is too short")

    def _picture_bytes(self) -> int:
        top = self.work.recipe.rungs[0]
        return top.width * top.height * 3 // 2 + Y4M_LINE

    def _budget(self) -> Budget:
        recipe, means = self.work.recipe, self.work.means
        seconds = float(self.chunk.frames / recipe.frame_rate)
        whole = budget(recipe, means, seconds=seconds)
        truth = (self.chunk.frames + 1) * self._picture_bytes()
        return replace(whole, file_size=max(whole.file_size, truth))


def _findings(
    tried: Sequence[Rung], seen: Sequence[_Seen], frames: int, recipe: Recipe
) -> Findings:
    seconds = float(frames / recipe.frame_rate)
    candidates = tuple(
        Candidate(
            name=rung.name,
            crf=rung.crf,
            score=scoring.pooled([each.pictures[number] for each in seen]),
            bit_rate=sum(each.bytes[number] for each in seen) * 8 / seconds,
        )
        for number, rung in enumerate(tried)
    )
    motion = (value for each in seen for value in each.pictures[0].motion)
    return Findings(
        tries=candidates,
        motion=ladders.typical_motion(motion),
        samples=len(seen),
    )
