"""Draws small video files with ffmpeg, and plays what the engine makes of them."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import av

from youke_transcoder import Manifest
from youke_transcoder.running import ffmpeg_path

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "30")
AAC = ("-c:a", "aac", "-b:a", "64k")


def ffmpeg(*arguments: str | Path) -> str:
    """Run ffmpeg and return its stderr; fail the test if it fails."""
    command = [ffmpeg_path(), "-nostdin", "-hide_banner", "-y", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stderr


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A moving test picture with a tone; `options` come before the file's name."""

    name: str = "lesson.mp4"
    size: str = "320x240"
    rate: str = "30"
    seconds: float = 2
    #: Seconds of sound; none is without.
    sound: float | None = 2
    options: tuple[str, ...] = ("-pix_fmt", "yuv420p", *X264, *AAC)


def draw(directory: Path, drawing: Drawing) -> Path:
    """Draw a file and return its path."""
    path = directory / drawing.name
    picture = f"testsrc2=s={drawing.size}:r={drawing.rate}:d={drawing.seconds}"
    sound = f"sine=440:r=48000:d={drawing.sound}"
    inputs = ["-f", "lavfi", "-i", picture]
    if drawing.sound is not None:
        inputs += ["-f", "lavfi", "-i", sound]
    ffmpeg(*inputs, *drawing.options, path)
    return path


def draw_long(directory: Path) -> Path:
    """Draw five minutes of 1080p, which keep an encoder busy, in a second."""
    short = draw(directory, Drawing(name="short.mp4", size="1920x1080"))
    path = directory / "long.mp4"
    ffmpeg("-stream_loop", "150", "-i", short, "-c", "copy", path)
    return path


def play(path: Path) -> int:
    """Decode everything behind a file or playlist; return the number of frames.

    Any error or warning that a decoder utters fails the test.
    """
    words = ffmpeg(
        *("-loglevel", "warning", "-xerror", "-err_detect", "explode"),
        *("-i", path, "-map", "0", "-stats", "-f", "null", "-"),
    )
    lines = [line for line in words.replace("\r", "\n").splitlines() if line.strip()]
    spoken = [line for line in lines if not line.startswith(("frame=", "size="))]
    assert spoken == [], spoken
    return int(lines[-1].split("frame=")[1].split()[0]) if "frame=" in lines[-1] else 0


def frame_times(path: Path) -> list[float]:
    """Times of all frames in order, from the first as zero."""
    with av.open(str(path)) as container:
        times = sorted(
            float(packet.pts * packet.time_base)
            for packet in container.demux(video=0)
            if packet.pts is not None
        )
    return [time - times[0] for time in times]


def key_times(path: Path) -> list[float]:
    """Times of the key frames, from the first as zero."""
    with av.open(str(path)) as container:
        times = [
            float(packet.pts * packet.time_base)
            for packet in container.demux(video=0)
            if packet.pts is not None and packet.is_keyframe
        ]
    return [time - times[0] for time in times]


def names(manifest: Manifest) -> list[str]:
    """The renditions' names in order."""
    return [rendition.name for rendition in manifest.renditions]
