"""Walk the top-level boxes of an MP4 or QuickTime file, to tell cut from garbage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

#: Types that an ISO base media or QuickTime file begins with.
FIRST_BOXES = frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide"})
#: More top-level boxes than this are not walked; a fragmented file has thousands.
MAX_BOXES = 200_000
HEADER = 8
LARGE_HEADER = 16


@dataclass(frozen=True)
class Boxes:
    """What the walk found."""

    #: The file begins like an MP4 or QuickTime file.
    mp4: bool
    #: The index is missing, or a box says that it is longer than the file.
    truncated: bool


def walk(file: BinaryIO, size: int) -> Boxes:
    """Walk the boxes of an open file of `size` bytes."""
    position, index = 0, False
    for _ in range(MAX_BOXES):
        if position >= size:
            break
        kind, length = _box(file, position, size)
        if position == 0 and kind not in FIRST_BOXES:
            return Boxes(mp4=False, truncated=False)
        if length < HEADER:
            return Boxes(mp4=True, truncated=not index)
        index = index or kind == b"moov"
        position += length
    return Boxes(mp4=size > 0, truncated=not index or position > size)


def _box(file: BinaryIO, position: int, size: int) -> tuple[bytes, int]:
    """Type and length of the box at a position; a cut header reaches past the end."""
    file.seek(position)
    header = file.read(LARGE_HEADER)
    if len(header) < HEADER:
        return b"", LARGE_HEADER
    length = int.from_bytes(header[:4], "big")
    if length == 0:
        length = size - position
    elif length == 1:
        length = int.from_bytes(header[8:16], "big")
    return header[4:8], length
