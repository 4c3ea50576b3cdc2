"""Background jobs on the same PostgreSQL."""

from youke.jobs.app import RetryUnlessHopeless, app, enqueue
from youke.jobs.worker import tools, work

__all__ = ["RetryUnlessHopeless", "app", "enqueue", "tools", "work"]
