"""Workers that are overtaken or paused neither publish nor leave anything behind."""

from contextlib import closing

import pytest
from sqlalchemy import select, text, update

from harness.city import Caller, City
from harness.encodings import (
    EVERYWHERE,
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
from harness.work import run_jobs, send
from youke.jobs import INFRASTRUCTURE, RunAgainError
from youke.jobs.worker import Tools
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.lessons.service import Lesson
from youke.media import claims, encodings, running, steps
from youke.media.errors import EncodingLostError
from youke.media.models import Step


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
    thieves = []

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


def test_an_encoding_that_goes_on_is_the_same(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes
) -> None:
    upload = send(teacher, lesson, clip)
    assert begin(city, upload).id == begin(city, upload).id
