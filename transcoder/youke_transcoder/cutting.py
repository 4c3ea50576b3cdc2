"""Hand over the pieces of a file that an encoder is still writing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, Self

from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.fragments import Fragment, Reader, cut_piece

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from youke_transcoder.model import Piece
    from youke_transcoder.running import Means


class Cutter:
    """Cuts a growing file into pieces; each of its fragments is one segment.

    Fragments must begin with a key frame and go on where the one before ended. Leaving
    its block with an exception removes the pieces again.
    """

    def __init__(
        self,
        growing: Path,
        target: tuple[Path, str],
        *,
        lengths_s: tuple[float, float],
        on_piece: Callable[[Piece], None],
    ) -> None:
        """Cut `growing` into `target`, a directory and the name of the rendition.

        `lengths_s` are the seconds of the first piece and of the others, at least.
        """
        self._path = growing
        self._directory, self._rendition = target
        self._lengths_s = lengths_s
        self._on_piece = on_piece
        self._file: BinaryIO | None = None
        self._waiting: list[Fragment] = []
        self._ends: dict[int, int] = {}
        self._reader: Reader | None = None
        self.pieces: list[Piece] = []
        #: Seconds by the name of the track's kind: "vide", "soun".
        self.seconds: dict[str, float] = {}

    def take(self) -> None:
        """Hand over what is complete now."""
        if self._file is None:
            if not self._path.exists():
                return
            self._file = self._path.open("rb")
            self._reader = Reader(self._file)
        for fragment in self._reader.more() if self._reader else ():
            self._check(fragment)
            self._waiting.append(fragment)
            if self._waiting_s >= self._lengths_s[bool(self.pieces)]:
                self._cut()

    def finish(self) -> tuple[Piece, ...]:
        """Hand over the rest; raise `TranscodeFailed` if the file is not whole."""
        self.take()
        if self._waiting:
            self._cut()
        if not self.pieces or self._reader is None or not self._reader.ended:
            raise _broken("the encoder's file is not whole")
        return tuple(self.pieces)

    def watching(self, means: Means) -> Means:
        """Have a run of ffmpeg look for pieces whenever it advances."""

        def look(share: float) -> None:
            self.take()
            means.on_progress(share)

        return replace(means, on_progress=look)

    def __enter__(self) -> Self:
        """Begin to cut."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close the file, and remove all pieces if the work failed."""
        if self._file:
            self._file.close()
        for piece in self.pieces if kind else ():
            (self._directory / piece.path).unlink(missing_ok=True)

    @property
    def _waiting_s(self) -> float:
        return sum(each.runs[0].duration_s for each in self._waiting)

    def _cut(self) -> None:
        if self._file is None or self._reader is None or self._reader.header is None:
            raise _broken("fragments without a header")
        index = len(self.pieces)
        to = self._directory / f"{self._rendition}-{index:05d}.mp4"
        groups = [(each,) for each in self._waiting]
        piece = cut_piece(self._file, self._reader.header, groups, to=to)
        self._waiting.clear()
        self.pieces.append(piece)
        self._on_piece(piece)

    def _check(self, fragment: Fragment) -> None:
        for run in fragment.runs:
            expected = self._ends.get(run.track.id, run.decode_time)
            if not run.key or run.decode_time != expected:
                raise _broken(f"a fragment at {run.start_s:.3f} s does not go on")
            self._ends[run.track.id] = run.decode_time + run.duration
            before = self.seconds.get(run.track.kind, 0.0)
            self.seconds[run.track.kind] = before + run.duration_s


def _broken(detail: str) -> TranscodeFailed:
    return TranscodeFailed(FailureCode.BAD_OUTPUT, detail)
