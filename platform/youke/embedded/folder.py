"""The data folder of one installation: its lock, its secrets, what is where."""

import fcntl
import json
import os
import secrets
import shutil
import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from youke.embedded.errors import (
    AlreadyRunningError,
    DiskFullError,
    NotWritableError,
)
from youke.embedded.ports import free_port, is_free
from youke.kernel.config import ENDPOINTS_FILE

MINIMUM_FREE_BYTES = 10**9
LOCK_FILE = "youke.lock"
SECRETS_FILE = "secrets.json"
PORTS_FILE = "ports.json"
#: Without letters and digits that look alike: people type the demo password.
_READABLE = "".join(set(string.ascii_lowercase + string.digits) - set("il1o0"))
_READABLE_LENGTH = 12


class DataFolder:
    """A folder that one `youke up` at a time may use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.postgres = path / "postgres"
        self.objects = path / "objects"
        self.work = path / "work"
        self.logs = path / "logs"

    @contextmanager
    def opened(self, *, needed_bytes: int = MINIMUM_FREE_BYTES) -> Iterator[None]:
        """Create the folder if need be and keep others out of it.

        :raises NotWritableError:
        :raises DiskFullError:
        :raises AlreadyRunningError:
        """
        try:
            self._create()
            lock = os.open(self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise NotWritableError(
                folder=self.path, reason=error.strerror or str(error)
            ) from error
        try:
            self._take(lock)
            self._require_space(needed_bytes)
            # A killed predecessor may have left where its servers were.
            self.forget_endpoints()
            yield
        finally:
            os.close(lock)

    def _create(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        for private in (self.objects, self.work, self.logs):
            private.mkdir(mode=0o700, exist_ok=True)
        (self.path / LOCK_FILE).touch(mode=0o600)

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(lock, 32, 0).decode().strip() or "unknown"
            raise AlreadyRunningError(folder=self.path, process=holder) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)

    def _require_space(self, needed_bytes: int) -> None:
        free = shutil.disk_usage(self.path).free
        if free < needed_bytes:
            raise DiskFullError(
                folder=self.path,
                free_mb=free // 10**6,
                needed_mb=needed_bytes // 10**6,
            )

    def log(self, name: str) -> Path:
        """Return where the output of a program goes."""
        return self.logs / f"{name}.log"

    def secret(self, name: str, draw: Callable[[], str] = secrets.token_hex) -> str:
        """Return a secret of this folder, drawn when it is first asked for."""
        known = _read(self.path / SECRETS_FILE)
        if name not in known:
            known[name] = draw()
            write_private(self.path / SECRETS_FILE, known)
        return known[name]

    def ports(self, *names: str) -> dict[str, int]:
        """Return a port on loopback for each name, the same as last time if free."""
        known = _read(self.path / PORTS_FILE)
        chosen: dict[str, int] = {}
        for name in names:
            port = int(known.get(name, 0))
            if not port or port in chosen.values() or not is_free(port):
                port = free_port(frozenset(chosen.values()))
            chosen[name] = port
        everything = known | {name: str(port) for name, port in chosen.items()}
        write_private(self.path / PORTS_FILE, everything)
        return chosen

    def publish_endpoints(self, settings: Mapping[str, str]) -> None:
        """Tell the other commands on this folder where the servers are."""
        write_private(self.path / ENDPOINTS_FILE, settings)

    def forget_endpoints(self) -> None:
        """Undo `publish_endpoints`."""
        with suppress(FileNotFoundError):
            (self.path / ENDPOINTS_FILE).unlink()


def readable_password() -> str:
    """Draw a password that can be read out and typed: 12 characters, 60 bits."""
    return "".join(secrets.choice(_READABLE) for _ in range(_READABLE_LENGTH))


def write_private(path: Path, content: Mapping[str, object]) -> None:
    """Replace a file that only its owner can read, in one step."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        json.dump(dict(content), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _read(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return {str(name): str(value) for name, value in content.items()}
