"""The poster: the sharpest of several pictures that are spread over the lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ffmpeg
import numpy as np

from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.stills import check_jpeg, draw, trusted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from youke_transcoder.running import Means

POSTER = "poster.jpg"
BOX = (1280, 720)
#: ffmpeg's scale of JPEG qualities, 2 (best) to 31.
QUALITY = 3
#: Opening titles and closing words stand outside of these shares of the lesson.
FIRST, LAST = 0.06, 0.94
CANDIDATES = 12
#: Lessons shorter than these seconds have few key frames, so candidates are decoded
#: where they stand; longer ones give the key frames before, which cost nothing.
SHORT_S = 30.0
SHORT_CANDIDATES = 6
#: Candidates are measured at this size: large enough to tell focus from blur, small
#: enough to tell it from the grain of a cheap camera.
MEASURED = (640, 360)
#: Levels of 255. A mean below is a black or nearly black picture, a deviation below
#: a blank one: a fade, a wall, a slide with nothing on it.
DARK, BLANK = 24.0, 10.0


@dataclass(frozen=True)
class Look:
    """What a picture looks like, in levels of 255."""

    #: Mean.
    light: float
    #: Standard deviation.
    contrast: float
    #: Variance of the Laplacian, the usual measure of focus.
    sharpness: float

    @property
    def blank(self) -> bool:
        """Nothing can be seen on it."""
        return self.light < DARK or self.contrast < BLANK


def make_poster(file: Path, duration_s: float, directory: Path, means: Means) -> str:
    """Write the poster of a rendition into `directory` and return its name.

    Raises `TranscodeFailed` and `Cancelled`, and leaves nothing else behind.
    """
    times = candidate_times(duration_s)
    grey = directory / "candidates.grey"
    try:
        draw(_candidates(file, times, duration_s), file, directory, means)
        pictures = _pictures(grey)
        chosen = directory / _name(choose([look(each) for each in pictures]))
        check_jpeg(chosen)
        chosen.replace(directory / POSTER)
    finally:
        grey.unlink(missing_ok=True)
        for number in range(len(times)):
            (directory / _name(number)).unlink(missing_ok=True)
    return POSTER


def candidate_times(duration_s: float) -> tuple[float, ...]:
    """Spread candidates evenly; seconds."""
    count = SHORT_CANDIDATES if duration_s < SHORT_S else CANDIDATES
    first, length = FIRST * duration_s, (LAST - FIRST) * duration_s
    return tuple(first + length * (n + 0.5) / count for n in range(count))


def look(picture: NDArray[np.uint8]) -> Look:
    """Measure a grey picture, rows by columns."""
    grey = picture.astype(np.int16)
    middle = grey[1:-1, 1:-1]
    laplacian = (*(grey[:-2, 1:-1], grey[2:, 1:-1], grey[1:-1, :-2], grey[1:-1, 2:]),)
    return Look(
        light=float(grey.mean()),
        contrast=float(grey.std()),
        sharpness=float((sum(laplacian) - 4 * middle).var()),
    )


def choose(looks: Sequence[Look]) -> int:
    """Give the number of the sharpest picture that shows something.

    Of pictures that show nothing the one with the most contrast is least empty.
    """
    telling = [n for n, each in enumerate(looks) if not each.blank]
    if telling:
        return max(telling, key=lambda n: looks[n].sharpness)
    return max(range(len(looks)), key=lambda n: looks[n].contrast)


def _name(number: int) -> str:
    return f"candidate-{number:02}.jpg"


def _candidates(file: Path, times: Iterable[float], duration_s: float) -> Any:
    """Write each candidate as JPEG, and all of them small and grey, in one run."""
    seeking: dict[str, Any] = {"threads": 1}
    if duration_s >= SHORT_S:
        seeking |= {"noaccurate_seek": None, "skip_frame": "nokey"}
    first_of_each = (
        trusted(file, ss=f"{time:.3f}", **seeking).video.filter("trim", end_frame=1)
        for time in times
    )
    both = (
        ffmpeg.concat(*first_of_each)
        # Seeking leaves times before zero; the pictures are counted instead.
        .filter("settb", 1)
        .filter("setpts", "N")
        .filter_multi_output("split", 2)
    )
    return ffmpeg.merge_outputs(_jpegs(both.stream(0)), _grey(both.stream(1)))


def _jpegs(pictures: Any) -> Any:
    width, height = BOX
    fitted = pictures.filter(
        "scale",
        f"min({width},iw)",
        f"min({height},ih)",
        force_original_aspect_ratio="decrease",
        force_divisible_by=2,
        out_range="pc",
    ).filter("format", "yuvj420p")
    return fitted.output(
        "candidate-%02d.jpg",
        **{"f": "image2", "q:v": QUALITY, "start_number": 0, **_AS_THEY_COME},
    )


def _grey(pictures: Any) -> Any:
    small = pictures.filter("scale", *MEASURED, flags="area").filter("format", "gray")
    return small.output("candidates.grey", f="rawvideo", **_AS_THEY_COME)


#: Each picture once, whatever time it carries.
_AS_THEY_COME = {"fps_mode": "passthrough"}


def _pictures(grey: Path) -> NDArray[np.uint8]:
    width, height = MEASURED
    levels = np.fromfile(grey, dtype=np.uint8)
    if not levels.size or levels.size % (width * height):
        raise TranscodeFailed(FailureCode.BAD_OUTPUT, "there is no poster")
    return levels.reshape(-1, height, width)
