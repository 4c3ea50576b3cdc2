"""A worker that is killed in the middle of a lesson: another one finishes it."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select
from transcoder_media import Drawing, draw

from harness.city import City
from harness.work import send
from youke.embedded.process import Process, Program
from youke.kernel.config import Settings
from youke.media.models import Encoding
from youke.storage import ObjectStore

PATIENCE_S = 120.0


@pytest.fixture
def start_worker(
    settings: Settings, tmp_path: Path
) -> Iterator[Callable[[str], Process]]:
    """Start workers on this test's database, as `youke worker` does."""
    started: list[Process] = []
    environment = dict(os.environ) | {
        "YOUKE_DATABASE_URL": settings.database_url,
        "YOUKE_S3_ENDPOINT": settings.s3_endpoint,
        "YOUKE_S3_ACCESS_KEY": settings.s3_access_key,
        "YOUKE_S3_SECRET_KEY": settings.s3_secret_key,
        "YOUKE_S3_BUCKET": settings.s3_bucket,
        "YOUKE_SECRET_KEY": settings.secret_key,
        "YOUKE_DATA_DIR": str(tmp_path / "data"),
    }

    def start(name: str) -> Process:
        process = Process(
            Program(
                name=name,
                argv=[sys.executable, "-m", "youke.cli", "worker"],
                env=environment,
                log=tmp_path / f"{name}.log",
                grace_s=2,
            )
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.send(signal.SIGKILL)
        process.stop()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


def encodings(city: City) -> list[Encoding]:
    with city.database.transaction() as session:
        return list(session.scalars(select(Encoding).order_by(Encoding.id)).all())


def test_another_worker_finishes_what_a_killed_one_began(
    city: City,
    store: ObjectStore,
    start_worker: Callable[[str], Process],
    tmp_path: Path,
) -> None:
    teacher = city.teacher()
    lesson = city.lesson(teacher.person, listed=False)
    clip = draw(tmp_path, Drawing(size="1280x720", seconds=12, sound=12))
    send(teacher, lesson, clip.read_bytes())

    first = start_worker("first")
    wait_for(lambda: city.reread(lesson.id).progress > 0.1)
    children = psutil.Process(first.pid).children(recursive=True)
    os.kill(first.pid, signal.SIGKILL)

    second = start_worker("second")
    wait_for(lambda: city.reread(lesson.id).state == "ready")

    assert first.poll() == -signal.SIGKILL
    assert second.poll() is None
    assert children
    assert not [child for child in children if is_alive(child)]
    lost, published = encodings(city)
    assert (lost.state, published.state) == ("abandoned", "current")
    wait_for(lambda: not list(store.keys(lost.prefix)))
    assert {r.key for r in published.renditions} < set(store.keys(published.prefix))
    wait_for(lambda: not list((tmp_path / "data" / "work").iterdir()))


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
