"""The road that visitors walk: upload, watch, like, ask, answer."""

import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from youke.accounts.service import Person, person_named
from youke.demo.people import load_people
from youke.kernel.clock import now
from youke.kernel.db import Database
from youke.tutoring.service import SessionDraft, publish_session

PASSWORD = "the road is long"
READY_MS = 90_000
Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of six seconds with a tone."""
    path = tmp_path_factory.mktemp("clip") / "一节课.mp4"
    command = [get_ffmpeg_exe(), "-nostdin", "-loglevel", "error"]
    command += ["-f", "lavfi", "-i", "testsrc2=s=854x480:r=25:d=6"]
    command += ["-f", "lavfi", "-i", "sine=frequency=440:duration=6"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:a", "aac", str(path)], check=True, timeout=60)
    return path


@pytest.fixture(scope="module")
def school(live_database: Database) -> None:
    """The demo's people, and a session of mathematics that is on now."""
    with live_database.transaction() as session:
        load_people(session, PASSWORD)
        _publish(session, person_named(session, "admin"))


def _publish(session: Session, admin: Person) -> None:
    draft = SessionDraft(
        subject="math",
        grades=[7],
        starts_at=now() - timedelta(minutes=5),
        ends_at=now() + timedelta(hours=1),
        capacity=5,
        tutors=["tutor"],
    )
    publish_session(session, admin, draft)


@pytest.fixture
def visit(browser: Browser, live_server: str, school: None) -> Iterator[Visit]:  # noqa: ARG001
    """Sign somebody in, in a browser of their own."""
    contexts = []

    def sign_in(username: str) -> Page:
        context = browser.new_context(base_url=live_server, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.locator("main button[type=submit]").click()
        expect(page).to_have_url(f"{live_server}/")
        return page

    yield sign_in
    for context in contexts:
        context.close()


def requests_of(page: Page) -> list[str]:
    """Collect the addresses that the page asks for from now on."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    return seen


def upload(teacher: Page, title: str, clip: Path) -> str:
    """Create, upload and publish a lesson in the browser; return its page's path."""
    teacher.goto("/studio/new")
    teacher.fill("[name=title]", title)
    teacher.select_option("[name=stage]", "junior")
    teacher.select_option("[name=grade]", "7")
    teacher.select_option("[name=subject]", "math")
    teacher.locator("main button[type=submit]").click()
    expect(teacher).to_have_url(re.compile(r"/studio/lessons/[0-9a-f-]{36}$"))
    teacher.locator("form[action$='/publish'] button").click()
    expect(teacher.locator("form[action$='/withdraw']")).to_be_visible()
    teacher.set_input_files("input[type=file]", clip)
    expect(teacher.locator("[data-player]")).to_be_visible(timeout=READY_MS)
    return "/lessons/" + teacher.url.rsplit("/", 1)[-1]


def watch_to_the_end(page: Page) -> None:
    page.locator("[data-do=play]").first.click()
    expect(page.locator("[data-ended]")).to_be_visible(timeout=60_000)


def test_a_lesson_goes_from_upload_to_an_answered_question(
    visit: Visit, clip: Path, live_server: str
) -> None:
    # given two lessons by a teacher
    teacher = visit("teacher")
    path = upload(teacher, "有理数的乘法", clip)
    other = upload(teacher, "有理数的除法", clip)
    # when a student watches one to its end
    student = visit("student")
    asked = requests_of(student)
    student.goto(path)
    watch_to_the_end(student)
    # then every video byte came from the object store
    videos = [url for url in asked if re.search(r"\.(mp4|ts)(\?|$)", url)]
    assert videos
    assert not any(url.startswith(live_server) for url in videos)
    # when the student likes it
    student.locator("[data-like]").click()
    expect(student.locator("[data-like]")).to_have_attribute("aria-pressed", "true")
    expect(student.locator("[data-like-count]").first).to_have_text("1")
    # then the other one is recommended because of it
    student.goto("/")
    card = student.locator("article", has=student.locator(f"a[href^='{other}']")).first
    expect(card).to_contain_text("有理数的乘法")
    # when the student asks at second 3 and queues
    student.goto(f"/ask?lesson={path.rsplit('/', 1)[-1]}&t=3")
    student.fill("[name=text]", "负负为什么得正？")
    student.locator("input[name=session]").last.check(force=True)
    student.locator("main button[type=submit]").last.click()
    expect(student).to_have_url(re.compile(r"/questions/[0-9a-f-]{36}$"))
    # and the tutor calls and answers
    tutor = visit("tutor")
    tutor.goto("/desk")
    tutor.locator(".session a[href^='/desk/']").first.click()
    tutor.locator("form[action$='/next'] button").click()
    expect(tutor.locator("main")).to_contain_text("负负为什么得正？")
    tutor.fill("form[data-desk-answer] textarea", "想想数轴上转身两次。")
    tutor.locator("form[data-desk-answer] button[type=submit]").click()
    # then the student is told and reads it at its second, unnamed
    student.goto("/notices")
    expect(student.locator("main a[href^='/questions/']").first).to_be_visible()
    teacher.goto(path)
    answer = teacher.locator(".answer")
    expect(answer).to_contain_text("想想数轴上转身两次。")
    expect(answer.locator("[data-seek-to]")).to_have_attribute(
        "data-seek-to", re.compile(r"^3(\.0)?$")
    )


def test_a_student_without_history_gets_lessons_of_the_own_grade(
    visit: Visit, clip: Path
) -> None:
    path = upload(visit("teacher"), "整式的加减", clip)
    seventh, fifth = visit("student2"), visit("student8")
    expect(seventh.locator(f"a[href^='{path}']").first).to_be_visible()
    expect(fifth.locator(f"a[href^='{path}']")).to_have_count(0)
