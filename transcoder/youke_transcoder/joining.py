"""Join the pieces of a rendition to one file: bytes behind bytes, nothing is muxed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.model import ByteRange, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from youke_transcoder.model import Piece

#: Bytes that are copied at a time.
BLOCK = 1024**2
#: Seconds by which the times of neighbouring pieces may differ from their lengths.
TOLERANCE_S = 0.001


@dataclass(frozen=True)
class Joined:
    """A rendition's one file."""

    path: Path
    init: ByteRange
    segments: tuple[Segment, ...]
    size: int
    sha256: str


def join(pieces: Sequence[Piece], directory: Path, to: Path) -> Joined:
    """Write the header of the first piece and the segments of all, in order, to `to`.

    Raises `TranscodeFailed` unless each piece is what its description says, has the
    header of the first, and begins where the one before it ends.
    """
    check_order(pieces)
    with to.open("xb") as target:
        writer = _Writer(target.write)
        for piece in pieces:
            writer.take(piece, directory / piece.path)
    return Joined(
        path=to,
        init=pieces[0].init,
        segments=tuple(writer.segments),
        size=writer.position,
        sha256=writer.digest.hexdigest(),
    )


def check_order(pieces: Sequence[Piece]) -> None:
    """Raise `TranscodeFailed` unless these are one rendition's pieces, in order."""
    if not pieces:
        raise _broken("a rendition without pieces")
    end_s = 0.0
    for number, piece in enumerate(pieces):
        name = f"{piece.rendition}-{piece.index}"
        if (piece.rendition, piece.index) != (pieces[0].rendition, number):
            raise _broken(f"{name} stands where {number} should")
        if number and abs(piece.start_s - end_s) > TOLERANCE_S:
            raise _broken(f"{name} begins at {piece.start_s:.3f} s, not {end_s:.3f} s")
        if piece.codecs != pieces[0].codecs:
            raise _broken(f"{name} has another codec: {piece.codecs}")
        end_s = piece.start_s + piece.duration_s


class _Writer:
    """Copies pieces and hashes what it reads and what it writes."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        """Begin an empty file."""
        self._write = write
        self._init = b""
        self.digest = hashlib.sha256()
        self.segments: list[Segment] = []
        self.position = 0

    def take(self, piece: Piece, path: Path) -> None:
        """Copy a piece, without its header if it is not the first."""
        found = hashlib.sha256()
        with path.open("rb") as file:
            init = file.read(piece.init.length)
            found.update(init)
            self._header(init, path.name)
            moved = self.position - piece.init.length
            for block in iter(lambda: file.read(BLOCK), b""):
                found.update(block)
                self._put(block)
        if found.hexdigest() != piece.sha256:
            raise _broken(f"{path.name} has changed since it was made")
        self.segments += [
            Segment(each.duration_s, each.offset + moved, each.length)
            for each in piece.segments
        ]

    def _header(self, init: bytes, name: str) -> None:
        if not self.position:
            self._init = init
            self._put(init)
        elif init != self._init:
            raise _broken(f"{name} has another header than the first piece")

    def _put(self, block: bytes) -> None:
        self._write(block)
        self.digest.update(block)
        self.position += len(block)


def _broken(detail: str) -> TranscodeFailed:
    return TranscodeFailed(FailureCode.BAD_OUTPUT, detail)
