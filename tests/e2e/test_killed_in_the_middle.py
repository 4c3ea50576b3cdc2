"""Whatever is killed while a lesson is encoded, the lesson becomes ready."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import pytest
import requests
from imageio_ffmpeg import get_ffmpeg_exe

from harness.installation import PASSWORD, Installation

#: A program that knows nothing but HTTP.
UPLOADER = Path(__file__).parents[2] / "docs" / "examples" / "upload_lesson.py"
#: Half the way: far enough to lose something, with enough left to do.
MIDDLE = 25
PATIENCE_S = 200


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A noisy video that takes a while to encode."""
    path = tmp_path_factory.mktemp("clip") / "lesson.mp4"
    source = "testsrc2=s=1280x720:r=25:d=12,noise=alls=20:allf=t"
    command = [get_ffmpeg_exe(), "-nostdin", "-loglevel", "error"]
    command += ["-f", "lavfi", "-i", source, "-f", "lavfi", "-i", "sine=d=12"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:a", "aac", str(path)], check=True, timeout=120)
    return path


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    with TemporaryDirectory(prefix="youke-test-") as folder:
        installation = Installation(Path(folder))
        installation.start()
        opened = installation.run(
            *("user", "add", "teacher", "--role", "teacher"), YOUKE_PASSWORD=PASSWORD
        )
        assert opened.returncode == 0, opened.stderr
        yield installation
        installation.end()


class Uploading:
    """The program, running beside the test."""

    def __init__(self, installation: Installation, clip: Path, folder: Path) -> None:
        self.errors, self.output = folder / "errors", folder / "output"
        given = [installation.url, "teacher", PASSWORD, str(clip)]
        with self.errors.open("wb") as errors, self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(UPLOADER), *given], stdout=output, stderr=errors
            )

    def wait_until_encoded(self, percent: int) -> None:
        """Wait until so much is done."""
        while self._percent() < percent:
            assert self.process.poll() is None, "it ended before anything was killed"
            time.sleep(0.05)

    def result(self) -> dict[str, Any]:
        """Wait for the end and return the lesson."""
        assert self.process.wait(PATIENCE_S) == 0, self.errors.read_text()
        lesson: dict[str, Any] = json.loads(self.output.read_text())
        return lesson

    def close(self) -> None:
        """Leave no process behind."""
        self.process.kill()
        self.process.wait()

    def _percent(self) -> int:
        return max(map(int, re.findall(r"(\d+)%", self.errors.read_text())), default=0)


def victim(installation: Installation, name: str) -> psutil.Process:
    if name == "worker":
        return installation.child("worker", "media")
    return installation.server(name)


@pytest.mark.parametrize("name", ["worker", "postgres", "weed"])
def test_a_lesson_becomes_ready_though_something_is_killed_in_the_middle(
    running: Installation, clip: Path, tmp_path: Path, name: str
) -> None:
    with closing(Uploading(running, clip, tmp_path)) as uploading:
        uploading.wait_until_encoded(MIDDLE)
        victim(running, name).send_signal(signal.SIGKILL)
        lesson = uploading.result()

    assert lesson["state"] == "ready"
    names = [rendition["name"] for rendition in lesson["media"]["renditions"]]
    assert len(names) == len(set(names))
    assert {"720p", "tv-720p", "360p", "240p", "audio"} <= set(names)
    for playlist in lesson["playback"].values():
        assert requests.get(playlist, timeout=30).ok
