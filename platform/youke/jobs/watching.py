"""What operators see of the queue: who works, and how much waits."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from youke.jobs.rescue import SILENCE_S

#: Only jobs that could run now: those for later are appointments, not a queue.
JOBS = text(
    "SELECT queue_name, count(*) FILTER (WHERE status = 'todo'),"
    " count(*) FILTER (WHERE status = 'doing') FROM procrastinate_jobs"
    " WHERE status IN ('todo', 'doing')"
    " AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp())"
    " GROUP BY queue_name ORDER BY queue_name"
)
WORKERS = text(
    "SELECT count(*) FROM procrastinate_workers"
    " WHERE last_heartbeat > clock_timestamp() - :silence"
)


@dataclass(frozen=True)
class Queue:
    """How many jobs of a queue wait for a worker, and how many run."""

    name: str
    waiting: int
    running: int


def queues(session: Session) -> list[Queue]:
    """Return the queues that have jobs, by name."""
    return [Queue(*row) for row in session.execute(JOBS)]


def workers_alive(session: Session) -> int:
    """Count the worker processes that said lately that they live."""
    silence = timedelta(seconds=SILENCE_S)
    return session.scalar(WORKERS, {"silence": silence}) or 0
