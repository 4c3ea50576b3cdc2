"""Sources whose pictures carry their number, in every kind that is hard to cut."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import transcoder_media as media

#: A picture's number stands in it as so many black and white bars.
BARS = 12
SECONDS = 26
X264 = ("-c:v", "libx264", "-preset", "ultrafast")
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "3")


@dataclass(frozen=True)
class Source:
    """How a source with numbered pictures is made."""

    name: str
    rate: str
    options: tuple[str, ...]
    #: Thins the pictures out, so that their distances differ.
    select: str = "1"


SOURCES = {
    "B pictures": Source("a.mp4", "25", (*X264, "-bf", "3", "-g", "37")),
    "open groups": Source(
        "a.mkv", "25", (*X264, "-bf", "3", "-x264-params", "open-gop=1:keyint=40")
    ),
    "milliseconds": Source("a.mkv", "30000/1001", (*X264, "-bf", "2", "-g", "45")),
    "fast": Source("a.mp4", "60000/1001", (*X264, "-g", "90")),
    "varying": Source(
        *("a.mp4", "30", (*X264, "-bf", "2", "-g", "20", "-fps_mode", "vfr")),
        select="lt(mod(n*n\\,7)\\,3)",
    ),
    "screen": Source(
        *("a.mkv", "30", (*X264, "-g", "8", "-fps_mode", "vfr")),
        select="not(mod(n\\,6))",
    ),
    "HEVC": Source(
        *("a.mp4", "25"),
        (
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-x265-params",
            "keyint=50:log-level=0",
        ),
    ),
    "transport stream": Source("a.ts", "25", (*X264, "-bf", "3", "-g", "50")),
    "MPEG-2": Source("a.mpg", "25", (*MPEG2, "-c:a", "mp2", "-bf", "2", "-g", "15")),
    "AVI": Source(
        "a.avi", "25", ("-c:v", "mpeg4", "-bf", "2", "-g", "30", "-q:v", "3")
    ),
    "all key frames": Source("a.mov", "25", ("-c:v", "mjpeg", "-q:v", "5")),
}


def draw(
    directory: Path, source: Source, *, seconds: float = SECONDS, size: str = "240:136"
) -> Path:
    path = directory / source.name
    media.ffmpeg(
        *("-f", "lavfi", "-i"),
        f"color=s={BARS}x2:r={source.rate}:d={seconds},format=gray,"
        "geq=lum='if(bitand(floor(N/pow(2,X)),1),225,30)',"
        f"select='{source.select}',scale={size}:flags=neighbor,setsar=1,format=yuv420p",
        *("-f", "lavfi", "-i", f"sine=300:r=48000:d={seconds}", "-c:a", "aac"),
        *("-shortest", *source.options, path),
    )
    return path


def numbers(path: Path) -> list[int]:
    """Read the numbers that stand in the pictures."""
    return [_number(each.to_ndarray(format="gray")) for each in frames(path)]


def frames(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def _number(picture: np.ndarray) -> int:
    height, width = picture.shape
    row = picture[height // 2, (np.arange(BARS) * 2 + 1) * width // (2 * BARS)]
    return sum(1 << bit for bit, level in enumerate(row) if level > 128)
