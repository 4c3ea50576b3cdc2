"""Loads the demo city; what is there already stays, so a restart goes on."""

import logging
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import urllib3
from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.accounts.service import Role
from youke.demo.habits import draw_past
from youke.demo.lessons import LESSONS, DemoLesson
from youke.demo.people import load_people
from youke.demo.videos import draw
from youke.demo.weekend import load_weekend
from youke.engagement.service import record_past
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.lessons import service as lessons
from youke.lessons.service import Lesson, LessonDraft, LessonState
from youke.media import service as media
from youke.recommendations.training import Options, train
from youke.storage import ObjectStore

logger = logging.getLogger(__name__)
#: The first lesson is short; a worker that takes longer is not running.
PATIENCE_S = 300
#: A lesson in one of these states still waits for its video.
WITHOUT_VIDEO = frozenset({LessonState.CREATED.value, LessonState.UPLOADING.value})


def load(settings: Settings, password: str) -> None:
    """Load people, lessons and habits at once, then upload one video after another.

    :param password: of all demo accounts.
    """
    database = Database(settings.database_url)
    store = ObjectStore.from_settings(settings)
    try:
        with database.transaction() as session:
            load_people(session, password)
            _load_habits(session, _load_lessons(session))
        train(database, store, Options.of(settings))
        with tempfile.TemporaryDirectory(dir=_scratch(settings)) as folder:
            _upload(database, store, LESSONS[0], Path(folder))
            _open_weekend(database, _await_playable(database, LESSONS[0]))
            for demo in LESSONS[1:]:
                _upload(database, store, demo, Path(folder))
    finally:
        database.close()


def _open_weekend(database: Database, lesson: Lesson | None) -> None:
    if lesson is not None:
        with database.transaction() as session:
            load_weekend(session, lesson)


def _await_playable(database: Database, demo: DemoLesson) -> Lesson | None:
    """Wait until the worker has made the lesson watchable; None when it does not."""
    for _ in range(PATIENCE_S):
        with database.transaction() as session:
            lesson = _find(session, demo)
        if lesson is not None and lesson.playable:
            return lesson
        time.sleep(1)
    return None


def _scratch(settings: Settings) -> Path:
    folder = settings.data_dir / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _load_lessons(session: Session) -> Mapping[DemoLesson, Lesson]:
    """Create and publish the lessons that are missing; videos follow."""
    return {demo: _find(session, demo) or _create(session, demo) for demo in LESSONS}


def _find(session: Session, demo: DemoLesson) -> Lesson | None:
    teacher = accounts.person_named(session, demo.teacher)
    mine = lessons.own_lessons(session, teacher)
    return next((lesson for lesson in mine if lesson.title == demo.title), None)


def _create(session: Session, demo: DemoLesson) -> Lesson:
    draft = LessonDraft(
        title=demo.title,
        grade=demo.grade,
        subject=demo.subject,
        chapter=demo.chapter,
        summary=demo.summary,
        tags=demo.tags,
    )
    teacher = accounts.person_named(session, demo.teacher)
    lesson = lessons.create_lesson(session, teacher, draft)
    lessons.publish(lesson)
    return lesson


def _load_habits(session: Session, created: Mapping[DemoLesson, Lesson]) -> None:
    students = accounts.people_with_role(session, Role.STUDENT)
    record_past(session, draw_past(students, created))


def _upload(
    database: Database, store: ObjectStore, demo: DemoLesson, folder: Path
) -> None:
    """Draw the lesson's video and send it the way a teacher's browser does."""
    with database.transaction() as session:
        lesson = _find(session, demo)
        teacher = accounts.person_named(session, demo.teacher)
    if lesson is None or lesson.state not in WITHOUT_VIDEO:
        return
    path = folder / f"{lesson.id}.mp4"
    draw(demo, teacher.name, path)
    _send(database, store, lesson.id, path)
    path.unlink()
    logger.info("Uploaded %s", demo.title, extra={"action": "demo_uploaded"})


def _send(database: Database, store: ObjectStore, lesson_id: UUID, path: Path) -> None:
    size = path.stat().st_size
    with database.transaction() as session:
        lesson = lessons.lesson_for_update(session, lesson_id)
        upload = media.begin_upload(
            session, store, lesson, filename=path.name, size=size
        )
    plan = media.plan_upload(store, upload, endpoint=store.endpoint)
    with path.open("rb") as file:
        for part in plan.parts:
            file.seek((part["number"] - 1) * upload.part_size)
            _put(part["url"], file.read(upload.part_size))
    with database.transaction() as session:
        media.complete_upload(session, store, session.merge(upload))


def _put(url: str, content: bytes) -> None:
    response = urllib3.request("PUT", url, body=content, timeout=60, retries=3)
    if response.status != 200:  # noqa: PLR2004  HTTP's OK
        raise RuntimeError(f"the object store answered {response.status}")
