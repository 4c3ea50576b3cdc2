"""What the transcoder promises, measured: ``make bench-transcode``.

Sources are drawn at the first run and kept in ``--folder``.  Engine and bare ffmpeg
run in turn (A B A B), medians count.  The service is a real ``youke up``; its times
begin when ``complete`` has answered.  ``--only`` chooses rows by their first word.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import clips
import encodes
import psutil
import psycopg
import scenes
from rows import GIB, Row, add_arguments, end, measure, say
from service import Service, running

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLED_AT = (0.2, 0.5, 0.9)
POLL_S = 0.2


@dataclass(frozen=True)
class Options:
    """How to measure."""

    folder: Path
    seconds: int
    times: int


def engine(options: Options) -> Iterator[Row]:
    """Compare the whole set with bare ffmpeg, and judge the top rung."""
    for kind in scenes.SCENES:
        source = clips.lecture(options.folder, kind, options.seconds)
        recipe = encodes.recipe_of(source)
        ways = {
            "ours": partial(encodes.ours, source),
            "bare": partial(encodes.bare, source, recipe=recipe),
            "each": partial(encodes.per_rendition, source, recipe=recipe),
        }
        cost = encodes.compared(ways, times=options.times)
        for name, found in cost.items():
            say(f"{kind}: {name} {found.wall_s:.1f} s wall, {found.cpu_s:.1f} s CPU")
        ours, bare, each = (cost[name] for name in ways)
        yield Row(
            f"{kind}: wall against one bare ffmpeg", ours.wall_s / bare.wall_s, 1.08
        )
        yield Row(
            f"{kind}: wall against one ffmpeg a rung", ours.wall_s / each.wall_s, 0.7
        )


def quality(options: Options) -> Iterator[Row]:
    """Judge every frame of the top rung."""
    for kind in scenes.SCENES:
        source = clips.lecture(options.folder, kind, options.seconds)
        with TemporaryDirectory(prefix="youke-bench-") as name:
            folder = Path(name)
            encodes.ours(source, folder)
            mean, low = encodes.vmaf(folder / "1080p.mp4", source, folder)
        yield Row(f"{kind}: VMAF of the top rung, mean", mean, 93, at_least=True)
        yield Row(
            f"{kind}: VMAF of the top rung, 5th percentile", low, 88, at_least=True
        )


def opening(options: Options) -> Iterator[Row]:
    """Time from `complete` to the first playable picture."""
    conforming = partial(clips.lecture, options.folder, "camera")
    cases = [
        ("conforming, 10 minutes", conforming(10 * clips.MINUTE), 5),
        ("conforming, 45 minutes", conforming(45 * clips.MINUTE), 15),
    ]
    for kind in clips.AWKWARD:
        for minutes in (10, 45):
            source = clips.awkward(options.folder, kind, minutes * clips.MINUTE)
            cases.append((f"{kind}, {minutes} minutes", source, 20))
    with running() as service:
        for what, source, wanted in cases:
            yield Row(
                f"first playable: {what}", _first_playable(service, source), wanted, "s"
            )


def _first_playable(service: Service, source: Path) -> float:
    lesson = service.upload(source)
    began = service.complete()
    seconds = service.wait(lesson, playable=True) - began
    service.first_segments(lesson)
    service.call("DELETE", f"lessons/{lesson}")
    return seconds


def lectures(options: Options) -> Iterator[Row]:
    """Do what MediaCMS 8.3.2 was measured with."""
    with running() as service:
        for seconds, wanted in ((60, 65), (300, 310)):
            lesson = service.upload(clips.lecture(options.folder, "slides", seconds))
            began = service.complete()
            first = service.wait(lesson, playable=True) - began
            whole = service.wait(lesson) - began
            yield Row(f"lecture of {seconds} s: first playable", first, 2, "s")
            yield Row(f"lecture of {seconds} s: the whole set", whole, wanted, "s")


def workers(options: Options) -> Iterator[Row]:
    """Compare two workers of one core each with one."""
    source = clips.lecture(options.folder, "slides", 300)
    with running() as service:
        for worker in (*service.workers("media"), *service.workers("opening")):
            worker.cpu_affinity([0])
        alone = _whole(service, source)
        second = service.add_worker("media", cpu=1)
        both = _whole(service, source)
        second.terminate()
    say(f"one worker {alone:.0f} s, two {both:.0f} s")
    yield Row("two workers of one core against one", both / alone, 0.58)


def _whole(service: Service, source: Path) -> float:
    lesson = service.upload(source)
    began = service.complete()
    return service.wait(lesson) - began


def kills(options: Options) -> Iterator[Row]:
    """Count what is encoded again after `kill -9`."""
    source = clips.lecture(options.folder, "slides", 120)
    with running() as service:
        for share in KILLED_AT:
            lesson = service.upload(source)
            service.complete()
            service.wait(lesson, share=share)
            for worker in service.workers("media"):
                worker.kill()
            service.wait(lesson)
            again = _encoded_again(service, lesson)
            yield Row(f"chunks encoded again after a kill at {share:.0%}", again, 1)


def _encoded_again(service: Service, lesson: str) -> int:
    endpoints = json.loads((service.data / "endpoints.json").read_text())
    url = endpoints["YOUKE_DATABASE_URL"].replace("+psycopg", "")
    query = (
        "SELECT coalesce(sum(greatest(tries - 1, 0)), 0) FROM encoding_steps"
        " JOIN encodings ON encodings.id = encoding_id"
        " WHERE lesson_id = %s AND kind IN ('chunk', 'preview')"
    )
    with psycopg.connect(url) as connection:
        found = connection.execute(query, [lesson]).fetchone()
    return int(found[0]) if found else 0


def memory(options: Options) -> Iterator[Row]:
    """Watch a worker with a 4K source."""
    with running() as service:
        lesson = service.upload(clips.four_k(options.folder, 10))
        service.complete()
        most = 0
        while service.lesson(lesson)["state"] not in {"ready", "failed", "rejected"}:
            for queue in ("media", "opening"):
                most = max(most, *map(_resident, service.workers(queue)))
            time.sleep(POLL_S)
    yield Row("resident memory of a worker with a 4K source", most / GIB, 2.5, "GiB")


def _resident(worker: psutil.Process) -> int:
    total = 0
    for each in (worker, *worker.children(recursive=True)):
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


PARTS = {
    "engine": engine,
    "quality": quality,
    "opening": opening,
    "lectures": lectures,
    "workers": workers,
    "kills": kills,
    "memory": memory,
}


def main() -> None:
    """Measure and print a line per promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("data/bench"))
    parser.add_argument(
        "--seconds", type=int, default=60, help="of the engine's sources"
    )
    parser.add_argument("--times", type=int, default=3)
    add_arguments(parser, PARTS)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    options = Options(given.folder.resolve(), given.seconds, given.times)
    end(measure(PARTS, options, given))


if __name__ == "__main__":
    main()
