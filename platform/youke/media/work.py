"""What a step works with: its claim, folder, source, means, and the store."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from youke.jobs import is_stopping, tools
from youke.media import claims, encodings, pieces, priorities, steps, workplace
from youke.media.claims import Claim
from youke.media.errors import EncodingLostError, SourceDamagedError
from youke.media.models import Encoding, Stage, StepKind, Upload
from youke.media.pieces import KeptPiece, NewPiece
from youke.media.sources import Source
from youke.storage import ObjectMissingError, StorageUnavailableError
from youke_transcoder import normalising
from youke_transcoder.errors import Cancelled
from youke_transcoder.model import Piece, Probe
from youke_transcoder.recipes import Recipe
from youke_transcoder.running import Means

#: Beside a source: which file is read instead of it, or it.
READABLE = "readable"
#: Progress is written at most this often.
PROGRESS_EVERY_S = 1.0
CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".ts": "video/mp2t",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt",
    ".json": "application/json",
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the database says of the encoding that the step is of."""

    encoding: Encoding
    recipe: Recipe
    work_keys: Mapping[str, str]
    kept: Mapping[str, Sequence[KeptPiece]]

    @property
    def is_as_planned(self) -> bool:
        """Whether the chunks are still those that the lesson was opened with."""
        recipe, planned = self.encoding.recipe or {}, self.encoding.planned or {}
        return recipe.get("chunks") == planned.get("chunks")

    def has(self, rendition: str, index: int) -> bool:
        """Whether somebody has made this final piece already."""
        return any(
            each.piece.index == index and each.stage is Stage.FINAL
            for each in self.kept.get(rendition, ())
        )


