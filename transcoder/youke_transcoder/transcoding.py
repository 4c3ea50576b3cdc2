"""Run the recipe: measure, encode, package, verify, and only then hand over."""

from __future__ import annotations

import hashlib
import json
import math
import re
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from youke_transcoder import verifying
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.hls import bandwidths, read_playlist
from youke_transcoder.limits import DEFAULT_LIMITS, Limits
from youke_transcoder.model import Manifest, Rendition
from youke_transcoder.process import Budget, Ended, run
from youke_transcoder.running import GLOBAL, ffmpeg_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from youke_transcoder.planning import Recipe, Rung

#: Share of the whole that is done after measuring, encoding and packaging.
MEASURED, ENCODED, PACKAGED = 0.02, 0.95, 0.97
#: Pixels per second of 1080p30, the unit of the CPU budget.
UNIT_PIXELS = 1920 * 1080 * 30
#: Exit code of ffmpeg when more errors than allowed came out of a decoder.
TOO_MANY_ERRORS = 69
#: Bytes that a file may grow beyond its peak rate.
SLACK_BYTES = 32 * 1024**2

_LOUDNESS = re.compile(r"^\s*I:\s+(-?[0-9.]+|-?inf|nan) LUFS", re.MULTILINE)


def transcode(
    path: str | Path,
    out_dir: str | Path,
    recipe: Recipe,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    ffmpeg: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Manifest:
    """Make the recipe's renditions of the file at `path` in `out_dir`.

    Nothing appears in `out_dir` before everything is verified. `on_progress` gets
    growing shares of the whole, 0 to 1; what it raises ends the work and comes
    through. Raises `TranscodeFailed`, and `Cancelled` once `should_stop` answers yes.
    """
    out = Path(out_dir).resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=out) as directory:
        work = Work(
            directory=Path(directory),
            recipe=recipe,
            limits=limits,
            ffmpeg=ffmpeg or ffmpeg_path(),
            on_progress=on_progress,
            should_stop=should_stop,
        )
        manifest = work.transcode(Path(path))
        for name in (*(each.path for each in manifest.renditions), manifest.poster):
            (work.directory / name).replace(out / name)
    on_progress(1.0)
    return manifest


@dataclass(frozen=True, kw_only=True)
class Work:
    """One run: where, what, with which means, and whom to tell."""

    directory: Path
    recipe: Recipe
    limits: Limits
    ffmpeg: str
    on_progress: Callable[[float], None]
    should_stop: Callable[[], bool]

    def transcode(self, path: Path) -> Manifest:
        """Make and verify everything inside the working directory."""
        from youke_transcoder import commands

        self.on_progress(0.0)
        gain = self._gain(path) if self.recipe.source.has_audio else 0.0
        self._run(
            commands.encode(path, self.recipe, gain, self.limits),
            MEASURED,
            ENCODED,
            reads=(path.resolve(),),
        )
        self._run(commands.package(self.recipe), ENCODED, PACKAGED)
        self._run(commands.poster(self.recipe), PACKAGED, PACKAGED)
        poster = self.directory / commands.POSTER
        if not poster.is_file() or not poster.stat().st_size:
            raise TranscodeFailed(FailureCode.BAD_OUTPUT, "there is no poster")
        return Manifest(
            source=self.recipe.source,
            poster=commands.POSTER,
            renditions=tuple(self._renditions()),
        )

    def _gain(self, path: Path) -> float:
        from youke_transcoder import commands

        words = self._run(
            commands.measure(path, self.recipe, self.limits),
            0.0,
            MEASURED,
            reads=(path.resolve(),),
        )
        return commands.gain_db(loudness(words))

    def _run(
        self,
        arguments: list[str],
        start: float,
        end: float,
        *,
        reads: tuple[Path, ...] = (),
    ) -> str:
        """Run ffmpeg while progress goes from `start` to `end`; return its words."""
        progress = Progress(self.recipe.duration_s, start, end, self.on_progress)
        ended = run(
            [self.ffmpeg, *GLOBAL, *arguments],
            budget(self.recipe, self.limits),
            directory=self.directory,
            reads=reads,
            on_line=progress.take,
            should_stop=self.should_stop,
        )
        code = failure(ended)
        if code:
            raise TranscodeFailed(code, ended.words or f"exit code {ended.returncode}")
        return ended.words

    def _renditions(self) -> Iterator[Rendition]:
        """Verify and describe each packaged file."""
        wanted = list(_wanted(self.recipe))
        facts = self._inspect([each.path for each in wanted])
        for each, measured in zip(wanted, facts, strict=True):
            if each.rung:
                verifying.check_picture(each.name, measured, self.recipe)
            if self.recipe.source.has_audio:
                verifying.check_sound(each.name, measured, self.recipe)
            rendition = self._describe(each, measured)
            verifying.check_rendition(rendition, self.recipe, self.limits)
            yield rendition

    def _inspect(self, names: list[str]) -> list[verifying.FileFacts]:
        lines: list[str] = []

        def keep(line: str) -> bool:
            lines.append(line)
            return True

        module = [sys.executable, "-P", "-m", "youke_transcoder.inspect_child"]
        ended = run(
            [*module, *(str(self.directory / each) for each in names)],
            budget(self.recipe, self.limits),
            directory=self.directory,
            on_line=keep,
            should_stop=self.should_stop,
        )
        if ended.stalled or ended.returncode or len(lines) != len(names):
            raise TranscodeFailed(FailureCode.BAD_OUTPUT, ended.words)
        return [_facts(line) for line in lines]

    def _describe(self, wanted: Wanted, facts: verifying.FileFacts) -> Rendition:
        playlist = (self.directory / f"{wanted.name}.m3u8").read_text("utf-8")
        init, segments = read_playlist(playlist)
        if not segments:
            raise TranscodeFailed(FailureCode.BAD_OUTPUT, f"{wanted.name}: no segments")
        peak, average = bandwidths(segments)
        path = self.directory / wanted.path
        return Rendition(
            name=wanted.name,
            profiles=wanted.profiles,
            kind="video" if wanted.rung else "audio",
            container=wanted.container,
            path=wanted.path,
            width=facts.width or None,
            height=facts.height or None,
            fps=round(float(self.recipe.frame_rate), 3) if wanted.rung else None,
            codecs=verifying.codecs_string(facts),
            bandwidth=peak,
            average_bandwidth=average,
            size=path.stat().st_size,
            sha256=sha256(path),
            duration_s=round(sum(each.duration_s for each in segments), 6),
            init=init,
            segments=segments,
        )


