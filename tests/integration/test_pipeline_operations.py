"""What operators do: try again, stop, make anew. And teachers take turns."""

import pytest
from sqlalchemy import text

from harness.city import Caller, City
from harness.encodings import (
    all_encodings,
    interrupted_by,
    jobs,
    make_due,
    needed,
    stored,
)
from harness.work import run_jobs, send
from youke.jobs.worker import Tools
from youke.lessons.service import Lesson
from youke.media import operations
from youke.media.errors import InWorkError, NothingToEncodeError, NotInWorkError
from youke_transcoder import FailureCode, TranscodeFailed


def test_a_failed_lesson_is_tried_again(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise TranscodeFailed(FailureCode.BAD_OUTPUT)

    send(teacher, lesson, clip)
    interrupted_by(monkeypatch, fail, "assemble")
    run_jobs(tools)
    assert city.reread(lesson.id).state == "failed"

    with city.database.transaction() as session:
        operations.retry(session, lesson.id)
    assert city.reread(lesson.id).state == "inspecting"
    run_jobs(tools)

    assert city.reread(lesson.id).state == "ready"
    assert [e.state for e in all_encodings(city)] == ["abandoned", "current"]


def test_there_is_nothing_to_try_again_without_a_file_or_a_failure(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    with pytest.raises(InWorkError), city.database.transaction() as session:
        operations.retry(session, lesson.id)
    send(teacher, lesson, clip)
    run_jobs(tools)
    with pytest.raises(InWorkError), city.database.transaction() as session:
        operations.retry(session, lesson.id)
    with pytest.raises(NotInWorkError), city.database.transaction() as session:
        operations.cancel(session, lesson.id)


def test_work_that_is_stopped_ends_within_the_step(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop() -> None:
        with city.database.transaction() as session:
            operations.cancel(session, lesson.id)

    send(teacher, lesson, clip)
    interrupted_by(monkeypatch, stop, "encode_chunk")
    run_jobs(tools)

    stopped = city.reread(lesson.id)
    assert (stopped.state, stopped.code) == ("failed", "cancelled")
    assert stopped.playable is False
    assert jobs(city) == []


def test_a_lesson_is_made_anew_behind_what_is_watched(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, bool, float]] = []

    def look() -> None:
        present = city.reread(lesson.id)
        seen.append((present.state, present.playable, present.progress))

    send(teacher, lesson, clip)
    run_jobs(tools)
    with city.database.transaction() as session:
        operations.reencode(session, lesson.id)
    with pytest.raises(InWorkError), city.database.transaction() as session:
        operations.reencode(session, lesson.id)
    interrupted_by(monkeypatch, look, "assemble")
    run_jobs(tools)

    assert seen == [("ready", True, 1.0)]
    assert [e.state for e in all_encodings(city)] == ["retired", "current"]
    make_due(city)
    run_jobs(tools)
    assert stored(tools.store, lesson.id) == needed(city, lesson.id) - {
        key for key in needed(city, lesson.id) if str(all_encodings(city)[0].id) in key
    }


def test_making_anew_that_fails_or_is_stopped_leaves_the_lesson_as_it_is(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise TranscodeFailed(FailureCode.BAD_OUTPUT)

    send(teacher, lesson, clip)
    run_jobs(tools)
    with city.database.transaction() as session:
        operations.reencode(session, lesson.id)
    interrupted_by(monkeypatch, fail, "assemble")
    run_jobs(tools)
    with city.database.transaction() as session:
        operations.reencode(session, lesson.id)
        operations.cancel(session, lesson.id)
    run_jobs(tools)

    first, second, third = all_encodings(city)
    assert first.state == "current"
    assert (second.state, second.code) == ("abandoned", "bad_output")
    assert (third.state, third.code) == ("abandoned", "cancelled")
    left = city.reread(lesson.id)
    assert (left.state, left.code, left.playable) == ("ready", None, True)


def test_what_has_no_file_cannot_be_made_anew(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    send(teacher, lesson, clip)
    run_jobs(tools)
    with city.database.transaction() as session:
        session.execute(text("UPDATE uploads SET state = 'aborted'"))
    with pytest.raises(NothingToEncodeError), city.database.transaction() as session:
        operations.reencode(session, lesson.id)


def test_a_teacher_with_forty_uploads_does_not_hold_up_another(
    city: City, teacher: Caller, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both kinds of work are taken in turns, whoever came first."""
    begun: list[str] = []
    other = city.teacher("other")
    no_video = b"no video at all"
    for number in range(40):
        lesson = city.lesson(teacher.person, listed=False, title=f"mine {number}")
        send(teacher, lesson, no_video)
    late = city.lesson(other.person, listed=False, title="theirs")
    send(other, late, no_video)

    def note() -> None:
        with city.database.transaction() as session:
            inspected = "SELECT title FROM lessons WHERE state = 'inspecting'"
            begun.extend(session.scalars(text(inspected)))

    interrupted_by(monkeypatch, note, "inspected", once=False)
    run_jobs(tools)

    assert len(begun) == 41
    assert begun[:3] == ["mine 0", "theirs", "mine 1"]
