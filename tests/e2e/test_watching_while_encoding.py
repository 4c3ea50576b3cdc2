"""A lesson is watched in a browser while it is still being encoded."""

import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Browser, Page, expect

from harness.city import PASSWORD, Caller, City
from harness.live import LiveServer, environment
from harness.servers import Servers
from harness.work import Gate, run_jobs, send
from youke.app import create_app
from youke.embedded.ports import free_port
from youke.http.context import runtime
from youke.jobs.worker import Tools
from youke.kernel.config import Settings
from youke.lessons import service as lessons
from youke.lessons.service import Lesson
from youke.media import encodings
from youke.storage import ObjectStore

PATIENCE_MS = 300_000
SECONDS = 36
SLOW = 0.25
#: A slide with a small moving window: quick to encode, and as lessons are.
SLIDE = f"color=c=0x17405f:s=1920x1080:r=25:d={SECONDS}"
WINDOW = f"testsrc2=s=320x180:r=25:d={SECONDS}"
LADDER = ("media.survey", "media.chunk", "media.assemble")


@dataclass(frozen=True)
class School:
    """A server without a worker; the test does the work, step by step."""

    url: str
    tools: Tools
    city: City

    def lesson(self, name: str, video: Path) -> tuple[Caller, Lesson]:
        """Publish a lesson by a teacher of this name and send its video."""
        teacher = self.city.teacher(name)
        lesson = self.city.lesson(teacher.person, listed=False, title=name)
        with self.city.database.transaction() as session:
            lessons.publish(lessons.lesson_for_update(session, lesson.id))
        send(teacher, lesson, video.read_bytes(), video.name)
        return teacher, lesson


