"""Encode one chunk of a source: decode once, encode all rungs, verify, hand over."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from youke_transcoder import commands, fragments, sound, verifying
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.recipes import AUDIO, SEGMENT_GOPS
from youke_transcoder.running import budget, run_ffmpeg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from youke_transcoder.model import Chunk, Piece
    from youke_transcoder.recipes import Recipe, Rung
    from youke_transcoder.running import Means

#: Where the sums of the decoded key frames are written.
SUMS = "keys.crc"


def encode_chunk(
    path: Path,
    recipe: Recipe,
    chunk: Chunk,
    out_dir: Path,
    *,
    rungs: Sequence[Rung],
    means: Means,
) -> tuple[Piece, ...]:
    """Encode the chunk to these rungs, largest first, as a piece each in `out_dir`.

    Nothing appears there before all of it is verified. Raises `Cancelled` and
    `TranscodeFailed`; `BAD_SEEK` says that the source must be encoded in one piece.
    """
    work = _Work(path, recipe, chunk, means)
    opened = commands.source(path, means.limits, **commands.seek(chunk))
    outputs = commands.pictures_of(
        opened, recipe, chunk, rungs=rungs, threads=means.encoder_threads
    )
    with tempfile.TemporaryDirectory(prefix=".work-", dir=out_dir) as name:
        directory = Path(name)
        work.encode(commands.chunk(outputs, recipe), directory)
        pieces = work.pictures(rungs, directory)
        hand_over(pieces, directory, out_dir)
    return pieces


def open_chunk(
    path: Path, recipe: Recipe, out_dir: Path, *, means: Means
) -> tuple[Piece, ...]:
    """Encode the first chunk's low rungs and its sound in one run, to be seen at once.

    The pictures are final. The sound's loudness is a guess from these seconds, so its
    piece is to be replaced by those of the whole sound. Fails as `encode_chunk` does.
    """
    chunk, rungs = recipe.chunks[0], recipe.low_rungs
    work = _Work(path, recipe, chunk, means)
    opened = commands.source(path, means.limits)
    outputs = commands.pictures_of(
        opened, recipe, chunk, rungs=rungs, threads=means.encoder_threads
    )
    with tempfile.TemporaryDirectory(prefix=".work-", dir=out_dir) as name:
        directory = Path(name)
        file = commands.piece_file(AUDIO, 0)
        if recipe.source.has_audio:
            gain = sound.provisional_gain(path, recipe, directory, means=means)
            end_s = sound.opening_end_s(recipe)
            stream = sound.levelled(opened, recipe, gain, end_s=end_s)
            outputs.append(sound.output(stream, recipe, file))
        work.encode(commands.chunk(outputs, recipe), directory)
        pieces = work.pictures(rungs, directory)
        if recipe.source.has_audio:
            pieces += (fragments.piece_of(directory / file, AUDIO, 0),)
        hand_over(pieces, directory, out_dir)
    return pieces


def hand_over(pieces: Sequence[Piece], directory: Path, out_dir: Path) -> None:
    """Move finished files to where they are wanted."""
    for piece in pieces:
        (directory / piece.path).replace(out_dir / piece.path)


@dataclass(frozen=True)
class _Work:
    """One run over a chunk."""

    path: Path
    recipe: Recipe
    chunk: Chunk
    means: Means

    def encode(self, arguments: list[str], directory: Path) -> None:
        """Run the encoders."""
        length_s = float(self.chunk.frames / self.recipe.frame_rate)
        run_ffmpeg(
            arguments,
            budget(self.recipe, self.means, seconds=length_s),
            directory=directory,
            reads=(self.path,),
            means=self.means,
            expected_frames=self.chunk.frames,
        )

    def pictures(self, rungs: Sequence[Rung], directory: Path) -> tuple[Piece, ...]:
        """Verify what was encoded and describe it."""
        files = [commands.piece_file(rung.name, self.chunk.index) for rung in rungs]
        for file in files:
            _, found = fragments.read(directory / file)
            verifying.check_chunk(file, found, self.recipe, self.chunk)
        self._decode_keys(files, directory)
        return tuple(
            fragments.piece_of(
                directory / file,
                rung.name,
                self.chunk.index,
                per_segment=SEGMENT_GOPS,
            )
            for file, rung in zip(files, rungs, strict=True)
        )

    def _decode_keys(self, files: list[str], directory: Path) -> None:
        """Decode the key frames, which is cheap and tells a lot."""
        run_ffmpeg(
            commands.key_pictures(files, SUMS),
            budget(self.recipe, self.means, seconds=0.0),
            directory=directory,
            means=self.means,
        )
        lines = (directory / SUMS).read_text("utf-8").splitlines()
        counted = Counter(
            int(line.partition(",")[0]) for line in lines if not line.startswith("#")
        )
        expected = -(-self.chunk.frames // self.recipe.gop)
        for number, file in enumerate(files):
            if counted[number] != expected:
                detail = f"{file}: {counted[number]} of {expected} key frames decode"
                raise TranscodeFailed(FailureCode.BAD_OUTPUT, detail)
