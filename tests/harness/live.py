"""A web server and a worker as processes of their own, as in production."""

import os
import sys
from pathlib import Path

import requests

from harness import databases
from harness.servers import Servers
from youke.embedded.ports import LOOPBACK
from youke.embedded.process import Program
from youke.embedded.supervisor import Supervisor


def environment(servers: Servers, name: str, folder: Path) -> dict[str, str]:
    """Create a database and name it, a bucket and a folder as an installation would."""
    return {
        "YOUKE_DATABASE_URL": databases.create(servers, name),
        **servers.seaweed.settings(bucket=name.replace("_", "-")),
        "YOUKE_SECRET_KEY": "only-for-tests-" * 3,
        "YOUKE_DATA_DIR": str(folder),
    }


class LiveServer:
    """Gunicorn and a worker, if one is wanted, on the given settings."""

    def __init__(
        self, settings: dict[str, str], *, port: int, logs: Path, works: bool = True
    ) -> None:
        self.url = f"http://{LOOPBACK}:{port}"
        self._environment = dict(os.environ) | settings | {"YOUKE_PORT": str(port)}
        self._logs = logs
        self._supervisor = Supervisor(lambda _line: None)
        try:
            if works:
                self._supervisor.launch(self._worker())
            self._supervisor.start(self._web(port))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End both."""
        self._supervisor.stop()

    def _web(self, port: int) -> Program:
        return Program(
            name="web",
            argv=[
                sys.executable,
                *("-m", "gunicorn", "youke.wsgi:app"),
                *("--bind", f"{LOOPBACK}:{port}"),
                *("--config", "python:youke.serving"),
                *("--workers", "1", "--threads", "8"),
            ],
            env=self._environment,
            log=self._logs / "web.log",
            grace_s=2,
            probe=self._why_not_ready,
        )

    def _worker(self) -> Program:
        queues = ("--queues", "opening,media,default", "--concurrency", "3")
        return Program(
            name="worker",
            argv=[sys.executable, "-m", "youke.cli", "worker", *queues],
            env=self._environment,
            log=self._logs / "worker.log",
            grace_s=2,
        )

    def _why_not_ready(self) -> str | None:
        try:
            answer = requests.get(f"{self.url}/readyz", timeout=5)
        except requests.RequestException as error:
            return str(error)
        return None if answer.ok else answer.text
