"""The pipeline: an uploaded file becomes renditions, or is refused with a reason."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from transcoder_media import Drawing, draw

from harness.city import Caller, City
from harness.work import run_jobs, send, working
from youke.jobs import INFRASTRUCTURE, MOST_TRIES, enqueue
from youke.jobs.worker import Tools
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.lessons.service import Lesson
from youke.media import encodings, tasks, uploads
from youke.media.encodings import EncodingLostError
from youke.media.models import Encoding, Upload
from youke.storage import ObjectStore, StorageUnavailableError
from youke_transcoder import FailureCode, TranscodeFailed


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of a moving picture with a tone."""
    return draw(tmp_path_factory.mktemp("clip"), Drawing()).read_bytes()


@pytest.fixture
def tools(
    settings: Settings, database: Database, store: ObjectStore
) -> Iterator[Tools]:
    tools = Tools(settings=settings, database=database, store=store)
    with working(tools):
        yield tools


@pytest.fixture
def teacher(city: City) -> Caller:
    return city.teacher()


@pytest.fixture
def lesson(city: City, teacher: Caller) -> Lesson:
    return city.lesson(teacher.person, listed=False)


def all_encodings(city: City) -> list[Encoding]:
    with city.database.transaction() as session:
        return list(session.scalars(select(Encoding).order_by(Encoding.id)).all())


def jobs(city: City) -> list[tuple[str, str, int]]:
    """The jobs there are: task, status, attempts."""
    query = "SELECT task_name, status::text, attempts FROM procrastinate_jobs"
    with city.database.transaction() as session:
        return [(r[0], r[1], r[2]) for r in session.execute(text(query))]


def told(teacher: Caller) -> list[tuple[str, str]]:
    """What notices the teacher has: kind and address."""
    items = teacher.get("/notices").get_json()["items"]
    return [(item["kind"], item["href"]) for item in items]


def make_due(city: City) -> None:
    """Let retries happen now."""
    with city.database.transaction() as session:
        session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))


def begin(city: City, upload: UUID) -> Encoding:
    with city.database.transaction() as session:
        encoding = encodings.begin(session, upload)
    assert encoding is not None
    return encoding


def test_a_video_becomes_a_lesson_that_is_ready(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    upload = send(teacher, lesson, clip)
    assert teacher.get(f"/lessons/{lesson.id}").get_json()["state"] == "uploaded"

    run_jobs(tools)

    shown = teacher.get(f"/lessons/{lesson.id}").get_json()
    assert (shown["state"], shown["progress"], shown["code"]) == ("ready", 1.0, None)
    assert shown["playable"] is True
    assert shown["duration_s"] == pytest.approx(2, abs=0.2)
    assert set(shown["playback"]) == {"tv", "web", "mobile"}
    profiles = {p for r in shown["media"]["renditions"] for p in r["profiles"]}
    assert profiles == {"tv", "web", "mobile"}
    with city.database.transaction() as session:
        kept = session.get_one(Upload, upload)
    (encoding,) = all_encodings(city)
    assert len(kept.sha256 or "") == 64
    assert encoding.state == "current"
    stored = set(tools.store.keys(encoding.prefix))
    assert {r.key for r in encoding.renditions} < stored
    assert f"{encoding.prefix}poster.jpg" in stored
    assert jobs(city) == []
    assert not list((tools.settings.data_dir / "work").iterdir())
    assert told(teacher) == [("lesson_ready", f"/studio/lessons/{lesson.id}")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"This is a text that somebody named .mp4.\n" * 50, "unsupported_format"),
        (b"\x00", "unsupported_format"),
        (b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n", "unsupported_format"),
    ],
    ids=["text", "one byte", "playlist"],
)
def test_a_file_that_is_no_video_is_rejected_with_its_code(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, content: bytes, code: str
) -> None:
    send(teacher, lesson, content)
    run_jobs(tools)
    shown = teacher.get(f"/lessons/{lesson.id}").get_json()
    assert (shown["state"], shown["code"]) == ("rejected", code)
    assert (shown["playable"], shown["progress"]) == (False, 0)
    assert all_encodings(city)[0].state == "abandoned"
    assert jobs(city) == []


