"""Sources for the transcoder's measurements, made from the two drawn kinds of lesson.

Long ones repeat a minute, since drawing costs more than encoding.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import scenes

from youke_transcoder.running import ffmpeg_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MINUTE = 60
UPLOAD = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "100")


def lecture(folder: Path, kind: str, seconds: int) -> Path:
    """Return a lecture of a kind, "slides" or "camera"."""
    if seconds <= MINUTE:
        return scenes.lesson(folder, kind, seconds)
    path = folder / f"{kind}-{seconds}.mp4"
    if not path.exists():
        _repeated(scenes.lesson(folder, kind, MINUTE), path, seconds)
    return path


def awkward(folder: Path, kind: str, seconds: int) -> Path:
    """Return a source that must be encoded before anybody can watch it."""
    path = folder / f"{kind}-{seconds}{AWKWARD[kind][0]}"
    if path.exists():
        return path
    short = folder / f"{kind}-{MINUTE}{path.suffix}"
    if not short.exists():
        AWKWARD[kind][1](short, lecture(folder, "camera", MINUTE))
    if seconds != MINUTE:
        _repeated(short, path, seconds)
    return path


def four_k(folder: Path, seconds: int) -> Path:
    """Return a 4K source in HEVC."""
    path = folder / f"4k-{seconds}.mp4"
    if not path.exists():
        graph = "testsrc2=s=3840x2160:r=25,noise=alls=6:allf=t"
        inputs = ("-f", "lavfi", "-i", graph, "-f", "lavfi", "-i", "sine")
        _run(*inputs, "-t", str(seconds), *_x265("-crf", "26"), str(path))
    return path


def _recoded(short: Path, source: Path, *options: str) -> None:
    _run("-i", str(source), *options, "-c:a", "aac", str(short))


def _x265(*options: str) -> tuple[str, ...]:
    quiet = ("-x265-params", "log-level=error")
    return "-c:v", "libx265", "-preset", "ultrafast", *quiet, *options


def _screen(short: Path, source: Path) -> None:
    """Drop pictures at random, as a screen recorder does when nothing moves."""
    select = "select='gt(random(1)\\,0.6)+not(mod(n\\,50))'"
    vfr = ("-vf", select, "-fps_mode", "vfr", *UPLOAD, "-crf", "23")
    _recoded(short, source, *vfr)


AWKWARD: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "hevc": (".mkv", lambda a, b: _recoded(a, b, *_x265("-b:v", "4M"))),
    "mpeg2": (".ts", lambda a, b: _recoded(a, b, "-c:v", "mpeg2video", "-b:v", "8M")),
    "screen": (".mkv", _screen),
}


def _repeated(short: Path, path: Path, seconds: int) -> None:
    _run(
        "-stream_loop",
        "-1",
        "-i",
        str(short),
        "-t",
        str(seconds),
        "-c",
        "copy",
        str(path),
    )


def _run(*arguments: str) -> None:
    command = [ffmpeg_path(), "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True)
