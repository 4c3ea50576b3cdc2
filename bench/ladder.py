"""Quality against bytes: ``python bench/ladder.py [--seconds N] [--picture FILE]``.

Two drawn lessons (``scenes.py``) are encoded and scored with VMAF at 1080p, one in
seven pictures.  Three things are printed, and the last is drawn:

*Presets.*  The largest rung at two qualities per preset: CPU seconds for each second of
lesson, and the bit rate at which VMAF is 94.2, between the two on a logarithmic scale.
CRF means something else in every preset, so only equal quality compares.

*The survey.*  What the engine chooses, and its CPU seconds against those of encoding
the whole set.

*The ladder against Apple's* (HLS Authoring Specification, H.264): nine fixed rates from
145 kbit/s at 416x234 to 7800 at 1920x1080.  Both ladders have the same source, encoder,
preset, options and key frames; ours has the surveyed rungs and qualities, Apple's its
average rates with peaks of twice as much, which is the most it allows.  For each of our
web rungs we look up what Apple's ladder spends on the same VMAF, between its rungs on a
logarithmic scale, its useless rungs left out; below its lowest rung the lowest is
taken, above its highest the highest.  The sum of our rates over the sum of those is the
share of bytes at the same VMAF.  A player has no rungs between the rungs: the second
share takes for each of ours the cheapest of Apple's that is at least as good.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import resource
import subprocess
import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import scenes
from ladder_picture import Curve, draw

from youke_transcoder import Means, Recipe, Rung, plan, probe
from youke_transcoder.encoders import options
from youke_transcoder.ladders import GOAL_MEAN, STYLES
from youke_transcoder.process import Budget
from youke_transcoder.running import cores
from youke_transcoder.sandbox import SETTING
from youke_transcoder.scoring import Reference, pooled, score
from youke_transcoder.survey import survey

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Width, height and average kbit/s.
APPLE = (
    (416, 234, 145),
    (640, 360, 365),
    (768, 432, 730),
    (768, 432, 1100),
    (960, 540, 2000),
    (1280, 720, 3000),
    (1280, 720, 4500),
    (1920, 1080, 6000),
    (1920, 1080, 7800),
)
PRESETS = ("superfast", "veryfast", "faster", "fast", "medium")
#: Qualities at which each preset is tried, by kind.
TRIED = {"slides": (28, 34), "camera": (25, 31)}
#: VMAF that the largest rung must have; the engine aims a little higher.
PROMISE = 93.0
BUDGET = Budget(
    memory=8 * 1024**3, cpu_s=7200, file_size=8 * 1024**3, open_files=128, stall_s=600
)


@dataclass(frozen=True, kw_only=True)
class Encode:
    """One encode of the lesson, measured."""

    name: str
    kbit: float
    mean: float
    low: float
    cpu_s: float


@dataclass(frozen=True)
class Bench:
    """One lesson in a folder, and how it is encoded and scored."""

    folder: Path
    source: Path
    recipe: Recipe

    def encode(
        self, name: str, size: tuple[int, int], how: dict[str, Any]
    ) -> tuple[str, float]:
        """Encode the lesson at a size; return the file's name and the CPU seconds."""
        file = f"{name}.mp4"
        scale = f"scale={size[0]}:{size[1]}:flags=bicubic,format=yuv420p"
        command = [Means().ffmpeg, "-nostdin", "-loglevel", "error", "-y"]
        command += ["-i", str(self.source), "-an", "-vf", scale]
        for key, value in how.items():
            command += [f"-{key}", str(value)]
        before = cpu_s()
        subprocess.run([*command, file], check=True, cwd=self.folder)
        return file, cpu_s() - before

    def measure(self, made: Sequence[tuple[str, float]]) -> list[Encode]:
        """Score files that were encoded."""
        scores = score(
            [file for file, _ in made],
            Reference(
                file=self.source.name,
                width=scenes.WIDTH,
                height=scenes.HEIGHT,
                rate=Fraction(scenes.RATE),
            ),
            directory=self.folder,
            budget=BUDGET,
            means=Means(),
        )
        return [
            self._measured(file, used_s, pooled([each]))
            for (file, used_s), each in zip(made, scores, strict=True)
        ]

    def _measured(self, file: str, used_s: float, found: Any) -> Encode:
        bits = (self.folder / file).stat().st_size * 8
        return Encode(
            name=file.removesuffix(".mp4"),
            kbit=bits / self.recipe.duration_s / 1000,
            mean=found.mean,
            low=found.low,
            cpu_s=used_s / self.recipe.duration_s,
        )

    def how(self, rung: Rung) -> dict[str, Any]:
        """Give the engine's own options for a rung."""
        threads = Means().encoder_threads
        return options(rung, gop=self.recipe.gop, threads=threads)


