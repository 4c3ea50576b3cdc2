"""The storyboard: small pictures for the seek bar, on sheets, with a WebVTT index.

The process that serves playback imports this module for `vtt`, so ffmpeg-python is
loaded only where something is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from youke_transcoder import stills
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.model import Storyboard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from youke_transcoder.model import Rendition
    from youke_transcoder.running import Means

#: Pixels of a picture's long side.
LONG_SIDE = 160
#: Pictures of a lesson at most: about one for five pixels of a seek bar.
MOST_TILES = 200
COLUMNS, MOST_ROWS = 10, 10
#: ffmpeg's scale of JPEG qualities, 2 (best) to 31.
QUALITY = 5


@dataclass(frozen=True)
class Grid:
    """How a lesson's pictures are laid out."""

    #: Every so many key frames is a picture.
    step: int
    tiles: int
    columns: int
    rows: int

    @property
    def sheets(self) -> int:
        """How many sheets there are; the last may not be full."""
        return -(-self.tiles // (self.columns * self.rows))


def grid(keys: int) -> Grid:
    """Choose the pictures among so many key frames, and sheets of even size."""
    step = max(1, -(-keys // MOST_TILES))
    tiles = max(1, -(-keys // step))
    rows = -(-tiles // COLUMNS)
    sheets = -(-rows // MOST_ROWS)
    return Grid(step, tiles, min(tiles, COLUMNS), -(-rows // sheets))


def tile_size(width: int, height: int) -> tuple[int, int]:
    """Shrink a picture so that its long side fits, to even sides."""
    factor = min(1.0, LONG_SIDE / max(width, height))
    return _even(width * factor), _even(height * factor)


def make_storyboard(
    rendition: Rendition, directory: Path, means: Means, *, gop_s: float
) -> Storyboard:
    """Draw the sheets of a rendition that lies in `directory`, beside it.

    Only its key frames are decoded, which lie `gop_s` seconds apart; take a small
    rendition. Raises `TranscodeFailed` and `Cancelled`, and then leaves nothing.
    """
    if not rendition.width or not rendition.height:
        raise ValueError(f"{rendition.name} has no picture")
    layout = grid(math.ceil(round(rendition.duration_s / gop_s, 3)))
    size = tile_size(rendition.width, rendition.height)
    file = directory / rendition.path
    sheets = tuple(f"sprite-{number}.jpg" for number in range(layout.sheets))
    try:
        stills.draw(_sheets(file, layout, size), file, directory, means)
        _check(directory, sheets)
    except BaseException:
        for path in directory.glob("sprite-*.jpg"):
            path.unlink()
        raise
    return Storyboard(
        sheets=sheets,
        interval_s=layout.step * gop_s,
        tiles=layout.tiles,
        columns=layout.columns,
        rows=layout.rows,
        width=size[0],
        height=size[1],
        duration_s=rendition.duration_s,
    )


def vtt(board: Storyboard, url_for: Callable[[str], str]) -> str:
    """Index the pictures as WebVTT; `url_for` gives the address of a sheet.

    Every cue says where its picture lies on its sheet, as a media fragment
    (`#xywh=x,y,width,height`), which players know.
    """
    urls = [url_for(sheet) for sheet in board.sheets]
    cues = (_cue(board, urls, number) for number in range(board.tiles))
    return "\n".join(["WEBVTT", "", *cues])


def _cue(board: Storyboard, urls: list[str], number: int) -> str:
    sheet, place = divmod(number, board.columns * board.rows)
    row, column = divmod(place, board.columns)
    start = number * board.interval_s
    last = number == board.tiles - 1
    end = max(board.duration_s, start + 0.001) if last else start + board.interval_s
    x, y = column * board.width, row * board.height
    place_on_sheet = f"xywh={x},{y},{board.width},{board.height}"
    return f"{_time(start)} --> {_time(end)}\n{urls[sheet]}#{place_on_sheet}\n"


def _sheets(file: Path, layout: Grid, size: tuple[int, int]) -> Any:
    pictures = (
        stills.trusted(file, skip_frame="nokey", threads=1)
        .video.filter("select", f"not(mod(n,{layout.step}))")
        .filter("scale", *size, flags="area", out_range="pc")
        .filter("format", "yuvj420p")
        .filter("tile", f"{layout.columns}x{layout.rows}")
    )
    return pictures.output(
        "sprite-%d.jpg",
        **{
            "f": "image2",
            "q:v": QUALITY,
            "start_number": 0,
            "fps_mode": "passthrough",
        },
    )


def _check(directory: Path, sheets: tuple[str, ...]) -> None:
    """Raise `TranscodeFailed` unless these sheets and no others were drawn."""
    for name in sheets:
        stills.check_jpeg(directory / name)
    if (directory / f"sprite-{len(sheets)}.jpg").exists():
        raise TranscodeFailed(FailureCode.BAD_OUTPUT, "more sheets than pictures")


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest / 1000:06.3f}"


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))
