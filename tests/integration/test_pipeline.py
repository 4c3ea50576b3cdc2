"""The pipeline: an uploaded file becomes renditions, or is refused with a reason."""

import random
from pathlib import Path

import pytest
from sqlalchemy import text

from harness.city import Caller, City
from harness.encodings import (
    all_encodings,
    begin,
    interrupted_by,
    jobs,
    make_due,
    needed,
    steps_of,
    stored,
    told,
)
from harness.work import run_jobs, send
from youke.jobs import enqueue
from youke.jobs.worker import Tools
from youke.lessons.service import Lesson
from youke.media import encodings, pieces, steps, uploads
from youke.media.models import Upload


def files_left(tools: Tools) -> list[Path]:
    """What steps left on the disk."""
    work = tools.settings.data_dir / "work"
    return [path for path in work.rglob("*") if path.is_file()]


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
    assert stored(tools.store, lesson.id) == needed(city, lesson.id)
    assert f"{encoding.folder}poster.jpg" in stored(tools.store, lesson.id)
    assert jobs(city) == []
    assert files_left(tools) == []
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
    (encoding,) = all_encodings(city)
    assert (encoding.state, encoding.code) == ("abandoned", code)
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
    before = stored(tools.store, lesson.id)

    with city.database.transaction() as session:
        enqueue(session, steps.PREPARE, queue="opening", upload_id=str(upload))
    run_jobs(tools)

    assert [e.state for e in all_encodings(city)] == ["current"]
    assert stored(tools.store, lesson.id) == before


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
    assert (new.opening, new.opened_at) == (None, None)
    assert list(tools.store.keys(old.prefix)) != []
    assert city.reread(lesson.id).poster_key == f"{new.folder}poster.jpg"
    make_due(city)
    run_jobs(tools)
    assert new.folder is not None
    assert all(key.startswith(new.folder) for key in stored(tools.store, lesson.id))
    assert stored(tools.store, lesson.id)


def test_what_plays_everywhere_is_shown_as_it_is_until_it_is_encoded(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched: list[tuple[bool, str | None, list[str]]] = []

    def look() -> None:
        with city.database.transaction() as session:
            now = city.reread(lesson.id)
            encoding = encodings.watchable_encoding(session, now)
            assert encoding is not None
            shown = pieces.of(session, encoding)
            watched.append((now.playable, encoding.opening, list(shown)))

    send(teacher, lesson, clip)
    interrupted_by(monkeypatch, look, "encode_chunk")
    run_jobs(tools)

    assert watched == [(True, "copy", ["source"])]


def test_what_must_be_encoded_is_watched_in_low_rungs_chunk_by_chunk(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    in_chunks: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[dict[str, int]] = []

    def look() -> None:
        with city.database.transaction() as session:
            now = city.reread(lesson.id)
            encoding = encodings.watchable_encoding(session, now)
            if encoding is not None:
                shown = pieces.of(session, encoding)
                seen.append({name: len(kept) for name, kept in shown.items()})
            assert now.playable == (encoding is not None)

    send(teacher, lesson, in_chunks)
    interrupted_by(monkeypatch, look, "open_chunk")
    interrupted_by(monkeypatch, look, "encode_chunk", once=False)
    interrupted_by(monkeypatch, look, "assemble")
    run_jobs(tools)

    (encoding,) = all_encodings(city)
    chunks = len((encoding.recipe or {})["chunks"])
    low = {"360p", "240p"}
    assert chunks > 1
    assert encoding.opening == "preview"
    # Before anything of the second chunk is made the first can be watched, with sound.
    assert seen[0] == {"360p": 1, "240p": 1, "audio": 1}
    assert {name: seen[-1][name] for name in low} == dict.fromkeys(low, chunks)
    assert seen[-1]["480p"] == chunks
    assert city.reread(lesson.id).state == "ready"


def test_steps_may_be_done_in_any_order(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    in_chunks: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shuffle() -> None:
        with city.database.transaction() as session:
            waiting = session.execute(
                text("SELECT id FROM procrastinate_jobs WHERE status = 'todo'")
            )
            for (number,) in waiting.all():
                session.execute(
                    text("UPDATE procrastinate_jobs SET priority = :p WHERE id = :id"),
                    {"p": random.randint(1, 9), "id": number},  # noqa: S311  no secret
                )

    send(teacher, lesson, in_chunks)
    for where in ("encode_chunk", "encode_sound"):
        interrupted_by(monkeypatch, shuffle, where, once=False, after=True)
    run_jobs(tools)

    assert city.reread(lesson.id).state == "ready"
    (encoding,) = all_encodings(city)
    assert {step.state for step in steps_of(city, encoding).values()} == {"done"}
    assert stored(tools.store, lesson.id) == needed(city, lesson.id)


def test_pieces_are_deleted_when_nobody_watches_them_any_more(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, in_chunks: bytes
) -> None:
    send(teacher, lesson, in_chunks)
    run_jobs(tools)
    (encoding,) = all_encodings(city)
    assert list(tools.store.keys(pieces.folder(lesson.id)))
    tools.store.put_bytes(
        f"{encoding.prefix}{'0' * 32}/720p.mp4", b"a dead one's", content_type="x/y"
    )

    make_due(city)
    run_jobs(tools)

    assert encoding.folder
    assert all(
        key.startswith(encoding.folder) for key in stored(tools.store, lesson.id)
    )
    assert stored(tools.store, lesson.id) == needed(city, lesson.id)


def test_a_lesson_in_work_whose_jobs_are_lost_gets_new_ones(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    in_chunks: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lose() -> None:
        with city.database.transaction() as session:
            session.execute(text("DELETE FROM procrastinate_jobs"))

    begin(city, send(teacher, lesson, in_chunks))
    with city.database.transaction() as session:
        assert uploads.adopt_orphans(session) == 0
        session.execute(text("DELETE FROM procrastinate_jobs"))
    with city.database.transaction() as session:
        assert uploads.adopt_orphans(session) == 1
        assert uploads.adopt_orphans(session) == 0

    interrupted_by(monkeypatch, lose, "encode_chunk", after=True)
    run_jobs(tools)
    assert city.reread(lesson.id).state == "encoding"
    with city.database.transaction() as session:
        assert uploads.adopt_orphans(session) > 0
        assert uploads.adopt_orphans(session) == 0
    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"


def test_an_uploads_lost_job_is_found_before_its_encoding_began(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    send(teacher, lesson, clip)
    with city.database.transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
        assert uploads.adopt_orphans(session) == 1
    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"
