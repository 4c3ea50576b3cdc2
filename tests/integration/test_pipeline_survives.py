"""Whatever happens to workers, machines and the store: one whole set, nothing else.

Real processes. Each test ends with the same account: exactly one published encoding
whose steps are all done, no object in the store that the database does not name and
none missing, nothing left on the workers' disks.
"""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from sqlalchemy import select
from transcoder_media import Drawing, draw

from harness.city import City
from harness.encodings import (
    all_encodings,
    make_due,
    needed,
    steps_of,
    stored,
)
from harness.work import send
from harness.workers import Workers, descendants, is_alive, wait_for
from youke.embedded import seaweed
from youke.embedded.folder import DataFolder
from youke.embedded.ports import free_port
from youke.embedded.process import Process
from youke.kernel import clock
from youke.kernel.config import Settings
from youke.lessons import service as lessons
from youke.lessons.service import Lesson, LessonState
from youke.media import steps
from youke.media.models import Reason, Step, Upload
from youke.storage import ObjectStore

#: One that works, one that looks after the others' jobs and is left alone.
ENCODER, KEEPER = "opening,media", "default"
#: Not playable as it is, and long enough to be interrupted everywhere.
OPTIONS = ("-c:v", "mpeg4", "-q:v", "4", "-g", "25", "-c:a", "aac")
LESSON = Drawing(
    name="lesson.mp4", size="854x480", rate="25", seconds=24, sound=24, options=OPTIONS
)
DOWN_S = 20
#: Most of each test is waiting until silence is taken for death, a few times.
pytestmark = pytest.mark.timeout(900)