def main() -> None:
    parser = argparse.ArgumentParser(description="Quality against bytes.")
    parser.add_argument("--seconds", type=int, default=20, help="of each lesson")
    parser.add_argument("--picture", type=Path, help="where the SVG is written")
    parser.add_argument("--folder", type=Path, help="where the lessons are kept")
    parser.add_argument("--part", choices=("presets", "ladder"), help="only this one")
    arguments = parser.parse_args()
    # Behind the sandbox nobody could count the children's CPU seconds.
    os.environ[SETTING] = "none"
    print(f"{machine()}, lessons of {arguments.seconds} s")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for_kind = {
            kind: judge(folder, kind, arguments.seconds, part=arguments.part)
            for kind in scenes.SCENES
        }
    if arguments.picture and arguments.part != "presets":
        arguments.picture.write_text(draw(for_kind, goal=PROMISE), "utf-8")


def judge(folder: Path, kind: str, seconds: int, *, part: str | None) -> list[Curve]:
    """Print what was measured on one kind of lesson; return its ladders."""
    source = scenes.lesson(folder, kind, seconds)
    bench = Bench(folder, source, plan(probe(str(source))))
    print(f"\n{kind}, upload {bench.recipe.source.bit_rate / 1000:.0f} kbit/s")
    if part != "ladder":
        judge_presets(bench, kind)
    if part == "presets":
        return []
    chosen = judge_survey(bench)
    return compare(bench, chosen)


def judge_presets(bench: Bench, kind: str) -> None:
    """Print what each preset needs for the same quality."""
    top = bench.recipe.rungs[0]
    style = STYLES[kind]
    print(f"{'preset':10} CPU s/s   kbit/s at VMAF {GOAL_MEAN}   measured")
    for preset in PRESETS:
        made = []
        for crf in TRIED[kind]:
            rung = replace(top, preset=preset, tune=style.tune, crf=crf)
            # Without a limit, which would hide what a quality costs.
            free = replace(rung, peak_kbit=4 * top.peak_kbit)
            how = bench.how(free)
            made.append(bench.encode(f"{preset}-{crf}", (top.width, top.height), how))
        fine, coarse = bench.measure(made)
        shown = ", ".join(
            f"{each.kbit:.0f} kbit/s {each.mean:.1f} ({each.low:.1f})"
            for each in (fine, coarse)
        )
        used_s = (fine.cpu_s + coarse.cpu_s) / 2
        mark = " *" if preset == style.preset else ""
        kbit = rate_at(GOAL_MEAN, [coarse, fine], outside=True)
        print(f"{preset + mark:10} {used_s:7.2f} {kbit:12.0f}{'':14}{shown}")


def judge_survey(bench: Bench) -> Recipe:
    """Print what the survey chooses and what it costs; return the recipe."""
    recipe = bench.recipe
    before = cpu_s()
    choice = survey(bench.source, recipe, bench.folder, means=Means())
    used_s = cpu_s() - before
    tops = choice.scores.get(recipe.rungs[0].name)
    print(f"survey: {choice.kind}, drops {', '.join(choice.dropped) or 'nothing'}")
    print(f"        {dict(choice.crf)}, {choice.preset}, largest rung {tops}")
    print(f"        {used_s:.1f} CPU s")
    return plan(recipe.source, choice=choice)


