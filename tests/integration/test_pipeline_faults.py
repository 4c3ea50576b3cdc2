"""The pipeline when parts are absent or something breaks."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from harness.city import Caller, City
from harness.encodings import (
    EVERYWHERE,
    all_encodings,
    interrupted_by,
    jobs,
    make_due,
    needed,
    steps_of,
    stored,
    take,
)
from harness.work import run_jobs, send, working
from youke.jobs import INFRASTRUCTURE, MOST_TRIES
from youke.jobs.worker import Tools
from youke.lessons.service import Lesson
from youke.media import workplace
from youke.media.models import Step
from youke.storage import StorageUnavailableError
from youke_transcoder import FailureCode, Recipe, TranscodeFailed


@pytest.mark.parametrize("where", EVERYWHERE)
def test_an_absent_part_is_waited_for_and_costs_no_try(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    def gone() -> None:
        raise StorageUnavailableError(reason="test")

    send(teacher, lesson, clip)
    # More often than a fault of ours would be tried again.
    for _ in range(MOST_TRIES + 1):
        interrupted_by(monkeypatch, gone, where)
        run_jobs(tools)
        assert city.reread(lesson.id).code is None
        assert city.reread(lesson.id).state != "ready"
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

    interrupted_by(monkeypatch, fault, "encode_chunk", once=False)
    send(teacher, lesson, clip)
    for _ in range(MOST_TRIES):
        assert city.reread(lesson.id).state != "failed"
        run_jobs(tools)
        make_due(city)
    shown = teacher.get(f"/lessons/{lesson.id}").get_json()
    assert (shown["state"], shown["code"]) == ("failed", "internal")
    assert shown["playable"] is False


@pytest.mark.parametrize(
    ("code", "tries"),
    [
        (FailureCode.BAD_SOURCE, 1),
        (FailureCode.OUTPUT_TOO_LARGE, 1),
        (FailureCode.ENCODER_FAILED, MOST_TRIES),
    ],
)
def test_an_encoder_that_fails_is_named(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
    code: FailureCode,
    tries: int,
) -> None:
    def fail() -> None:
        raise TranscodeFailed(code)

    interrupted_by(monkeypatch, fail, "encode_chunk", once=False)
    send(teacher, lesson, clip)
    for _ in range(tries):
        assert city.reread(lesson.id).state != "failed"
        make_due(city)
        run_jobs(tools)
    assert city.reread(lesson.id).code == code.value
    assert jobs(city) == []


@pytest.mark.parametrize("code", [FailureCode.DISK_FULL, FailureCode.NO_SANDBOX])
def test_a_machine_that_cannot_encode_waits_until_it_can(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
    code: FailureCode,
) -> None:
    def unable() -> None:
        raise TranscodeFailed(code)

    send(teacher, lesson, clip)
    for _ in range(MOST_TRIES + 1):
        interrupted_by(monkeypatch, unable, "encode_chunk")
        run_jobs(tools)
        waiting = city.reread(lesson.id)
        assert (waiting.state, waiting.code) == ("encoding", None)
        make_due(city)
    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"


def test_what_does_not_fit_beside_the_reserve_waits(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    cramped = replace(tools, settings=replace(tools.settings, disk_reserve=2**60))
    send(teacher, lesson, clip)
    run_jobs(cramped)
    waiting = city.reread(lesson.id)
    assert (waiting.state, waiting.code) == ("inspecting", None)
    (step,) = steps_of(city, all_encodings(city)[0]).values()
    assert (step.state, step.tries) == ("waiting", 0)
    make_due(city)
    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"


def test_a_step_that_kills_its_workers_is_given_up(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    upload = send(teacher, lesson, clip)
    for _ in range(MOST_TRIES):
        take(city, upload)
    with city.database.transaction() as session:
        session.execute(update(Step).values(seen_at=None))

    run_jobs(tools)

    failed = city.reread(lesson.id)
    assert (failed.state, failed.code) == ("failed", "encoder_failed")
    assert {e.state for e in all_encodings(city)} == {"abandoned"}


def test_a_source_that_vanished_is_a_failure(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    upload = send(teacher, lesson, clip)
    tools.store.delete(f"sources/{lesson.id}/{upload}")
    run_jobs(tools)
    assert city.reread(lesson.id).code == "source_damaged"


def test_a_source_that_was_changed_meanwhile_is_a_failure(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def change() -> None:
        for key in tools.store.keys(f"sources/{lesson.id}/"):
            tools.store.put_bytes(key, clip + b"x", content_type="video/mp4")
        raise StorageUnavailableError(reason="and the cache is lost")

    send(teacher, lesson, clip)
    interrupted_by(monkeypatch, change, "repackage")
    run_jobs(tools)
    with city.database.transaction() as session:
        session.execute(text("UPDATE encodings SET state = 'retired'"))
    with working(tools):
        workplace.tidy()
    with city.database.transaction() as session:
        session.execute(text("UPDATE encodings SET state = 'working'"))
    make_due(city)
    run_jobs(tools)
    assert city.reread(lesson.id).code == "source_damaged"


def test_a_source_that_cannot_be_cut_after_all_is_encoded_in_one_piece(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    in_chunks: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late() -> None:
        raise TranscodeFailed(FailureCode.BAD_SEEK)

    send(teacher, lesson, in_chunks)
    interrupted_by(monkeypatch, late, "encode_chunk")
    run_jobs(tools)

    (encoding,) = all_encodings(city)
    assert city.reread(lesson.id).state == "ready"
    planned, made = (
        Recipe.from_dict(e or {}) for e in (encoding.planned, encoding.recipe)
    )
    assert (len(planned.chunks) > 1, len(made.chunks)) == (True, 1)
    assert {step.state for step in steps_of(city, encoding).values()} == {"done"}
    assert stored(tools.store, lesson.id) == needed(city, lesson.id)


def test_what_was_made_before_is_not_made_again(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    in_chunks: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded: list[str] = []

    def stop_at_the_end() -> None:
        raise TranscodeFailed(FailureCode.BAD_OUTPUT)

    send(teacher, lesson, in_chunks)
    interrupted_by(monkeypatch, stop_at_the_end, "assemble")
    run_jobs(tools)
    assert city.reread(lesson.id).state == "failed"
    # The same file again: only the end is left to do.
    interrupted_by(
        monkeypatch, lambda: encoded.append("chunk"), "encode_chunk", once=False
    )
    interrupted_by(
        monkeypatch, lambda: encoded.append("open"), "open_chunk", once=False
    )
    interrupted_by(
        monkeypatch, lambda: encoded.append("sound"), "encode_sound", once=False
    )
    send(teacher, lesson, in_chunks, "again.mp4")
    run_jobs(tools)

    assert city.reread(lesson.id).state == "ready"
    assert encoded == []


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_stay(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    root = tools.settings.data_dir / "work"
    claim = take(city, send(teacher, lesson, clip))
    alive = root / "steps" / str(claim.id)
    dead = root / "steps" / str(UUID(int=7))
    foreign, stray = root / "lost+found", root / "stray.txt"
    for folder in (alive, dead, foreign):
        folder.mkdir(parents=True)
    stray.write_text("x")

    workplace.tidy()

    assert alive.is_dir()
    assert not any(path.exists() for path in (dead, foreign, stray))
    alive.rmdir()


def test_an_absent_database_counts_as_infrastructure() -> None:
    assert issubclass(OperationalError, INFRASTRUCTURE)
    assert issubclass(StorageUnavailableError, INFRASTRUCTURE)