@pytest.fixture(scope="module")
def school(
    servers: Servers, worker_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[School]:
    folder = tmp_path_factory.mktemp("growing")
    given = environment(servers, f"growing_{worker_name}", folder)
    settings = Settings.from_env(given)
    ObjectStore.from_settings(settings).ensure_bucket()
    server = LiveServer(given, port=free_port(), logs=folder / "logs", works=False)
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        parts = runtime()
    tools = Tools(settings=settings, database=parts.database, store=parts.store)
    yield School(server.url, tools, City(parts.database, app.test_client()))
    server.stop()
    parts.store.close()
    parts.database.close()


@pytest.fixture
def page(browser: Browser, school: School) -> Iterator[Page]:
    """A student's page on a screen as sharp as today's, with sound on."""
    context = browser.new_context(
        base_url=school.url,
        locale="zh-CN",
        viewport={"width": 1366, "height": 900},
        device_scale_factor=2,
    )
    yield context.new_page()
    context.close()


class Viewer:
    """Somebody who watches one lesson, on one page that is never loaded again."""

    def __init__(self, page: Page, school: School, teacher: Caller) -> None:
        self.page = page
        page.goto("/sign-in")
        page.fill("[name=username]", teacher.person.username)
        page.fill("[name=password]", PASSWORD)
        page.locator("main button[type=submit]").click()
        expect(page).to_have_url(f"{school.url}/")

    def watch(self, lesson: Lesson) -> None:
        """Open the lesson's page and begin."""
        self.page.goto(f"/lessons/{lesson.id}")
        self.page.evaluate("window.neverLoadedAgain = true")
        self.page.locator("[data-do=play]").first.click()
        self.wait_for("currentTime > 1")

    def play_at(self, speed: float) -> None:
        """Play faster or slower than the menu offers."""
        set_both = (
            "speed => { const v = document.querySelector('video');"
            " v.defaultPlaybackRate = v.playbackRate = speed }"
        )
        self.page.evaluate(set_both, speed)

    def video(self, what: str) -> Any:
        """Read a property of the video."""
        assert self.page.evaluate("window.neverLoadedAgain"), (
            "the page was loaded again"
        )
        return self.page.evaluate(f"document.querySelector('video').{what}")

    def key(self, key: str) -> None:
        self.page.locator("[data-surface]").hover()
        self.page.keyboard.press(key)

    def wait_for(self, condition: str) -> None:
        """Wait until something is true of the video; the page forbids to poll in it."""
        until = time.monotonic() + PATIENCE_MS / 1000
        while not self.video(condition):
            assert time.monotonic() < until, [
                self.video(name) for name in ("currentTime", "duration", "videoHeight")
            ]
            self.page.wait_for_timeout(200)


@dataclass
class Worker:
    """A worker that runs beside the test, as far as its gate lets it."""

    school: School
    gate: Gate

    def __enter__(self) -> Self:
        self._thread = threading.Thread(
            target=run_jobs, args=(self.school.tools, self.gate)
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.open()
        self._thread.join()


def wait_until(teacher: Caller, lesson: Lesson, **wanted: object) -> dict[str, Any]:
    """Wait until the lesson is described so."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while True:
        told: dict[str, Any] = teacher.get(f"/lessons/{lesson.id}").get_json()
        if all(told[name] == value for name, value in wanted.items()):
            return told
        assert time.monotonic() < until, told
        time.sleep(0.2)


def draw(path: Path, *options: str) -> Path:
    """Draw a lesson of 36 s in 1080p."""
    command = [get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-f", "lavfi"]
    command += ["-i", SLIDE, "-f", "lavfi", "-i", WINDOW, "-f", "lavfi"]
    command += ["-i", f"sine=frequency=440:duration={SECONDS}"]
    command += ["-filter_complex", "[0][1]overlay=x='90+20*t':y=700,format=yuv420p"]
    subprocess.run([*command, *options, "-c:a", "aac", str(path)], check=True)
    return path


def test_a_viewer_climbs_to_1080p_while_the_lesson_is_being_encoded(
    school: School, page: Page, tmp_path: Path
) -> None:
    # given a video that must be encoded before it can be watched
    clip = draw(tmp_path / "课.mp4", "-c:v", "mpeg4", "-q:v", "4", "-g", "50")
    teacher, lesson = school.lesson("climber", clip)
    with Worker(school, Gate(*LADDER)) as worker:
        wait_until(teacher, lesson, playable=True)
        # when it is watched while there is nothing but the lowest rungs
        viewer = Viewer(page, school, teacher)
        viewer.watch(lesson)
        assert 0 < viewer.video("videoHeight") <= 360
        expect(page.locator("[data-growing-note]")).to_be_visible()
        viewer.key("k")
        # and the others land behind a viewer who stopped for a thought
        worker.gate.open("media.survey", "media.chunk")
        viewer.wait_for("duration > 35")
        wait_until_only_the_assembly_is_left(school, lesson)
        viewer.key("k")
        viewer.play_at(2)
        # then the picture becomes sharp on the same page, before it is all done
        viewer.wait_for("videoHeight === 1080")
        assert teacher.get(f"/lessons/{lesson.id}").get_json()["state"] == "encoding"
        # and publication in the middle of it is not noticed
        worker.gate.open("media.assemble")
        wait_until(teacher, lesson, state="ready")
        expect(page.locator("[data-ended]")).to_be_visible(timeout=PATIENCE_MS)
        assert viewer.video("videoHeight") == 1080
        assert viewer.video("currentTime") == pytest.approx(SECONDS, abs=0.3)
        expect(page.locator("[data-growing-note]")).to_be_hidden()


def wait_until_only_the_assembly_is_left(school: School, lesson: Lesson) -> None:
    until = time.monotonic() + PATIENCE_MS / 1000
    left: set[str] = set()
    while left != {"assemble"}:
        assert time.monotonic() < until, left
        time.sleep(0.2)
        with school.tools.database.transaction() as session:
            encoding = encodings.working(session, lesson.id)
            assert encoding
            left = {step.kind for step in encoding.steps if step.state != "done"}


def test_a_video_that_browsers_know_is_shown_at_once_and_joins_its_ladder_in_a_pause(
    school: School, page: Page, tmp_path: Path
) -> None:
    # given a video that browsers can play as it is, of which nothing is encoded yet
    x264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50")
    teacher, lesson = school.lesson("joiner", draw(tmp_path / "课.mp4", *x264))
    with Worker(school, Gate(*LADDER, "media.sound")) as worker:
        wait_until(teacher, lesson, playable=True)
        # when it is watched, slowly enough for the encoder, and not so loud
        viewer = Viewer(page, school, teacher)
        viewer.watch(lesson)
        assert viewer.video("videoHeight") == 1080
        quality = page.locator("[data-menu-of=quality]")
        expect(quality).to_be_hidden()
        viewer.page.keyboard.press("ArrowDown")
        viewer.play_at(SLOW)
        loudness = viewer.video("volume")
        # then publication changes nothing for a viewer who goes on
        worker.gate.open()
        wait_until(teacher, lesson, state="ready")
        expect(page.locator("[data-growing-note]")).to_be_hidden()
        expect(quality).to_be_hidden()
        # but a pause brings all qualities, at the same place, speed and loudness
        before = viewer.video("currentTime")
        assert before < SECONDS - 1
        viewer.key("k")
        expect(quality).to_be_visible()
        viewer.wait_for("readyState > 1")
        assert viewer.video("currentTime") == pytest.approx(before, abs=1)
        assert viewer.video("paused")
        assert viewer.video("playbackRate") == SLOW
        assert viewer.video("volume") == pytest.approx(loudness)
        # and pictures above the seek bar
        page.locator("[data-seek]").hover()
        expect(page.locator("[data-seek-picture]")).to_be_visible()
        viewer.play_at(1)
        viewer.key("k")
        viewer.key("9")  # 90 %
        expect(page.locator("[data-ended]")).to_be_visible(timeout=PATIENCE_MS)
