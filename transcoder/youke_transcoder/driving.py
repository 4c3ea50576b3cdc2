"""Do a recipe on this machine: survey, sound and chunks side by side, then assemble."""

from __future__ import annotations

import tempfile
import threading
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from youke_transcoder import planning
from youke_transcoder import survey as surveying
from youke_transcoder.assembling import assemble
from youke_transcoder.chunks import encode_chunk
from youke_transcoder.errors import Cancelled, FailureCode, TranscodeFailed
from youke_transcoder.recipes import AUDIO
from youke_transcoder.running import Means, cores
from youke_transcoder.sound import encode_sound, part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from youke_transcoder.model import Chunk, Manifest, Piece, Probe
    from youke_transcoder.recipes import Choice, Recipe

#: Share of the whole that is done before the assembly.
ENCODED = 0.95
#: The sound's and the survey's shares of the work before it.
SOUND_SHARE, SURVEY_SHARE = 0.02, 0.03
#: Bytes of memory that all chunks may take together; what one takes for its encoders,
#: and for each pixel of the source (measured with 4K HEVC of 10 bits: 0.7 GB).
MEMORY = 2.2e9
ENCODERS_BYTES, DECODER_BYTES_PER_PIXEL = 200e6, 60
#: Seconds between two looks at progress and at the wish to stop.
POLL_S = 0.25
SURVEY = "survey"


@contextmanager
def beside(out_dir: str | Path) -> Iterator[tuple[Path, Path]]:
    """Give the output directory, and one in it for a copy of the source."""
    out = Path(out_dir).resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".source-", dir=out) as name:
        yield out, Path(name)


def quiet(means: Means) -> Means:
    """Tell nobody of progress."""
    return replace(means, on_progress=lambda _: None)


def make(
    source: Path,
    recipe: Recipe,
    out: Path,
    *,
    means: Means,
    jobs: int | None,
    survey: bool,
) -> Manifest:
    """Make the renditions of a file that can be worked with as it is."""
    means.on_progress(0.0)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=out) as name:
        directory = Path(name)
        parallel = min(jobs or default_jobs(recipe.source, cores()), len(recipe.chunks))
        rest = lone(len(recipe.chunks), parallel) if means.threads is None else 0
        work = Work(source, directory, recipe, _shared(means, parallel), rest)
        pieces = work.encode(parallel, survey=survey)
        finishing = part(means, ENCODED, 1)
        manifest = assemble(pieces, work.recipe, directory, out, means=finishing)
    means.on_progress(1.0)
    return manifest


def default_jobs(source: Probe, processors: int) -> int:
    """Choose how many chunks to encode at a time: all that memory has room for."""
    each = ENCODERS_BYTES + DECODER_BYTES_PER_PIXEL * source.width * source.height
    return max(1, min(processors, int(MEMORY / each)))


def lone(chunks: int, jobs: int) -> int:
    """Return how many of the last chunks have fewer neighbours than there are jobs.

    They get the processors that would stand idle beside them.
    """
    return chunks % jobs


def _shared(means: Means, jobs: int) -> Means:
    """Divide the processors among jobs, unless the threads are said.

    Chunks side by side fill each other's gaps better than threads of one encoder do,
    and with fewer threads each picture costs less.
    """
    return replace(means, threads=means.threads or max(1, cores() // jobs))


@dataclass
class Work:
    """The encoding of all pieces, several at a time."""

    path: Path
    directory: Path
    recipe: Recipe
    means: Means
    #: So many of the last chunks share all processors among themselves.
    rest: int = 0
    _shares: dict[str, float] = field(default_factory=dict)
    _told: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def encode(self, jobs: int, *, survey: bool) -> list[Piece]:
        """Encode sound and chunks; in one piece if the source cannot be cut."""
        try:
            return self._encode(jobs, survey=survey)
        except TranscodeFailed as failed:
            if failed.code is not FailureCode.BAD_SEEK:
                raise
        for leftover in self.directory.iterdir():
            leftover.unlink()
        self._shares.clear()
        self._stop.clear()
        self.recipe = planning.in_one_piece(self.recipe)
        return self._encode(jobs, survey=False)

    def _encode(self, jobs: int, *, survey: bool) -> list[Piece]:
        # A child dies with the thread that started it, so the threads outlive it.
        with ThreadPoolExecutor(jobs, "encode") as pool:
            futures: list[Future[tuple[Piece, ...]]] = []
            try:
                if self.recipe.source.has_audio:
                    futures.append(pool.submit(self._sound))
                if survey:
                    self._choose(pool.submit(self._survey), futures)
                chunks = self.recipe.chunks
                futures += [pool.submit(self._chunk, chunk) for chunk in chunks]
                self._watch(futures)
            finally:
                self._stop.set()
                for future in futures:
                    future.cancel()
        return [piece for future in futures for piece in future.result()]

    def _choose(
        self, advice: Future[Choice], others: list[Future[tuple[Piece, ...]]]
    ) -> None:
        """Wait for the survey's advice and follow it."""
        self._watch([*others, advice], until=advice)
        self.recipe = planning.apply(advice.result(), self.recipe)

    def _watch(
        self, futures: Iterable[Future[Any]], *, until: Future[Any] | None = None
    ) -> None:
        """Tell progress until all are done; raise what the first to fail raised."""
        pending = set(futures)
        while pending and not (until and until.done()):
            done, pending = wait(pending, POLL_S, FIRST_EXCEPTION)
            for each in done:
                each.result()
            if self.means.should_stop():
                raise Cancelled
            self._tell()

    def _survey(self) -> Choice:
        means = self._means(SURVEY, SURVEY_SHARE)
        return surveying.survey(self.path, self.recipe, self.directory, means=means)

    def _sound(self) -> tuple[Piece, ...]:
        means = self._means(AUDIO, SOUND_SHARE)
        return encode_sound(self.path, self.recipe, self.directory, means=means)

    def _chunk(self, chunk: Chunk) -> tuple[Piece, ...]:
        share = (1 - SOUND_SHARE - SURVEY_SHARE) * chunk.frames / self.recipe.frames
        return encode_chunk(
            self.path,
            self.recipe,
            chunk,
            self.directory,
            rungs=self.recipe.rungs,
            means=self._with_threads(chunk, self._means(str(chunk.index), share)),
        )

    def _with_threads(self, chunk: Chunk, means: Means) -> Means:
        if chunk.index < len(self.recipe.chunks) - self.rest:
            return means
        return replace(means, threads=max(1, cores() // self.rest))

    def _means(self, task: str, weight: float) -> Means:
        def keep(share: float) -> None:
            self._shares[task] = share * weight

        return replace(self.means, on_progress=keep, should_stop=self._stop.is_set)

    def _tell(self) -> None:
        share = ENCODED * sum(self._shares.copy().values())
        if share > self._told:
            self._told = share
            self.means.on_progress(share)