def compare(bench: Bench, recipe: Recipe) -> list[Curve]:
    """Print our ladder, Apple's, and the shares of bytes; return both as curves."""
    made = [
        bench.encode(each.name, (each.width, each.height), bench.how(each))
        for each in recipe.rungs
    ]
    ours = bench.measure(made)
    total_s = sum(each.cpu_s for each in ours)
    print(f"ladder: {total_s:.2f} CPU s/s, one process per rung")
    apples = bench.measure([apple(bench, recipe.rungs[0], each) for each in APPLE])
    for title, ladder in (("ours", ours), ("Apple's", apples)):
        for each in ladder:
            print(
                f"{title:8} {each.name:16} {each.kbit:7.0f} kbit/s   "
                f"VMAF {each.mean:5.1f}, 5 % below {each.low:5.1f}"
            )
    web = [
        each
        for each, rung in zip(ours, recipe.rungs, strict=True)
        if "web" in rung.profiles
    ]
    spent = sum(each.kbit for each in web)
    between = sum(rate_at(each.mean, useful(apples)) for each in web)
    stepwise = sum(rung_at(each.mean, apples) for each in web)
    print(f"bytes at the same VMAF: {spent / between:.2f} of Apple's between its rungs")
    print(f"                        {spent / stepwise:.2f} of Apple's whole rungs")
    return [Curve("Youke", points(web)), Curve("Apple", points(apples))]


def apple(bench: Bench, like: Rung, rung: tuple[int, int, int]) -> tuple[str, float]:
    """Encode a rung of Apple's ladder with our encoder's options."""
    width, height, kbit = rung
    how = bench.how(like) | {
        "b:v": f"{kbit}k",
        "maxrate": f"{2 * kbit}k",
        "bufsize": f"{2 * kbit}k",
    }
    del how["crf"]
    return bench.encode(f"apple-{height}p-{kbit}", (width, height), how)


def useful(ladder: Sequence[Encode]) -> list[Encode]:
    """Leave out rungs that a cheaper one equals."""
    kept: list[Encode] = []
    for each in sorted(ladder, key=lambda each: each.kbit):
        if not kept or each.mean > kept[-1].mean:
            kept.append(each)
    return kept


def rate_at(
    quality: float, ladder: Sequence[Encode], *, outside: bool = False
) -> float:
    """Interpolate the kbit/s at which a ladder, cheapest first, has this quality."""
    if not outside:
        quality = min(max(quality, ladder[0].mean), ladder[-1].mean)
    place = next(
        (number for number, each in enumerate(ladder) if each.mean >= quality),
        len(ladder) - 1,
    )
    below, above = ladder[max(0, place - 1)], ladder[max(1, place)]
    share = (quality - below.mean) / (above.mean - below.mean)
    return math.exp(
        math.log(below.kbit) + share * (math.log(above.kbit) - math.log(below.kbit))
    )


def rung_at(quality: float, ladder: Sequence[Encode]) -> float:
    """Find the kbit/s of the cheapest rung that has this quality, else of the best."""
    good = [each for each in ladder if each.mean >= quality]
    if not good:
        return max(ladder, key=lambda each: each.mean).kbit
    return min(each.kbit for each in good)


def points(ladder: Sequence[Encode]) -> list[tuple[str, float, float]]:
    """Give what the picture shows of a ladder."""
    return [
        (each.name.removeprefix("apple-").partition("-")[0], each.kbit, each.mean)
        for each in ladder
    ]


def cpu_s() -> float:
    """Read the CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def machine() -> str:
    """Name what this runs on."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    name = names[0] if names else platform.machine()
    busy = os.getloadavg()[0]
    return f"{cores()} x {name}, load {busy:.1f}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