class Work:
    """One claim being worked on."""

    folder: Path

    def __init__(self, claim: Claim, *, is_lost: Callable[[], bool]) -> None:
        self.claim = claim
        self.name = f"{claim.kind} {claim.number} of {claim.encoding_id}"
        self._is_lost = is_lost
        self._unregistered: set[str] = set()
        self._written_at = 0.0

    def should_stop(self) -> bool:
        """Whether to end at once, without having done the work."""
        return is_stopping() or self._is_lost()

    def means(self, share_from: float = 0.0, share_to: float = 1.0) -> Means:
        """Return the engine's means for a part of the step."""

        def note(share: float) -> None:
            self.note(share_from + share * (share_to - share_from))

        kind, reason = StepKind(self.claim.kind), self.claim.reason
        return Means(
            threads=tools().settings.encoder_threads or None,
            nice=priorities.nice(kind, reason),
            on_progress=note,
            should_stop=self.should_stop,
        )

    def note(self, share: float) -> None:
        """Write now and then how much of the step is done.

        :raises EncodingLostError: when the step is no longer ours.
        :raises Cancelled: when the worker stops.
        """
        if self.should_stop():
            raise Cancelled
        if time.monotonic() - self._written_at < PROGRESS_EVERY_S:
            return
        self._written_at = time.monotonic()
        with tools().database.transaction() as session:
            claims.note_share(session, self.claim, share)

    def out(self, name: str = "out") -> Path:
        """Make an empty folder for what the engine gives."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def task(self) -> Task:
        """Read what is to be done.

        :raises EncodingLostError: when the step is no longer ours.
        """
        with tools().database.transaction() as session:
            _, encoding, lesson = claims.held(session, self.claim)
            recipe = encodings.recipe_of(encoding)
            sha256 = session.get_one(Upload, encoding.upload_id).sha256 or ""
            keys = pieces.work_keys(recipe, sha256)
            kept = pieces.by_rendition(session, lesson.id, keys)
        return Task(encoding=encoding, recipe=recipe, work_keys=keys, kept=kept)

    @contextmanager
    def source(self) -> Iterator[Source]:
        """Give the source on this machine's disk.

        :raises SourceDamagedError: when it is gone or not what it was.
        """
        with tools().database.transaction() as session:
            upload = encodings.source_of(session, self.claim)
            key, size, known = upload.key, upload.size, upload.sha256

        def fetch(path: Path) -> str:
            workplace.require_room(size)
            sha256 = self._download(key, path)
            if known and sha256 != known:
                raise SourceDamagedError
            return sha256

        with workplace.source_cache().held(self.claim.upload_id, fetch) as source:
            yield source

    def _download(self, key: str, path: Path) -> str:
        def check(_: int) -> None:
            if self.should_stop():
                raise Cancelled

        try:
            return tools().store.download(key, path, on_bytes=check)
        except ObjectMissingError:
            raise SourceDamagedError from None

    def inspected(self, source: Source) -> Probe:
        """Measure the source, from a copy that can be sought in if it cannot be."""
        with workplace.source_cache().alone(source, READABLE):
            path, probe = normalising.inspected(
                source.path, _emptied(source.folder / "copy"), means=self.means(0, 0)
            )
            _note(source, path)
        return probe

    @contextmanager
    def readable(self, probe: Probe) -> Iterator[Path]:
        """Give the source, or the copy of it that was measured, made once a machine."""
        with self.source() as source:
            with workplace.source_cache().alone(source, READABLE):
                path = _noted(source) or self._normalise(source, probe)
            yield path

    def _normalise(self, source: Source, probe: Probe) -> Path:
        directory = _emptied(source.folder / "copy")
        path = normalising.normalised(
            source.path, probe, directory, means=self.means(0, 0)
        )
        _note(source, path)
        return path

    def store_piece(
        self, piece: Piece, path: Path, work_key: str, stage: Stage = Stage.FINAL
    ) -> NewPiece:
        """Put a piece into the store under a key of our own; it is not known yet."""
        key = pieces.new_key(self.claim, work_key, piece)
        self._put(key, path)
        return NewPiece(piece=piece, key=key, work_key=work_key, stage=stage)

    def register(self, *new: NewPiece, opens: bool = False) -> None:
        """Make stored pieces known, all at once, and open the lesson with them."""
        with self.telling() as session:
            known = [pieces.register(session, self.claim, each) for each in new]
            if opens:
                encodings.note_opened(session, self.claim)
        self._settle(new, known)

    def finish(self, *new: NewPiece) -> None:
        """Make stored pieces known and the step done."""
        with self.telling() as session:
            known = [pieces.register(session, self.claim, each) for each in new]
            steps.finish(session, self.claim)
        self._settle(new, known)

    @contextmanager
    def telling(self) -> Iterator[Session]:
        """Open a transaction that makes stored objects known.

        If it is lost, they are not known and are deleted. If it ends in any other way,
        nobody can tell whether it was committed, so they stay; those that are not
        known then are deleted with the encoding's leftovers.
        """
        try:
            with tools().database.transaction() as session:
                yield session
        except EncodingLostError:
            raise
        except BaseException:
            self._unregistered.clear()
            raise

    def _settle(self, new: Sequence[NewPiece], known: Sequence[bool]) -> None:
        """Delete what somebody before us had stored already."""
        ours = {each.key for each, first in zip(new, known, strict=True) if first}
        self._unregistered -= ours
        self.remove_unregistered()

    def store_file(self, key: str, path: Path) -> None:
        """Put a finished file into the store; it becomes known by publishing."""
        self._put(key, path)

    def keep_stored(self) -> None:
        """Leave what was stored where it is: it is known now."""
        self._unregistered.clear()

    def _put(self, key: str, path: Path) -> None:
        if self.should_stop():
            raise Cancelled
        self._unregistered.add(key)
        kind = CONTENT_TYPES.get(path.suffix, "application/octet-stream")
        tools().store.put_file(key, path, content_type=kind)

    def remove_unregistered(self) -> None:
        """Delete what we stored and nobody knows of.

        What cannot be deleted now is found when the encoding's leftovers are tidied.
        """
        with suppress(StorageUnavailableError):
            for key in sorted(self._unregistered):
                tools().store.delete(key)
                self._unregistered.discard(key)


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _note(source: Source, readable: Path) -> None:
    """Remember which file is read; what a killed worker left is not remembered."""
    path = source.folder / f"{READABLE}.part"
    path.write_text(str(readable.relative_to(source.folder)))
    path.rename(source.folder / READABLE)


def _noted(source: Source) -> Path | None:
    try:
        return source.folder / (source.folder / READABLE).read_text()
    except FileNotFoundError:
        return None
