"""The same encodes three ways: ours, one bare ffmpeg, one ffmpeg per rendition.

The bare commands take their settings from our recipe, so that all write the same
rungs; they skip what only we do: chunks, loudness, TV copies, stills, verifying.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

import psutil

from youke_transcoder import encoders, plan, probe
from youke_transcoder.running import Means, ffmpeg_path
from youke_transcoder.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from youke_transcoder.recipes import Recipe, Rung

#: What x264 and we choose for so many processors.
THREADS = max(1, len(os.sched_getaffinity(0)) * 3 // 2)
VMAF_EVERY = 2
LOOK_S = 0.1


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock and of the processors."""

    wall_s: float
    cpu_s: float


def recipe_of(source: Path) -> Recipe:
    """Return what we make of a source, surveyed."""
    recipe = plan(probe(source))
    with TemporaryDirectory() as folder:
        return plan(recipe.source, choice=survey(source, recipe, Path(folder), Means()))


def ours(source: Path, folder: Path) -> None:
    """Run the engine alone, as anybody would from the command line."""
    program = Path(sys.executable).with_name("youke-transcode")
    subprocess.run([program, source, folder], check=True, capture_output=True)


def bare(source: Path, folder: Path, recipe: Recipe) -> None:
    """Decode once, scale each rung from the one above, encode all, in one process."""
    graph, labels, above = [], [], "0:v"
    for number, rung in enumerate(recipe.rungs):
        last = rung is recipe.rungs[-1]
        split = f"[o{number}]" if last else f",split[o{number}][n{number}]"
        graph.append(f"[{above}]scale={rung.width}:{rung.height}:flags=bicubic{split}")
        labels.append(f"[o{number}]")
        above = f"n{number}"
    outputs: list[str] = []
    for label, rung in zip(labels, recipe.rungs, strict=True):
        outputs += [
            "-map",
            label,
            *_encoder(rung, recipe),
            str(folder / f"{rung.name}.mp4"),
        ]
    sound = ["-map", "0:a", "-c:a", "aac", "-b:a", "96k", str(folder / "sound.mp4")]
    _ffmpeg("-i", str(source), "-filter_complex", ";".join(graph), *outputs, *sound)


def per_rendition(source: Path, folder: Path, recipe: Recipe) -> None:
    """Decode the source again for each rung, each with sound, one after the other."""
    for rung in recipe.rungs:
        scale = f"scale={rung.width}:{rung.height}:flags=bicubic"
        sound = ("-map", "0:a", "-c:a", "aac", "-b:a", "96k")
        picture = ("-map", "0:v", "-vf", scale, *_encoder(rung, recipe))
        _ffmpeg("-i", str(source), *picture, *sound, str(folder / f"{rung.name}.mp4"))


def compared(
    ways: Mapping[str, Callable[[Path], None]], *, times: int
) -> dict[str, Cost]:
    """Run the ways in turn, A B C A B C; return the median cost of each."""
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(times):
        for name, way in ways.items():
            costs[name].append(_cost(way))
    return {name: _median(found) for name, found in costs.items()}


def vmaf(encoded: Path, source: Path, folder: Path) -> tuple[float, float]:
    """Return mean and 5th percentile of the frames' VMAF."""
    log = folder / "vmaf.json"
    meter = f"libvmaf=log_fmt=json:log_path={log}:n_threads=2:n_subsample={VMAF_EVERY}"
    start = "setpts=PTS-STARTPTS,scale=1920:1080:flags=bicubic"
    graph = f"[0:v]{start}[a];[1:v]{start}[b];[a][b]{meter}"
    _ffmpeg("-i", str(encoded), "-i", str(source), "-lavfi", graph, "-f", "null", "-")
    frames = json.loads(log.read_text())["frames"]
    scores = sorted(each["metrics"]["vmaf"] for each in frames)
    return statistics.fmean(scores), scores[len(scores) // 20]


def _encoder(rung: Rung, recipe: Recipe) -> list[str]:
    said = encoders.options(rung, gop=recipe.gop, threads=THREADS)
    return [word for name, value in said.items() for word in (f"-{name}", str(value))]


def _cost(way: Callable[[Path], None]) -> Cost:
    with TemporaryDirectory(prefix="youke-bench-") as folder:
        began = time.monotonic()
        with _Meter() as meter:
            way(Path(folder))
        wall = time.monotonic() - began
        if not list(Path(folder).rglob("*.mp4")):
            sys.exit("nothing was encoded, so there is nothing to compare")
    return Cost(wall, meter.cpu_s)


class _Meter(Thread):
    """Adds up what all our descendants use of the processors, looking often.

    The kernel's own sum forgets those that a sandbox has waited for.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._seen: dict[tuple[int, float], float] = {}
        self._over = Event()

    @property
    def cpu_s(self) -> float:
        return sum(self._seen.values())

    def run(self) -> None:
        while not self._over.wait(LOOK_S):
            for each in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    used = each.cpu_times()
                    self._seen[each.pid, each.create_time()] = used.user + used.system

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(each.wall_s for each in costs),
        statistics.median(each.cpu_s for each in costs),
    )


def _ffmpeg(*arguments: str) -> None:
    command = [ffmpeg_path(), "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True)
