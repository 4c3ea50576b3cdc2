"""A whole Youke for a measurement: started, filled, watched and ended by HTTP alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psutil

from youke.embedded.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "correct-horse"  # of an account that lives for a minute
PATIENCE_S = 120
POLL_S = 0.05
ENDED = {"ready", "rejected", "failed"}


class Service:
    """A running `youke up` with one teacher."""

    def __init__(self, folder: Path) -> None:
        self.data, self.output = folder / "data", folder / "output"
        self.url = f"http://127.0.0.1:{free_port()}"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("YOUKE_")}
        self.environment = inherited | {
            "YOUKE_DATA_DIR": str(self.data),
            "YOUKE_PORT": self.url.rsplit(":", 1)[1],
            "YOUKE_S3_PORT": str(free_port()),
        }
        self.token = ""

    def start(self) -> None:
        """Start everything and open the teacher's account."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "youke.cli", "up"],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + PATIENCE_S
        while "is ready" not in self.output.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(self.output.read_text())
            time.sleep(POLL_S)
        self._command("user", "add", "teacher", "--role", "teacher")
        credentials = {"username": "teacher", "password": PASSWORD}
        self.token = self.call("POST", "auth/token", credentials)["token"]

    def stop(self) -> None:
        """End everything."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_S)

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Send JSON to the API and return its answer; a part may be starting again."""
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", method=method)  # noqa: S310
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Idempotency-Key", str(uuid.uuid4()))
        request.add_header("Content-Type", "application/json")
        data = None if body is None else json.dumps(body).encode()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with urllib.request.urlopen(request, data) as answer:  # noqa: S310
                    return json.loads(answer.read() or "null")
            except urllib.error.URLError as error:
                asked_to_wait = getattr(error, "code", 503) == 503
                if not asked_to_wait or time.monotonic() > deadline:
                    raise
                time.sleep(POLL_S)

    def upload(self, path: Path) -> str:
        """Store a file for a new lesson and return its id just before `complete`."""
        about = {"title": path.stem, "grade": "7", "subject": "math"}
        lesson: str = self.call("POST", "lessons", about)["id"]
        wanted = {"filename": path.name, "size": path.stat().st_size}
        plan = self.call("POST", f"lessons/{lesson}/uploads", wanted)
        with path.open("rb") as file:
            for part in plan["parts"]:
                content = file.read(plan["part_size"])
                put = urllib.request.Request(part["url"], content, method="PUT")  # noqa: S310
                urllib.request.urlopen(put).close()  # noqa: S310
        self.completing = f"uploads/{plan['id']}/complete"
        return lesson

    def complete(self) -> float:
        """Complete the last upload; return the clock when the answer was there."""
        self.call("POST", self.completing)
        return time.monotonic()

    def lesson(self, lesson: str) -> dict[str, Any]:
        """Ask for the lesson."""
        answer: dict[str, Any] = self.call("GET", f"lessons/{lesson}")
        return answer

    def wait(self, lesson: str, *, playable: bool = False, share: float = 2.0) -> float:
        """Wait until it can be watched, is done to a share, or ended; return when."""
        deadline = time.monotonic() + 60 * PATIENCE_S
        while time.monotonic() < deadline:
            now = self.lesson(lesson)
            if now["state"] in ENDED or now["progress"] >= share:
                break
            if playable and now["playable"]:
                break
            time.sleep(POLL_S)
        if now["state"] != "ready" and not (now["playable"] or share <= 1):
            sys.exit(f"the lesson ended as {now['state']}: {now.get('code')}")
        return time.monotonic()

    def first_segments(self, lesson: str) -> None:
        """Fetch what a player needs for the first picture, and fail without it."""
        address = self.lesson(lesson)["playback"]["web"]
        text = _get(address).decode()
        variant = next(line for line in text.splitlines() if line[:1] not in {"#", ""})
        media = _get(urllib.request.urljoin(address, variant)).decode()  # type: ignore[attr-defined]
        if "#EXTINF" not in media:
            sys.exit("playable, but there is no segment")

    def workers(self, queue: str) -> list[psutil.Process]:
        """Return the processes that work on a queue."""
        children = psutil.Process(self.process.pid).children()
        words = [(child, child.cmdline()) for child in children]
        return [c for c, said in words if "worker" in said and queue in said]

    def add_worker(self, queue: str, cpu: int) -> psutil.Process:
        """Start another worker on one processor."""
        endpoints = json.loads((self.data / "endpoints.json").read_text())
        argv = [sys.executable, "-m", "youke.cli", "worker", "--queues", queue]
        with (self.data / f"worker-{cpu}.log").open("wb") as log:
            started = subprocess.Popen(
                [*argv, "--concurrency", "1"],
                env=self.environment | endpoints,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        worker = psutil.Process(started.pid)
        worker.cpu_affinity([cpu])
        return worker

    def _command(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "youke.cli", *arguments],
            env=self.environment | {"YOUKE_PASSWORD": PASSWORD},
            check=True,
            capture_output=True,
        )


@contextmanager
def running() -> Iterator[Service]:
    """Run a service in a folder that is removed afterwards."""
    with TemporaryDirectory(prefix="youke-bench-") as folder:
        service = Service(Path(folder))
        service.start()
        try:
            yield service
        finally:
            service.stop()


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:  # noqa: S310
        content: bytes = answer.read()
        return content
