"""The pipeline when workers are overtaken, parts are absent, or something breaks."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from harness.city import Caller, City
from harness.encodings import all_encodings, begin, jobs, make_due
from harness.work import run_jobs, send
from youke.jobs import INFRASTRUCTURE, MOST_TRIES
from youke.jobs.worker import Tools
from youke.lessons.service import Lesson
from youke.media import encodings, tasks
from youke.media.encodings import EncodingLostError
from youke.storage import StorageUnavailableError
from youke_transcoder import FailureCode, TranscodeFailed


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