@dataclass(frozen=True)
class Wanted:
    """A packaged file that the recipe asks for."""

    name: str
    container: str
    profiles: tuple[str, ...]
    rung: Rung | None

    @property
    def path(self) -> str:
        """Its file name."""
        from youke_transcoder import commands

        return commands.media_file(self.name, self.container)


def _wanted(recipe: Recipe) -> Iterator[Wanted]:
    from youke_transcoder import commands

    for rung in recipe.rungs:
        if rung.profiles:
            yield Wanted(rung.name, "fmp4", rung.profiles, rung)
        if rung.tv:
            yield Wanted(commands.tv_name(rung), "mpegts", ("tv",), rung)
    if recipe.audio_only:
        yield Wanted(commands.AUDIO_ONLY, "fmp4", recipe.audio_only, None)


class Progress:
    """Turns ffmpeg's progress lines into growing shares of the whole."""

    def __init__(
        self, duration_s: float, start: float, end: float, tell: Callable[[float], None]
    ) -> None:
        """Go from `start` to `end` while ffmpeg goes through `duration_s`."""
        self._duration_s = duration_s
        self._start = start
        self._end = end
        self._tell = tell
        self._reached_s = 0.0

    def take(self, line: str) -> bool:
        """Read a line; answer whether ffmpeg has advanced."""
        seconds = out_time(line)
        if seconds is None or seconds <= self._reached_s:
            return False
        self._reached_s = seconds
        share = min(1.0, seconds / self._duration_s)
        if self._end > self._start:
            self._tell(self._start + share * (self._end - self._start))
        return True


def out_time(line: str) -> float | None:
    """Seconds that a progress line reports, or none if it is about something else."""
    name, _, value = line.strip().partition("=")
    if name != "out_time_us" or not value.lstrip("-").isdigit():
        return None
    return int(value) / 1_000_000


def loudness(words: str) -> float:
    """Integrated loudness in LUFS from the last words of the ebur128 filter."""
    found = _LOUDNESS.findall(words)
    value = float(found[-1]) if found else -math.inf
    return -math.inf if math.isnan(value) else value


def budget(recipe: Recipe, limits: Limits) -> Budget:
    """Allow for what one run over the source may use."""
    source = recipe.source
    pixels = source.width * source.height * source.fps
    units = source.duration_s * max(1.0, pixels / UNIT_PIXELS)
    peak_kbit = max(each.peak_kbit + each.buffer_kbit for each in recipe.rungs)
    return Budget(
        memory=limits.encode_memory,
        cpu_s=int(limits.encode_cpu_base_s + limits.encode_cpu_per_s * units),
        file_size=int(peak_kbit * 125 * recipe.duration_s) + SLACK_BYTES,
        open_files=limits.open_files,
        stall_s=limits.encode_stall_s,
    )


def failure(ended: Ended) -> FailureCode | None:
    """Why a run of ffmpeg did not succeed, or none if it says it did."""
    if ended.stalled:
        return FailureCode.ENCODER_TIMEOUT
    if ended.returncode == 0:
        return None
    if "No space left on device" in ended.words or "Disk quota" in ended.words:
        return FailureCode.DISK_FULL
    by_code = {
        -signal.SIGXFSZ: FailureCode.OUTPUT_TOO_LARGE,
        -signal.SIGXCPU: FailureCode.ENCODER_BUDGET,
        TOO_MANY_ERRORS: FailureCode.BAD_SOURCE,
    }
    return by_code.get(ended.returncode, FailureCode.ENCODER_FAILED)


def sha256(path: Path) -> str:
    """Hash a file; the answer is hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _facts(line: str) -> verifying.FileFacts:
    values = json.loads(line)
    if "error" in values:
        raise TranscodeFailed(FailureCode.BAD_OUTPUT, values["error"])
    return verifying.FileFacts(**values)
