"""Read the fragmented MP4 that our own encoder writes, also while it still grows.

A rendition is a header and then fragments: a `moof` that describes samples and an
`mdat` that holds them. Names of boxes and fields are those of ISO/IEC 14496-12. No
length in a file is trusted beyond the box that holds it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from youke_transcoder.boxes import HEADER, LARGE_HEADER
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.headers import Track, boxes, read_tracks, uint
from youke_transcoder.model import ByteRange, Piece, Segment
from youke_transcoder.runs import Run, read_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


#: Bytes of a header or of a fragment's description; ours have some thousand.
MAX_DESCRIPTION = 16 * 1024**2
#: Bytes that are copied at a time.
BLOCK = 1024**2


@dataclass(frozen=True)
class Fragment:
    """A `moof` with its `mdat`."""

    offset: int
    length: int
    #: One for each track that has samples here, in the order of the file.
    runs: tuple[Run, ...]

    @property
    def end(self) -> int:
        """Bytes from the start of the file to the end of the fragment."""
        return self.offset + self.length

    @property
    def first_length(self) -> int:
        """Bytes from the fragment's start to the end of its first sample."""
        return self.runs[0].first_end - self.offset


@dataclass(frozen=True)
class Header:
    """What stands before the fragments: `ftyp` and `moov`."""

    place: ByteRange
    tracks: tuple[Track, ...]

    @property
    def codecs(self) -> str:
        """RFC 6381 names of the tracks."""
        return ",".join(each.codec for each in self.tracks)

    @property
    def video(self) -> Track | None:
        """The picture's track."""
        return next((each for each in self.tracks if each.kind == "vide"), None)


class Reader:
    """Reads a file fragment by fragment; may be asked again after the file grew."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin at the start of an open file."""
        self._file = file
        self._position = 0
        #: None until it is there as a whole.
        self.header: Header | None = None

    def more(self) -> Iterator[Fragment]:
        """Give the complete fragments that were not given before.

        Raises `TranscodeFailed` when the file is not what our encoder writes.
        """
        size = os.fstat(self._file.fileno()).st_size
        while (found := self._box(self._position, size)) is not None:
            kind, end = found
            if kind == b"moof":
                data = self._box(end, size)
                if data is None:
                    return
                yield self._fragment(end, data)
            else:
                self._other(kind, end)

    @property
    def ended(self) -> bool:
        """Whether nothing is left behind the last complete box."""
        return self._position == os.fstat(self._file.fileno()).st_size

    def _box(self, position: int, size: int) -> tuple[bytes, int] | None:
        """Kind and end of the box at a position, once it is there as a whole."""
        self._file.seek(position)
        start = self._file.read(LARGE_HEADER)
        if len(start) < HEADER:
            return None
        length, kind = uint(start, 0, 4), start[4:8]
        if length == 1 and len(start) == LARGE_HEADER:
            length = uint(start, 8, 8)
        if length < HEADER:
            raise _broken(f"a box of {length} bytes")
        return (kind, position + length) if position + length <= size else None

    def _description(self, end: int) -> bytes:
        length = end - self._position
        if length > MAX_DESCRIPTION:
            raise _broken("a description too long")
        self._file.seek(self._position)
        return self._file.read(length)

    def _other(self, kind: bytes, end: int) -> None:
        if kind == b"moov":
            tracks = read_tracks(self._description(end))
            self.header = Header(ByteRange(0, end), tracks)
        self._position = end

    def _fragment(self, moof_end: int, data: tuple[bytes, int]) -> Fragment:
        if self.header is None or data[0] != b"mdat":
            raise _broken("a fragment without header or data")
        offset, (_, end) = self._position, data
        tracks = {each.id: each for each in self.header.tracks}
        described = self._description(moof_end)
        whole = next(boxes(described))
        runs = tuple(
            read_run(traf, tracks, offset)
            for traf in whole.children()
            if traf.kind == b"traf"
        )
        if not runs or any(not moof_end < run.first_end <= end for run in runs):
            raise _broken("samples outside of their fragment")
        self._position = end
        return Fragment(offset, end - offset, runs)


