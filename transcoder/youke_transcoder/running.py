"""With which means the engine works, and one way to run ffmpeg with them."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.limits import DEFAULT_LIMITS, Limits
from youke_transcoder.process import Budget, Ended, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from youke_transcoder.recipes import Recipe

#: Pixels per second of 1080p30, the unit of the CPU budget.
UNIT_PIXELS = 1920 * 1080 * 30
#: Exit code of ffmpeg when more errors than allowed came out of a decoder.
TOO_MANY_ERRORS = 69
#: Bytes that a file may grow beyond its peak rate.
SLACK_BYTES = 32 * 1024**2
#: Progress lines go to stdout; nothing is ever asked on the terminal.
GLOBAL = ("-nostdin", "-hide_banner", "-nostats", "-progress", "pipe:1", "-y")


def ffmpeg_path() -> str:
    """Find ffmpeg: `YOUKE_FFMPEG`, else the one of the imageio-ffmpeg package."""
    configured = os.environ.get("YOUKE_FFMPEG")
    if configured:
        return configured
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def cores() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a step of the work may use, and whom it tells."""

    ffmpeg: str = field(default_factory=ffmpeg_path)
    limits: Limits = DEFAULT_LIMITS
    #: Threads of each encoder; none lets the number of processors decide.
    threads: int | None = None
    #: Added to the niceness of every child process.
    nice: int = 0
    #: Told growing shares of the step, 0 to 1; what it raises ends the step.
    on_progress: Callable[[float], None] = lambda _: None
    #: Once it answers yes the step ends with `Cancelled`.
    should_stop: Callable[[], bool] = lambda: False

    @property
    def encoder_threads(self) -> int:
        """Threads of each encoder: as said, else as many as processors.

        Five encoders, a decoder and the scaling keep those busy; x264's own choice,
        half as many again, takes a tenth more CPU time and is no sooner done.
        """
        return min(self.limits.encode_threads, self.threads or cores())


def run_ffmpeg(
    arguments: Sequence[str],
    budget: Budget,
    *,
    directory: Path,
    means: Means,
    reads: Sequence[Path] = (),
    expected_s: float = 0.0,
    expected_frames: int = 0,
) -> str:
    """Run ffmpeg in `directory`, where it may write; return its last words.

    `arguments` follow `GLOBAL`, `reads` are the other files that it opens. Progress is
    told as the share of so many seconds, or frames, of output, if there are any. Raises
    `TranscodeFailed` and `Cancelled`.
    """
    progress = (
        FrameProgress(expected_frames, means.on_progress)
        if expected_frames
        else Progress(expected_s, means.on_progress)
    )
    ended = run(
        [means.ffmpeg, *GLOBAL, *arguments],
        budget,
        directory=directory,
        reads=[each.resolve() for each in reads],
        on_line=progress.take,
        should_stop=means.should_stop,
        nice=means.nice,
    )
    code = failure(ended)
    if code:
        raise TranscodeFailed(code, ended.words or f"exit code {ended.returncode}")
    return ended.words


class Progress:
    """Turns ffmpeg's progress lines into growing shares of its work."""

    def __init__(self, expected: float, tell: Callable[[float], None]) -> None:
        """Go from 0 to 1 while ffmpeg writes as much of what the lines report."""
        self._expected = expected
        self._tell = tell
        self._reached = 0.0

    def take(self, line: str) -> bool:
        """Read a line; answer whether ffmpeg has advanced."""
        reached = self.measure(line)
        if reached is None or reached <= self._reached:
            return False
        self._reached = reached
        if self._expected:
            self._tell(min(1.0, reached / self._expected))
        return True

    def measure(self, line: str) -> float | None:
        """Seconds of output, for runs that keep no clock of their own."""
        return out_time(line)


class FrameProgress(Progress):
    """Counts frames: for cut sources ffmpeg tells the time from its first report on."""

    def measure(self, line: str) -> float | None:
        """Frames of the first picture among the outputs."""
        return _number(line, "frame")


def out_time(line: str) -> float | None:
    """Seconds that a progress line reports, or none if it is about something else."""
    microseconds = _number(line, "out_time_us")
    return None if microseconds is None else microseconds / 1_000_000


def _number(line: str, wanted: str) -> int | None:
    name, _, value = line.strip().partition("=")
    value = value.strip()
    return int(value) if name == wanted and value.lstrip("-").isdigit() else None


def budget(recipe: Recipe, means: Means, *, seconds: float | None = None) -> Budget:
    """Allow for what a run over so many seconds of the source may use, or over all."""
    limits, source = means.limits, recipe.source
    length_s = source.duration_s if seconds is None else seconds
    pixels = source.width * source.height * source.fps
    units = length_s * max(1.0, pixels / UNIT_PIXELS)
    peak_kbit = max(each.peak_kbit + each.buffer_kbit for each in recipe.rungs)
    return Budget(
        memory=limits.encode_memory,
        cpu_s=int(limits.encode_cpu_base_s + limits.encode_cpu_per_s * units),
        file_size=int(peak_kbit * 125 * length_s) + SLACK_BYTES,
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
