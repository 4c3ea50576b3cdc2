"""Workers as processes of their own, on a test's database and bucket."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from youke.embedded.process import Process, Program
from youke.kernel.config import Settings

PATIENCE_S = 240.0


def environment_of(settings: Settings, data: Path) -> dict[str, str]:
    """The environment of a process that works on these settings."""
    return dict(os.environ) | {
        "YOUKE_DATABASE_URL": settings.database_url,
        "YOUKE_S3_ENDPOINT": settings.s3_endpoint,
        "YOUKE_S3_ACCESS_KEY": settings.s3_access_key,
        "YOUKE_S3_SECRET_KEY": settings.s3_secret_key,
        "YOUKE_S3_BUCKET": settings.s3_bucket,
        "YOUKE_SECRET_KEY": settings.secret_key,
        "YOUKE_DATA_DIR": str(data),
        # Tests fill small disks; the reserve has tests of its own.
        "YOUKE_DISK_RESERVE": "0",
    }


class Workers:
    """Starts workers, as `youke worker` does, and ends them all."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.environment = environment_of(settings, folder / "data")
        self.folder = folder
        self._started: list[Process] = []

    def start(self, *wrapper: str, queues: str = "opening,media,default") -> Process:
        """Start one, by another program if its words are given."""
        name = f"worker{len(self._started)}"
        worker = [sys.executable, "-m", "youke.cli", "worker", "--queues", queues]
        worker += ["--concurrency", "1"]
        program = Program(
            name=name,
            argv=[*wrapper, *worker],
            env=self.environment,
            log=self.folder / f"{name}.log",
            grace_s=2,
        )
        self._started.append(Process(program))
        return self._started[-1]

    def end(self) -> None:
        """Leave no process behind."""
        for process in self._started:
            for child in descendants(process):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            process.send(signal.SIGKILL)
            process.stop()

    def said(self) -> str:
        """What all of them wrote."""
        logs = sorted(self.folder.glob("worker*.log"))
        return "\n".join(path.read_text()[-3000:] for path in logs)


def descendants(process: Process) -> list[psutil.Process]:
    """What a process has started and what those have."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).children(recursive=True)
    return []


def is_alive(process: psutil.Process) -> bool:
    """Say whether a process still does something."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def wait_for(condition: Callable[[], object], *, said: Callable[[], str]) -> None:
    """Wait until something is so; fail with what was said meanwhile."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, said()
        time.sleep(0.05)
