"""Score encodes against their source, picture by picture.

libvmaf does it where ffmpeg has it, with its model for a 1080p screen seen from three
times its height, which is a television or a laptop. Every encode is enlarged to the
reference's size first, as a player does that shows it full screen. SSIM of the luma
does it where ffmpeg lacks libvmaf, as Debian's does.
"""

from __future__ import annotations

import json
import re
import statistics
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.model import Score
from youke_transcoder.process import Budget, run
from youke_transcoder.running import run_ffmpeg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from youke_transcoder.running import Means

VMAF, SSIM = "vmaf", "ssim"
#: One picture in so many is judged, with its neighbours for the motion; no multiple of
#: four, which is how often x264 places its better pictures.
EVERY = 7
#: The share of the pictures that `Score.low` leaves below itself.
LOW_SHARE = 0.05
#: What listing ffmpeg's filters may use.
LISTING = Budget(
    memory=2 * 1024**3, cpu_s=30, file_size=1024**2, open_files=64, stall_s=30.0
)

_SSIM_LUMA = re.compile(r"^n:\d+ Y:([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What encodes are held against: pictures that lost nothing."""

    #: In the working directory; any format that holds its size and rate.
    file: str
    width: int
    height: int
    rate: Fraction


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Scores of single pictures of one encode."""

    metric: str
    values: tuple[float, ...]
    #: Mean difference to the picture before, 0 to 255, as libvmaf measures it; empty
    #: where SSIM is the meter.
    motion: tuple[float, ...] = ()


@cache
def meter(program: str) -> str:
    """Tell by which metric this ffmpeg can score: "vmaf", else "ssim"."""
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return True

    with tempfile.TemporaryDirectory(prefix="youke-meter-") as directory:
        ended = run(
            [program, "-hide_banner", "-filters"],
            LISTING,
            directory=Path(directory),
            on_line=keep,
            should_stop=lambda: False,
        )
    if ended.returncode:
        raise TranscodeFailed(FailureCode.ENCODER_FAILED, ended.words)
    found = any("libvmaf" in line.split()[1:2] for line in lines)
    return VMAF if found else SSIM


def score(
    encodes: Sequence[str],
    reference: Reference,
    *,
    directory: Path,
    budget: Budget,
    means: Means,
) -> list[Pictures]:
    """Score files in `directory` against the reference, in order, in one run.

    All must begin with the same picture; times do not matter. Raises
    `TranscodeFailed` and `Cancelled`.
    """
    metric = meter(means.ffmpeg)
    arguments = _command(encodes, reference, metric, threads=means.encoder_threads)
    run_ffmpeg(arguments, budget, directory=directory, means=means)
    read = _read_vmaf if metric == VMAF else _read_ssim
    try:
        return [read(directory / _log(number)) for number in range(len(encodes))]
    except (OSError, ValueError, KeyError) as error:
        raise TranscodeFailed(FailureCode.BAD_OUTPUT, f"no scores: {error}") from error


def pooled(parts: Sequence[Pictures]) -> Score:
    """Summarise the pictures of all samples; raise ValueError when there are none."""
    values = [value for each in parts for value in each.values]
    if not values:
        raise ValueError("there are no scores")
    return Score(
        metric=parts[0].metric,
        mean=round(statistics.fmean(values), 4),
        low=round(low(values), 4),
    )


def low(values: Sequence[float]) -> float:
    """Give the value that 5 % of the values stay below, between the two nearest."""
    ordered = sorted(values)
    place = LOW_SHARE * (len(ordered) - 1)
    before = int(place)
    after = min(before + 1, len(ordered) - 1)
    return ordered[before] + (place - before) * (ordered[after] - ordered[before])


def _command(
    encodes: Sequence[str], reference: Reference, metric: str, *, threads: int
) -> list[str]:
    truth = _timed(_opened(reference.file), reference)
    copies = truth.filter_multi_output("split", len(encodes))
    outputs = []
    for number, file in enumerate(encodes):
        shown = _timed(_opened(file), reference).filter(
            "scale", reference.width, reference.height, flags="bicubic"
        )
        pair = [shown.filter("format", "yuv420p"), copies.stream(number)]
        how = _vmaf(number, threads) if metric == VMAF else {"stats_file": _log(number)}
        name = "libvmaf" if metric == VMAF else "ssim"
        judged = ffmpeg.filter(pair, name, **how)
        outputs.append(judged.output("-", format="null"))
    arguments: list[str] = ffmpeg.merge_outputs(*outputs).get_args()
    return ["-loglevel", "error", *arguments]


def _opened(file: str) -> Any:
    return ffmpeg.input(f"file:{file}", protocol_whitelist="file")


def _timed(opened: Any, reference: Reference) -> Any:
    """Take some pictures with their neighbours: 0, 1, 6, 7, 8, 13, 14, 15 and so on.

    They are counted anew, so that pairs are found by their order alone. Those judged
    are number 0, 3, 6 and so on of these.
    """
    chosen = opened.video.filter("select", f"lt(mod(n+1,{EVERY}),3)")
    grid = chosen.filter("settb", expr=f"1/({reference.rate})")
    return grid.filter("setpts", "N")


def _vmaf(number: int, threads: int) -> dict[str, Any]:
    return {
        "log_fmt": "json",
        "log_path": _log(number),
        # The judged ones are the middle of three; see `_timed`.
        "n_subsample": 3,
        "n_threads": threads,
    }


def _log(number: int) -> str:
    return f"score-{number}.log"


def _read_vmaf(path: Path) -> Pictures:
    frames = json.loads(path.read_text("utf-8"))["frames"]
    judged = [each["metrics"] for each in frames if "vmaf" in each["metrics"]]
    # The first picture has none before it, seems to stand still, and counts too low.
    judged = judged[1:] or judged
    return Pictures(
        metric=VMAF,
        values=tuple(float(each["vmaf"]) for each in judged),
        motion=tuple(float(each.get("integer_motion2", 0.0)) for each in judged),
    )


def _read_ssim(path: Path) -> Pictures:
    found = _SSIM_LUMA.findall(path.read_text("utf-8"))
    return Pictures(metric=SSIM, values=tuple(map(float, found)))
