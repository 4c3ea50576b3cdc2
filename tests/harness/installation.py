"""`youke up` as a user starts it, with everything in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import requests

from youke.embedded.ports import free_port

PATIENCE_S = 90.0
#: Of every account that the tests open.
PASSWORD = "correct-horse"


class Installation:
    """A data folder, two ports, and an empty home."""

    def __init__(self, folder: Path) -> None:
        home = folder / "home"
        home.mkdir()
        self.data = folder / "data"
        self.output = folder / "output"
        self.port, self.s3_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Not ours: a developer's own settings must not reach the test.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("YOUKE_")}
        self.environment = inherited | {
            "HOME": str(home),
            "YOUKE_DATA_DIR": str(self.data),
            "YOUKE_PORT": str(self.port),
            "YOUKE_S3_PORT": str(self.s3_port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Run `youke up` and wait until it says that it is ready."""
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "youke.cli", "up", *options],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.wait_for(lambda: "is ready" in self.said())

    def said(self) -> str:
        """Return what it has printed since it was started."""
        return self.output.read_text()

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait for something while it runs."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The running `youke up`."""
        assert self._process is not None
        return self._process

    def processes(self) -> list[psutil.Process]:
        """Return it with all that it has started."""
        this = psutil.Process(self.process.pid)
        return [this, *this.children(recursive=True)]

    def child(self, *words: str) -> psutil.Process:
        """Return its child with these words on the command line."""
        children = psutil.Process(self.process.pid).children()
        return next(c for c in children if set(words) <= set(c.cmdline()))

    def server(self, program: str) -> psutil.Process:
        """Return its child that runs the program."""
        children = psutil.Process(self.process.pid).children()
        return next(c for c in children if Path(c.cmdline()[0]).name == program)

    def interrupt(self) -> int:
        """Do what Ctrl-C does and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)

    def end(self) -> None:
        """Leave nothing behind, however the test went."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)

    def run(
        self, *arguments: str, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run another `youke` command on the same folder to its end."""
        return subprocess.run(
            [sys.executable, "-m", "youke.cli", *arguments],
            env=self.environment | environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    def add_user(self, username: str, *, password: str = PASSWORD) -> None:
        """Open a student's account with the command."""
        roles = ("--role", "student", "--grade", "7")
        done = self.run("user", "add", username, *roles, YOUKE_PASSWORD=password)
        assert done.returncode == 0, done.stderr

    def sign_in(self, username: str, *, password: str = PASSWORD) -> int:
        """Return the status with which the API answers to signing in."""
        answer = requests.post(
            f"{self.url}/api/v1/auth/token",
            json={"username": username, "password": password},
            timeout=10,
        )
        return answer.status_code

    def is_ready(self) -> bool:
        """Whether every part serves."""
        try:
            return requests.get(f"{self.url}/readyz", timeout=10).ok
        except requests.RequestException:
            return False

    def endpoints(self) -> dict[str, str]:
        """Return what it tells the other commands."""
        content: dict[str, str] = json.loads((self.data / "endpoints.json").read_text())
        return content