@dataclass
class Stage:
    """A lesson that is waiting for workers, and what they work with."""

    city: City
    store: ObjectStore
    lesson: Lesson
    workers: Workers

    def encoder(self) -> Process:
        """Start a worker that does one step at a time."""
        return self.workers.start(queues=ENCODER)

    def keeper(self) -> Process:
        """Start a worker that rescues and deletes, and does no step."""
        return self.workers.start(queues=KEEPER)

    def wait_until_working(self, *kinds: str, by: Process | None = None) -> None:
        """Wait until a step of such a kind is being worked on."""

        def is_working() -> bool:
            with self.city.database.transaction() as session:
                of_kind = select(Step).where(Step.kind.in_(kinds))
                busy = session.scalars(of_kind.where(Step.state == "working")).all()
                mine = f":{by.pid}" if by else ""
                return any((step.worker or "").endswith(mine) for step in busy)

        wait_for(is_working, said=self.workers.said)

    def wait_until_ready(self) -> None:
        """Wait for the end."""
        wait_for(
            lambda: self.city.reread(self.lesson.id).state == "ready",
            said=self.workers.said,
        )

    def tries(self) -> int:
        """How many claims ended by a step's own fault or its worker's death."""
        (encoding,) = all_encodings(self.city)
        return sum(step.tries - 1 for step in steps_of(self.city, encoding).values())

    def account(self) -> None:
        """Say that there is one whole set and nothing else."""
        (encoding,) = all_encodings(self.city)
        assert encoding.state == "current"
        assert {s.state for s in steps_of(self.city, encoding).values()} == {"done"}
        assert len({r.name for r in encoding.renditions}) == len(encoding.renditions)
        make_due(self.city)
        wait_for(self._is_tidy, said=self._difference)
        for rendition in encoding.renditions:
            size = self.store.stat(rendition.key).size
            assert size == rendition.description["size"]
        wait_for(lambda: not self._files(), said=lambda: str(self._files()))

    def _is_tidy(self) -> bool:
        return stored(self.store, self.lesson.id) == needed(self.city, self.lesson.id)

    def _difference(self) -> str:
        found = stored(self.store, self.lesson.id)
        return f"{found ^ needed(self.city, self.lesson.id)}\n{self.workers.said()}"

    def _files(self) -> list[Path]:
        work = Path(self.workers.environment["YOUKE_DATA_DIR"]) / "work"
        return [path for path in work.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return draw(tmp_path_factory.mktemp("film"), LESSON).read_bytes()


@pytest.fixture
def workers(settings: Settings, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(settings, tmp_path)
    yield workers
    workers.end()


@pytest.fixture
def stage(city: City, store: ObjectStore, workers: Workers, film: bytes) -> Stage:
    teacher = city.teacher()
    lesson = city.lesson(teacher.person, listed=False)
    send(teacher, lesson, film)
    return Stage(city, store, lesson, workers)


def test_each_worker_that_is_killed_costs_one_step(stage: Stage) -> None:
    stage.keeper()
    for kinds in (("open",), ("chunk",), ("assemble",)):
        victim = stage.encoder()
        stage.wait_until_working(*kinds, by=victim)
        children = descendants(victim)
        os.kill(victim.pid, signal.SIGKILL)
        wait_for(lambda: victim.poll() is not None, said=stage.workers.said)  # noqa: B023  at once
        wait_for(
            lambda: not any(map(is_alive, children)),  # noqa: B023  at once
            said=stage.workers.said,
        )

    stage.encoder()
    stage.wait_until_ready()

    assert stage.tries() == 3
    stage.account()


def test_a_paused_worker_that_wakes_cannot_publish(stage: Stage) -> None:
    stage.keeper()
    sleeper = stage.encoder()
    stage.wait_until_working("assemble", by=sleeper)
    asleep = [psutil.Process(sleeper.pid), *descendants(sleeper)]
    for process in asleep:
        process.suspend()

    # Its job is given away once it has been silent for long enough.
    stage.encoder()
    stage.wait_until_ready()
    (before,) = all_encodings(stage.city)
    for process in reversed(asleep):
        process.resume()

    log, over = stage.workers.folder / "worker1.log", "Job media.assemble"
    wait_for(lambda: over in log.read_text(), said=stage.workers.said)
    (after,) = all_encodings(stage.city)
    assert after.folder == before.folder
    stage.account()


def test_a_worker_that_is_told_to_stop_gives_its_step_back_at_once(
    stage: Stage,
) -> None:
    stage.keeper()
    leaving = stage.encoder()
    stage.wait_until_working("chunk", by=leaving)
    children = descendants(leaving)
    os.kill(leaving.pid, signal.SIGTERM)
    wait_for(lambda: leaving.poll() is not None, said=stage.workers.said)
    assert leaving.poll() == 0
    assert not any(map(is_alive, children))
    (encoding,) = all_encodings(stage.city)
    found = steps_of(stage.city, encoding).values()
    assert "working" not in {step.state for step in found}
    assert "step_hand_on" in (stage.workers.folder / "worker1.log").read_text()

    stage.encoder()
    stage.wait_until_ready()

    assert stage.tries() == 0
    stage.account()


def test_two_workers_share_a_lesson(stage: Stage) -> None:
    stage.keeper()
    first, second = stage.encoder(), stage.encoder()
    stage.wait_until_ready()
    (encoding,) = all_encodings(stage.city)
    logs = [(stage.workers.folder / f"worker{n}.log").read_text() for n in (1, 2)]
    assert all("Starting job media." in log for log in logs)
    assert (first.poll(), second.poll()) == (None, None)
    assert encoding.state == "current"
    assert stage.tries() == 0
    stage.account()


def test_a_full_disk_is_waited_out(stage: Stage, film: bytes) -> None:
    stage.keeper()
    data = Path(stage.workers.environment["YOUKE_DATA_DIR"])
    (data / "work").mkdir(parents=True)
    # Room for the source and nothing that is made of it. The mount is the worker's own.
    size = f"size={len(film) + 100_000}"
    mount = f'mount -t tmpfs -o {size} tmpfs "{data}/work" && exec "$@"'
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: it gives a worker a small disk of its own")
    cramped = stage.workers.start(
        *("unshare", "--mount", "--user", "--map-root-user"),
        *("sh", "-c", mount, "sh"),
        queues=ENCODER,
    )
    log = stage.workers.folder / "worker1.log"
    wait_for(lambda: "step_wait" in log.read_text(), said=stage.workers.said)
    waiting = stage.city.reread(stage.lesson.id)
    assert (waiting.state in {"inspecting", "encoding"}, waiting.code) == (True, None)
    os.kill(cramped.pid, signal.SIGTERM)

    stage.encoder()
    stage.wait_until_ready()

    assert stage.tries() == 0
    stage.account()


@pytest.fixture
def own_store(settings: Settings, workers: Workers) -> Iterator["OwnStore"]:
    """A SeaweedFS that only this test uses, so that it can be killed."""
    with TemporaryDirectory(prefix="youke-test-") as folder:
        own = OwnStore(Path(folder))
        with DataFolder(Path(folder)).opened():
            try:
                own.start()
                workers.environment |= own.server.settings(settings.s3_bucket)
                yield own
            finally:
                own.kill()
                own.server.remove_sockets()


class OwnStore:
    """A SeaweedFS in a folder, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.server = seaweed.prepare(DataFolder(folder), s3_port=free_port())
        self._process: Process | None = None

    def start(self) -> None:
        """Start it and wait until it serves."""
        self._process = Process(self.server.program())
        wait_for(lambda: self.server.why_not_ready() is None, said=lambda: "no store")

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.send(signal.SIGKILL)
            self._process.stop()


def test_a_store_that_is_gone_for_a_while_costs_no_try(
    city: City,
    settings: Settings,
    workers: Workers,
    own_store: OwnStore,
    film: bytes,
) -> None:
    reached = replace(settings, s3_endpoint=own_store.server.endpoint)
    keys = own_store.server.settings(settings.s3_bucket)
    reached = replace(
        reached,
        s3_access_key=keys["YOUKE_S3_ACCESS_KEY"],
        s3_secret_key=keys["YOUKE_S3_SECRET_KEY"],
    )
    with closing(ObjectStore.from_settings(reached)) as store:
        store.ensure_bucket()
        lesson = city.lesson(city.teacher().person, listed=False)
        hand_over(city, store, lesson, film)
        stage = Stage(city, store, lesson, workers)
        stage.keeper()
        stage.encoder()
        stage.wait_until_working("chunk")
        own_store.kill()
        time.sleep(DOWN_S)
        assert city.reread(lesson.id).code is None
        own_store.start()

        stage.wait_until_ready()

        assert stage.tries() == 0
        stage.account()


def hand_over(city: City, store: ObjectStore, lesson: Lesson, content: bytes) -> None:
    """Give a lesson a complete upload without a browser."""
    with city.database.transaction() as session:
        upload = Upload(
            lesson_id=lesson.id,
            filename="lesson.mp4",
            size=len(content),
            part_size=len(content),
            key=f"sources/{lesson.id}/by-hand",
            multipart_id="",
            state="completed",
            expires_at=clock.now(),
        )
        session.add(upload)
        session.flush()
        store.put_bytes(upload.key, content, content_type="video/mp4")
        locked = lessons.lesson_for_update(session, lesson.id)
        locked.move(LessonState.UPLOADING)
        locked.move(LessonState.UPLOADED)
        steps.enqueue_opening(session, upload.id, locked, Reason.UPLOAD)
