"""Background jobs on the same PostgreSQL."""

from youke.jobs.app import (
    INFRASTRUCTURE,
    MOST_TRIES,
    RetryUnlessHopeless,
    RunAgainError,
    app,
    enqueue,
    is_enqueued,
    pause_s,
)
from youke.jobs.worker import is_stopping, tools, work, worker_name

__all__ = [
    "INFRASTRUCTURE",
    "MOST_TRIES",
    "RetryUnlessHopeless",
    "RunAgainError",
    "app",
    "enqueue",
    "is_enqueued",
    "is_stopping",
    "pause_s",
    "tools",
    "work",
    "worker_name",
]
