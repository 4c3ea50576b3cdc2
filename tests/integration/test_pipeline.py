"""The pipeline: an uploaded file becomes renditions, or is refused with a reason."""

import pytest
from sqlalchemy import text

from harness.city import Caller, City
from harness.encodings import all_encodings, begin, jobs, make_due, told
from harness.work import run_jobs, send
from youke.jobs import enqueue
from youke.jobs.worker import Tools
from youke.lessons.service import Lesson
from youke.media import tasks, uploads
from youke.media.models import Upload


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