def test_half_a_video_is_rejected(
    teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    send(teacher, lesson, clip[: len(clip) // 2])
    run_jobs(tools)
    shown = teacher.get(f"/lessons/{lesson.id}").get_json()
    assert shown["state"] == "rejected"
    assert shown["code"] in {"truncated", "unreadable"}


def test_a_rejected_lesson_becomes_ready_with_another_file(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    send(teacher, lesson, b"text")
    run_jobs(tools)
    send(teacher, lesson, clip)
    assert city.reread(lesson.id).code is None
    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"


def test_running_the_job_again_changes_nothing(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    upload = send(teacher, lesson, clip)
    run_jobs(tools)
    before = set(tools.store.keys(f"media/{lesson.id}/"))

    with city.database.transaction() as session:
        enqueue(session, tasks.prepare, upload_id=str(upload))
    run_jobs(tools)

    assert [e.state for e in all_encodings(city)] == ["current"]
    assert set(tools.store.keys(f"media/{lesson.id}/")) == before


def test_a_new_video_replaces_the_old_whose_objects_go_when_nobody_watches_them(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    send(teacher, lesson, clip)
    run_jobs(tools)
    send(teacher, lesson, clip, "again.mp4")
    assert city.reread(lesson.id).playable  # the old one is watched until then
    run_jobs(tools)

    old, new = all_encodings(city)

    assert (old.state, new.state) == ("retired", "current")
    assert list(tools.store.keys(old.prefix)) != []
    assert city.reread(lesson.id).poster_key == f"{new.prefix}poster.jpg"
    make_due(city)
    run_jobs(tools)
    assert list(tools.store.keys(old.prefix)) == []
    assert list(tools.store.keys(new.prefix)) != []


def test_a_lesson_in_work_whose_job_is_lost_gets_a_new_one(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    begin(city, send(teacher, lesson, clip))
    with city.database.transaction() as session:
        assert uploads.adopt_orphans(session) == 0
        session.execute(text("DELETE FROM procrastinate_jobs"))

    with city.database.transaction() as session:
        assert uploads.adopt_orphans(session) == 1
        assert uploads.adopt_orphans(session) == 0

    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"


def test_a_worker_that_was_given_up_cannot_publish(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes
) -> None:
    upload = send(teacher, lesson, clip)
    first = begin(city, upload)
    second = begin(city, upload)

    for act in (
        lambda s: encodings.note_progress(s, first.id, 0.5),
        lambda s: encodings.note_source(s, first.id, {}, sha256="x"),
        lambda s: encodings.reject(s, first.id, "truncated"),
        lambda s: encodings.fail(s, first.id, "internal"),
    ):
        with pytest.raises(EncodingLostError), city.database.transaction() as session:
            act(session)

    assert [e.state for e in all_encodings(city)] == ["abandoned", "working"]
    assert second.id == all_encodings(city)[1].id
    assert city.reread(lesson.id).state == "inspecting"


def interrupted_by(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], *, once: bool = True
) -> None:
    """Let something happen after the download and before the encoding."""
    probe = tasks.youke_transcoder.probe

    def interrupted(path: Path) -> object:
        if once:
            monkeypatch.setattr(tasks.youke_transcoder, "probe", probe)
        act()
        return probe(path)

    monkeypatch.setattr(tasks.youke_transcoder, "probe", interrupted)


def test_a_worker_that_finds_itself_replaced_ends_quietly_and_leaves_nothing(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = send(teacher, lesson, clip)
    transcode = tasks.youke_transcoder.transcode

    def overtaken(*arguments: object, **more: object) -> object:
        manifest = transcode(*arguments, **more)  # type: ignore[arg-type]
        # Another worker takes over, and what we stored until then is deleted.
        begin(city, upload)
        with city.database.transaction() as session:
            done = "DELETE FROM procrastinate_jobs WHERE task_name = 'media.discard'"
            session.execute(text(done))
        return manifest

    monkeypatch.setattr(tasks.youke_transcoder, "transcode", overtaken)
    run_jobs(tools)

    ours, theirs = all_encodings(city)
    assert (ours.state, theirs.state) == ("abandoned", "working")
    assert list(tools.store.keys(ours.prefix)) == []
    assert jobs(city) == []
    assert city.reread(lesson.id).state == "inspecting"


def test_a_new_file_stops_the_work_on_the_old_one(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def choose_another() -> None:
        plan = {"filename": "another.mp4", "size": 9}
        begun = teacher.post(f"/lessons/{lesson.id}/uploads", plan)
        assert begun.status_code == 201

    send(teacher, lesson, clip)
    interrupted_by(monkeypatch, choose_another)
    run_jobs(tools)

    assert jobs(city) == []
    assert city.reread(lesson.id).state == "uploading"
    assert [e.state for e in all_encodings(city)] == ["abandoned"]


def test_a_job_whose_file_is_being_replaced_has_nothing_to_do(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    send(teacher, lesson, clip)
    teacher.post(f"/lessons/{lesson.id}/uploads", {"filename": "b.mp4", "size": 9})
    run_jobs(tools)
    assert jobs(city) == []
    assert all_encodings(city) == []
    assert city.reread(lesson.id).state == "uploading"


def test_progress_never_goes_back(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    encoding = begin(city, send(teacher, lesson, clip))
    seen = []
    for share in (0.1, 0.5, 0.3, 0.7, 7.0, 0.2):
        with city.database.transaction() as session:
            encodings.note_progress(session, encoding.id, share)
        seen.append(city.reread(lesson.id).progress)
    assert seen == [0.1, 0.5, 0.5, 0.7, 1.0, 1.0]
    assert tools


def test_teachers_see_progress_grow_while_it_is_encoded(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[float] = []
    noted = encodings.note_progress

    def note(session: object, encoding_id: UUID, share: float) -> None:
        noted(session, encoding_id, share)  # type: ignore[arg-type]
        seen.append(share)

    monkeypatch.setattr(encodings, "note_progress", note)
    monkeypatch.setattr(tasks, "PROGRESS_EVERY_S", 0.0)
    send(teacher, lesson, clip)
    run_jobs(tools)

    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[0] >= tasks.DOWNLOADED
    assert seen[-1] <= tasks.ENCODED
    assert city.reread(lesson.id).progress == 1.0


def test_an_absent_store_is_waited_for(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone() -> None:
        raise StorageUnavailableError(reason="test")

    send(teacher, lesson, clip)
    # More often than a fault of ours, or a killing file, would be tried again.
    for attempt in range(tasks.MOST_ATTEMPTS + 2):
        interrupted_by(monkeypatch, gone)
        run_jobs(tools)
        waiting = [job for job in jobs(city) if job[0] == "media.prepare"]
        assert waiting == [("media.prepare", "todo", attempt + 1)]
        assert city.reread(lesson.id).state == "inspecting"
        make_due(city)
    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"


def test_a_fault_of_ours_is_tried_three_times(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fault() -> None:
        raise RuntimeError("ours")

    interrupted_by(monkeypatch, fault, once=False)
    send(teacher, lesson, clip)
    for _ in range(MOST_TRIES):
        assert city.reread(lesson.id).state != "failed"
        run_jobs(tools)
        make_due(city)
    shown = teacher.get(f"/lessons/{lesson.id}").get_json()
    assert (shown["state"], shown["code"]) == ("failed", "internal")


def test_a_failed_encoder_is_named(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full() -> None:
        raise TranscodeFailed(FailureCode.DISK_FULL)

    interrupted_by(monkeypatch, full)
    send(teacher, lesson, clip)
    run_jobs(tools)
    assert city.reread(lesson.id).code == "disk_full"
    assert jobs(city) == []


def test_a_file_that_kills_its_workers_is_given_up(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    upload = send(teacher, lesson, clip)
    for _ in range(tasks.MOST_ATTEMPTS):
        encoding = begin(city, upload)
        with city.database.transaction() as session:
            encodings.note_source(session, encoding.id, {}, sha256="x")

    run_jobs(tools)

    lesson = city.reread(lesson.id)
    assert (lesson.state, lesson.code) == ("failed", "encoder_failed")
    assert {e.state for e in all_encodings(city)} == {"abandoned"}


def test_a_source_that_vanished_is_a_failure(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    upload = send(teacher, lesson, clip)
    tools.store.delete(f"sources/{lesson.id}/{upload}")
    run_jobs(tools)
    assert city.reread(lesson.id).code == "source_damaged"


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_stay(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    root = tools.settings.data_dir / "work"
    alive = begin(city, send(teacher, lesson, clip))
    names = [str(alive.id), "0199a000-0000-7000-8000-000000000000", "lost+found"]
    for name in names:
        (root / name).mkdir(parents=True)
    (root / "stray.txt").write_text("x")

    with tasks._work_folder(alive.__class__(id=UUID(int=7))):
        left = {path.name for path in root.iterdir()}
    (root / str(alive.id)).rmdir()
    (root / "stray.txt").unlink()

    assert left == {str(alive.id), str(UUID(int=7)), "stray.txt"}


def test_an_absent_database_counts_as_infrastructure() -> None:
    assert issubclass(OperationalError, INFRASTRUCTURE)
    assert issubclass(StorageUnavailableError, INFRASTRUCTURE)
