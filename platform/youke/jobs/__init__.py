"""Background jobs on the same PostgreSQL."""

from youke.jobs.app import (
    INFRASTRUCTURE,
    MOST_TRIES,
    RetryUnlessHopeless,
    app,
    enqueue,
    is_enqueued,
)
from youke.jobs.worker import tools, work

__all__ = [
    "INFRASTRUCTURE",
    "MOST_TRIES",
    "RetryUnlessHopeless",
    "app",
    "enqueue",
    "is_enqueued",
    "tools",
    "work",
]