def read(path: Path) -> tuple[Header, tuple[Fragment, ...]]:
    """Read a finished file; raise `TranscodeFailed` unless all of it is there."""
    if not path.is_file():
        raise _broken(f"{path.name} was not written")
    with path.open("rb") as file:
        reader = Reader(file)
        fragments = tuple(reader.more())
        if reader.header is None or not fragments or not reader.ended:
            raise _broken(f"{path.name} is not complete")
    return reader.header, fragments


def grouped(
    fragments: Sequence[Fragment], per_segment: int
) -> Iterator[tuple[Fragment, ...]]:
    """Put so many fragments into each segment; the last may have fewer."""
    for number in range(0, len(fragments), per_segment):
        yield tuple(fragments[number : number + per_segment])


def segments(groups: Iterable[Sequence[Fragment]]) -> tuple[Segment, ...]:
    """Describe the segments that neighbouring fragments make, by their first track."""
    return tuple(
        Segment(
            duration_s=float(
                sum(
                    Fraction(each.runs[0].duration, each.runs[0].track.timescale)
                    for each in group
                )
            ),
            offset=group[0].offset,
            length=group[-1].end - group[0].offset,
        )
        for group in groups
    )


def piece_of(path: Path, rendition: str, index: int, *, per_segment: int = 1) -> Piece:
    """Describe a finished file as a piece; its path is the file's bare name.

    Hashing reads the whole file. Raises `TranscodeFailed` when it is not complete.
    """
    header, fragments = read(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return _piece(
        header,
        tuple(grouped(fragments, per_segment)),
        name=(rendition, index, path.name),
        stored=(path.stat().st_size, digest),
    )


def cut_piece(
    file: BinaryIO, header: Header, groups: Sequence[Sequence[Fragment]], *, to: Path
) -> Piece:
    """Copy the header and neighbouring fragments into a file of their own.

    `to` is named RENDITION-INDEX.mp4. Raises what writing raises.
    """
    first_byte, end = groups[0][0].offset, groups[-1][-1].end
    digest = hashlib.sha256()
    with to.open("xb") as target:
        for place in (header.place, ByteRange(first_byte, end - first_byte)):
            for block in _blocks(file, place):
                digest.update(block)
                target.write(block)
    moved = header.place.length - first_byte
    rendition, _, index = to.stem.rpartition("-")
    return _piece(
        header,
        [[_moved(each, moved) for each in group] for group in groups],
        name=(rendition, int(index), to.name),
        stored=(header.place.length + end - first_byte, digest.hexdigest()),
    )


def _piece(
    header: Header,
    groups: Sequence[Sequence[Fragment]],
    *,
    name: tuple[str, int, str],
    stored: tuple[int, str],
) -> Piece:
    rendition, index, path = name
    video = header.video
    return Piece(
        rendition=rendition,
        index=index,
        path=path,
        start_s=groups[0][0].runs[0].start_s,
        width=video.width if video else None,
        height=video.height if video else None,
        codecs=header.codecs,
        init=header.place,
        segments=segments(groups),
        size=stored[0],
        sha256=stored[1],
    )


def _moved(fragment: Fragment, by: int) -> Fragment:
    return Fragment(fragment.offset + by, fragment.length, fragment.runs)


def _blocks(file: BinaryIO, place: ByteRange) -> Iterator[bytes]:
    file.seek(place.offset)
    left = place.length
    while left:
        block = file.read(min(left, BLOCK))
        if not block:
            raise _broken("the file became shorter")
        left -= len(block)
        yield block


def _broken(detail: str) -> TranscodeFailed:
    return TranscodeFailed(FailureCode.BAD_OUTPUT, detail)
