"""The engine alone: survey, sound and chunks on this machine, then the assembly."""

from __future__ import annotations

import tempfile
import threading
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from youke_transcoder import planning
from youke_transcoder.errors import Cancelled, FailureCode, TranscodeFailed
from youke_transcoder.limits import DEFAULT_LIMITS, Limits
from youke_transcoder.recipes import AUDIO
from youke_transcoder.running import Means, cores, ffmpeg_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from youke_transcoder.model import Chunk, Manifest, Piece
    from youke_transcoder.recipes import Recipe

#: Share of the whole that is done before the assembly.
ENCODED = 0.95
#: The sound's share of the work before it.
SOUND_SHARE = 0.02
#: Seconds between two looks at progress and at the wish to stop.
POLL_S = 0.25


def transcode(
    path: str | Path,
    out_dir: str | Path,
    recipe: Recipe,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    ffmpeg: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    jobs: int | None = None,
    threads: int | None = None,
) -> Manifest:
    """Make the recipe's renditions of the file at `path` in `out_dir`.

    Nothing appears in `out_dir` before everything is verified. `on_progress` gets
    growing shares of the whole, 0 to 1; what it raises ends the work and comes
    through; it and `should_stop` are asked by the calling thread only. `jobs` chunks
    are encoded at a time, with `threads` threads for each encoder. Raises
    `TranscodeFailed`, and `Cancelled` once `should_stop` answers yes.
    """
    from youke_transcoder.assembling import assemble
    from youke_transcoder.normalising import normalised

    out = Path(out_dir).resolve()
    out.mkdir(parents=True, exist_ok=True)
    means = Means(
        ffmpeg=ffmpeg or ffmpeg_path(),
        limits=limits,
        threads=threads,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    on_progress(0.0)
    with (
        tempfile.TemporaryDirectory(prefix=".source-", dir=out) as beside,
        tempfile.TemporaryDirectory(prefix=".work-", dir=out) as name,
    ):
        quiet = replace(means, on_progress=lambda _: None)
        source = normalised(Path(path), recipe.source, Path(beside), means=quiet)
        work = Work(source, Path(name), recipe, means)
        pieces = work.encode(jobs or default_jobs())
        finishing = replace(
            means,
            on_progress=lambda share: on_progress(ENCODED + share * (1 - ENCODED)),
        )
        manifest = assemble(pieces, recipe, Path(name), out, means=finishing)
    on_progress(1.0)
    return manifest


def default_jobs() -> int:
    """Count the chunks to encode at a time."""
    return max(1, cores())


@dataclass
class Work:
    """The encoding of all pieces, several at a time."""

    path: Path
    directory: Path
    recipe: Recipe
    means: Means
    _shares: dict[str, float] = field(default_factory=dict)
    _told: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def encode(self, jobs: int) -> list[Piece]:
        """Encode sound and chunks; in one piece if the source cannot be cut."""
        try:
            return self._encode(jobs)
        except TranscodeFailed as failed:
            if failed.code is not FailureCode.BAD_SEEK:
                raise
        for leftover in self.directory.iterdir():
            leftover.unlink()
        self._shares.clear()
        self._stop.clear()
        self.recipe = planning.in_one_piece(self.recipe)
        return self._encode(jobs)

    def _encode(self, jobs: int) -> list[Piece]:
        # A child dies with the thread that started it, so the threads outlive it.
        with ThreadPoolExecutor(jobs, "chunk") as pool:
            futures = [pool.submit(task) for task in self._tasks()]
            try:
                self._watch(futures)
            finally:
                self._stop.set()
                for future in futures:
                    future.cancel()
        return [piece for future in futures for piece in future.result()]

    def _tasks(self) -> Iterator[Callable[[], tuple[Piece, ...]]]:
        if self.recipe.source.has_audio:
            yield self._sound
        for chunk in self.recipe.chunks:
            yield partial(self._chunk, chunk)

    def _watch(self, futures: list[Future[tuple[Piece, ...]]]) -> None:
        """Tell progress until all is done; raise what the first to fail raised."""
        pending = set(futures)
        while pending:
            done, pending = wait(pending, POLL_S, FIRST_EXCEPTION)
            for each in done:
                each.result()
            if self.means.should_stop():
                raise Cancelled
            self._tell()

    def _sound(self) -> tuple[Piece, ...]:
        from youke_transcoder.sound import encode_sound

        means = self._means(AUDIO, SOUND_SHARE)
        return encode_sound(self.path, self.recipe, self.directory, means=means)

    def _chunk(self, chunk: Chunk) -> tuple[Piece, ...]:
        from youke_transcoder.chunks import encode_chunk

        share = (1 - SOUND_SHARE) * chunk.frames / self.recipe.frames
        return encode_chunk(
            self.path,
            self.recipe,
            chunk,
            self.directory,
            rungs=self.recipe.rungs,
            means=self._means(str(chunk.index), share),
        )

    def _means(self, task: str, weight: float) -> Means:
        def keep(share: float) -> None:
            self._shares[task] = share * weight

        return replace(self.means, on_progress=keep, should_stop=self._stop.is_set)

    def _tell(self) -> None:
        share = ENCODED * sum(self._shares.copy().values())
        if share > self._told:
            self._told = share
            self.means.on_progress(share)
