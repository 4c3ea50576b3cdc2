"""Retries: patient with absent parts, short with faulty jobs."""

from datetime import UTC, datetime

import pytest
from croniter import croniter
from procrastinate.jobs import Job
from sqlalchemy.exc import OperationalError

from youke.jobs import RetryUnlessHopeless, RunAgainError
from youke.jobs.app import LONGEST_PAUSE_S, MOST_PAUSES, MOST_TRIES, pause_s
from youke.jobs.rescue import EVERY_TEN_SECONDS, HEARTBEAT_S, SILENCE_S
from youke.storage import StorageUnavailableError

ABSENT = [StorageUnavailableError(reason="x"), OperationalError("", {}, Exception())]


def job(attempts: int) -> Job:
    return Job(
        id=1,
        queue="media",
        lock=None,
        queueing_lock=None,
        task_name="media.prepare",
        attempts=attempts,
    )


def decides(exception: BaseException, attempts: int) -> bool:
    """Say whether the job is tried again after so many attempts before this one."""
    decision = RetryUnlessHopeless().get_retry_decision(
        exception=exception, job=job(attempts)
    )
    return decision is not None


def test_pauses_grow_to_a_minute() -> None:
    assert [pause_s(n) for n in range(7)] == [2, 4, 8, 16, 32, 60, 60]
    assert pause_s(10_000) == LONGEST_PAUSE_S


def test_a_faulty_job_is_tried_three_times() -> None:
    tries = [decides(ValueError(), attempts) for attempts in range(MOST_TRIES + 1)]
    assert tries == [True, True, False, False]


@pytest.mark.parametrize("absent", ABSENT)
def test_an_absent_part_is_waited_for_through_a_night_but_not_for_ever(
    absent: Exception,
) -> None:
    assert decides(absent, MOST_TRIES)
    assert decides(absent, MOST_PAUSES - 2)
    assert not decides(absent, MOST_PAUSES - 1)
    assert sum(pause_s(n) for n in range(MOST_PAUSES)) > 3 * 3600


def test_a_job_that_asks_for_it_is_run_again_however_often() -> None:
    for attempts in (0, MOST_PAUSES + 1):
        decision = RetryUnlessHopeless().get_retry_decision(
            exception=RunAgainError(seconds=5), job=job(attempts)
        )
        assert decision is not None
        assert decision.retry_at is not None


def test_stalled_jobs_are_looked_for_every_ten_seconds() -> None:
    times = croniter(EVERY_TEN_SECONDS, datetime(2022, 3, 5, 9, 7, 3, tzinfo=UTC))
    seconds = [times.get_next(datetime).second for _ in range(6)]
    assert seconds == [10, 20, 30, 40, 50, 0]


def test_a_worker_is_not_dead_before_it_missed_several_heartbeats() -> None:
    assert SILENCE_S >= 4 * HEARTBEAT_S
