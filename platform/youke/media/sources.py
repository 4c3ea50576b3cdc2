"""Sources on the disk of one machine, downloaded once and shared by its workers.

Each has a folder and a lock file beside it. Whoever works with a source holds the
lock shared, whoever downloads or removes it holds it alone; the system lets go of the
locks of those who die.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from youke_transcoder.errors import Cancelled

POLL_S = 0.1
#: Holds the SHA-256 of the file beside it, and says that it is complete.
HASH, FILE = "sha256", "source"

Fetch = Callable[[Path], str]


@dataclass(frozen=True)
class Source:
    """A complete source file on this disk and its SHA-256 in hexadecimal."""

    path: Path
    sha256: str

    @property
    def folder(self) -> Path:
        """Where what is derived from the file may be kept with it."""
        return self.path.parent


class SourceCache:
    """The sources below one folder."""

    def __init__(self, root: Path, *, should_stop: Callable[[], bool]) -> None:
        self.root = root
        self.should_stop = should_stop
        root.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def held(self, upload_id: UUID, fetch: Fetch) -> Iterator[Source]:
        """Give the source while nobody may remove it; fetch it if it is not here.

        :param fetch: writes the file and returns its hash.
        :raises Cancelled: when `should_stop` says so while others hold it.
        """
        with self._locked(upload_id) as lock:
            folder = self.root / str(upload_id)
            while not (source := _complete(folder)):
                fcntl.flock(lock, fcntl.LOCK_UN)
                self._wait_for(lock, fcntl.LOCK_EX)
                if not _complete(folder):
                    _fetch(folder, fetch)
                # Not at once: between the two locks somebody may remove it.
                self._wait_for(lock, fcntl.LOCK_SH)
            os.utime(folder)
            yield source

    @contextmanager
    def alone(self, source: Source, name: str) -> Iterator[None]:
        """Let one at a time derive something from the source."""
        with (source.folder / f"{name}.lock").open("w") as lock:
            self._wait_for(lock.fileno(), fcntl.LOCK_EX)
            yield

    def remove_all_but(self, needed: Collection[UUID]) -> None:
        """Remove the sources that no work needs and nobody holds."""
        names = {str(each) for each in needed}
        # A lock may be alone: of somebody who gave up before anything was fetched.
        for name in {each.stem for each in self.root.iterdir()} - names:
            self._remove_unless_held(self.root / name)

    def make_room(self, is_enough: Callable[[], bool]) -> None:
        """Remove sources that nobody holds, longest unused first, while need be."""
        for folder in sorted(self._folders(), key=_used_at):
            if is_enough():
                return
            self._remove_unless_held(folder)

    def _folders(self) -> list[Path]:
        return [each for each in self.root.iterdir() if each.is_dir()]

    @contextmanager
    def _locked(self, upload_id: UUID) -> Iterator[int]:
        path = self.root / f"{upload_id}.lock"
        while True:
            lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                self._wait_for(lock, fcntl.LOCK_SH)
                if _is_still(path, lock):
                    yield lock
                    return
            finally:
                os.close(lock)

    def _wait_for(self, lock: int, kind: int) -> None:
        while True:
            try:
                fcntl.flock(lock, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if self.should_stop():
                    raise Cancelled from None
                time.sleep(POLL_S)
            else:
                return

    def _remove_unless_held(self, folder: Path) -> None:
        path = folder.with_name(f"{folder.name}.lock")
        lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(path, lock):
                shutil.rmtree(folder, ignore_errors=True)
                path.unlink()
        except BlockingIOError:
            pass
        finally:
            os.close(lock)


def _complete(folder: Path) -> Source | None:
    try:
        return Source(folder / FILE, (folder / HASH).read_text())
    except FileNotFoundError:
        return None


def _fetch(folder: Path, fetch: Fetch) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        sha256 = fetch(folder / FILE)
        unfinished = folder / f"{HASH}.part"
        unfinished.write_text(sha256)
        unfinished.rename(folder / HASH)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _is_still(path: Path, lock: int) -> bool:
    """Say whether the lock file is still the one that others would open."""
    try:
        return path.stat().st_ino == os.fstat(lock).st_ino
    except FileNotFoundError:
        return False


def _used_at(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
