"""The pipeline when workers are overtaken, parts are absent, or something breaks."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

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
    take,
)
from harness.work import run_jobs, send, working
from youke.jobs import INFRASTRUCTURE, MOST_TRIES, RunAgainError
from youke.jobs.worker import Tools
from youke.kernel.clock import now
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.lessons.service import Lesson
from youke.media import claims, encodings, running, steps, work, workplace
from youke.media.errors import EncodingLostError
from youke.media.models import Step, StepKind
from youke.media.progress import Wanted
from youke.storage import StorageUnavailableError
from youke_transcoder import FailureCode, Recipe, TranscodeFailed

#: Where in its work an encoding can be interrupted.
EVERYWHERE = ("inspected", "repackage", "encode_sound", "encode_chunk", "assemble")


def test_a_worker_that_was_given_up_can_write_nothing(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes
) -> None:
    upload = send(teacher, lesson, clip)
    first, second = take(city, upload), take(city, upload)
    assert first.id != second.id

    for act in (
        lambda s: claims.note_share(s, first, 0.5),
        lambda s: claims.pulse(s, first),
        lambda s: claims.give_back(s, first, own_fault=True),
        lambda s: encodings.source_of(s, first),
        lambda s: encodings.note_opened(s, first),
        lambda s: encodings.reject(s, first, "truncated"),
        lambda s: encodings.fail(s, first, "internal"),
        lambda s: steps.finish(s, first),
    ):
        with pytest.raises(EncodingLostError), city.database.transaction() as session:
            act(session)

    assert [e.state for e in all_encodings(city)] == ["working"]
    assert city.reread(lesson.id).state == "inspecting"
    with city.database.transaction() as session:
        claims.pulse(session, second)


def test_a_step_whose_worker_lives_is_left_to_it(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, tools: Tools
) -> None:
    claim = take(city, send(teacher, lesson, clip))
    asked: list[object] = []
    with pytest.raises(RunAgainError) as again:
        running.run(claim.step_id, asked.append)
    assert again.value.seconds > 0
    assert asked == []
    (step,) = steps_of(city, all_encodings(city)[0]).values()
    assert (step.claim, step.tries) == (claim.id, 1)
    assert tools


@pytest.mark.parametrize("where", EVERYWHERE)
def test_a_worker_that_finds_itself_replaced_ends_quietly_and_leaves_nothing(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    """Another worker takes the step when this one has just done its work."""
    thieves: list[UUID] = []

    def steal() -> None:
        with city.database.transaction() as session:
            ours = select(Step).where(Step.state == "working")
            (step,) = session.scalars(ours).all()
            step.seen_at = None
            session.flush()
            claim = claims.take(session, step.id, worker="thief")
            assert claim is not None
            thieves.append(claim.id)

    upload = send(teacher, lesson, clip)
    interrupted_by(monkeypatch, steal, where, after=True)
    run_jobs(tools)

    (encoding,) = all_encodings(city)
    assert encoding.state == "working"
    held = [step for step in steps_of(city, encoding).values() if step.claim]
    assert [step.claim for step in held] == thieves
    assert stored(tools.store, lesson.id) == needed(city, lesson.id)
    # The thief dies, and somebody else completes the lesson.
    with city.database.transaction() as session:
        session.execute(update(Step).values(seen_at=None))
        for step in held:
            lesson_now = city.reread(lesson.id)
            steps.enqueue_step(session, step, encoding, lesson_now)
    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"
    assert stored(tools.store, lesson.id) == needed(city, lesson.id)
    assert upload


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
    interrupted_by(monkeypatch, choose_another, "encode_chunk")
    run_jobs(tools)

    assert jobs(city) == []
    left = city.reread(lesson.id)
    assert (left.state, left.playable) == ("uploading", False)
    assert [e.state for e in all_encodings(city)] == ["abandoned"]
    make_due(city)
    run_jobs(tools)
    assert stored(tools.store, lesson.id) == set()


def test_a_job_whose_file_is_being_replaced_has_nothing_to_do(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    send(teacher, lesson, clip)
    teacher.post(f"/lessons/{lesson.id}/uploads", {"filename": "b.mp4", "size": 9})
    run_jobs(tools)
    assert jobs(city) == []
    assert all_encodings(city) == []
    assert city.reread(lesson.id).state == "uploading"


def test_progress_grows_and_tells_how_long_the_rest_takes(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[float] = []
    left: list[float | None] = []
    noted = claims.note_share

    def note(session: object, claim: object, share: float) -> None:
        noted(session, claim, share)  # type: ignore[arg-type]
        seen.append(city.reread(lesson.id).progress)
        left.append(teacher.get(f"/lessons/{lesson.id}").get_json()["time_left_s"])

    monkeypatch.setattr(claims, "note_share", note)
    monkeypatch.setattr(work, "PROGRESS_EVERY_S", 0.0)
    send(teacher, lesson, clip)
    run_jobs(tools)

    assert len(seen) > 3
    assert seen == sorted(seen)
    assert 0.0 < seen[-1] <= 1.0
    assert any(left)
    assert city.reread(lesson.id).progress == 1.0
    shown = teacher.get(f"/lessons/{lesson.id}").get_json()
    assert shown["time_left_s"] is None


def test_a_steps_share_never_goes_back(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes
) -> None:
    claim = take(city, send(teacher, lesson, clip))
    seen = []
    for share in (0.1, 0.5, 0.3, 7.0, 0.2):
        with city.database.transaction() as session:
            claims.note_share(session, claim, share)
            seen.append(session.get_one(Step, claim.step_id).share)
    assert seen == [0.1, 0.5, 0.5, 1.0, 1.0]


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


@pytest.mark.parametrize(
    ("language", "minutes", "seconds"),
    [
        ("en", "about 10 min left", "less than a minute left"),
        ("zh_Hans", "大约还需 10 分钟", "不到一分钟"),
    ],
)
def test_the_teacher_reads_how_long_it_still_takes(
    city: City,
    client: FlaskClient,
    teacher: Caller,
    lesson: Lesson,
    language: str,
    minutes: str,
    seconds: str,
) -> None:
    claim = take(city, send(teacher, lesson, b"a video"))
    client.set_cookie("lang", language)

    def page(share: float, ago: timedelta) -> str:
        with city.database.transaction() as session:
            step, encoding, _ = claims.held(session, claim)
            step.started_at = now() - ago
            steps.lay_out(session, encoding, [Wanted(StepKind.CHUNK, 0, 1.0)])
            step.weight, step.share = 1.0, share * 2
        return client.get(f"/studio/lessons/{lesson.id}", headers=teacher.headers).text

    # After the first half of twenty minutes, and near the end of one.
    assert minutes in page(0.5, timedelta(minutes=10))
    assert seconds in page(0.5, timedelta(seconds=10))


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


def test_a_worker_that_is_paused_within_a_transaction_lets_go_of_the_lesson(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes, settings: Settings
) -> None:
    claim = take(city, send(teacher, lesson, clip))

    def pause(own: Database) -> None:
        with own.transaction() as paused:
            claims.note_share(paused, claim, 0.5)
            paused.flush()
            # Nobody else would get the lock as long as the transaction lasts.
            assert take(city, claim.upload_id).id != claim.id
            paused.execute(text("SELECT 1"))

    with (
        closing(Database(settings.database_url, idle_timeout_ms=100)) as own,
        pytest.raises(INFRASTRUCTURE),
    ):
        pause(own)

    (step,) = steps_of(city, all_encodings(city)[0]).values()
    assert step.share == 0.0


def test_an_absent_database_counts_as_infrastructure() -> None:
    assert issubclass(OperationalError, INFRASTRUCTURE)
    assert issubclass(StorageUnavailableError, INFRASTRUCTURE)


def test_an_encoding_that_goes_on_is_the_same(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes
) -> None:
    upload = send(teacher, lesson, clip)
    assert begin(city, upload).id == begin(city, upload).id
