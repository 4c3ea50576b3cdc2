"""The procrastinate application: jobs live in our PostgreSQL."""

import json
import logging
from datetime import timedelta
from typing import Any

import procrastinate
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.tasks import ConfigureTaskOptions, Task, configure_task
from psycopg import OperationalError as DriverOperationalError
from sqlalchemy import text
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import Session

from youke.kernel.clock import now
from youke.kernel.errors import UnavailableError

logger = logging.getLogger(__name__)

#: A job that fails this often by its own fault is given up.
MOST_TRIES = 3
#: A part that is down costs no try; it is asked again after 2, 4, … 60 seconds.
LONGEST_PAUSE_S = 60
#: Yet not for ever: about four hours of an absent part.
MOST_PAUSES = 240
INFRASTRUCTURE = (
    UnavailableError,
    OperationalError,
    # PostgreSQL ended the transaction of somebody who was silent for too long.
    InternalError,
    DriverOperationalError,
)

#: Where tasks are; a worker imports them when it starts. Names, not imports: the
#: queue stands below the features.
TASKS = (
    "youke.jobs.rescue",
    "youke.accounts.tasks",
    "youke.captions.tasks",
    "youke.counselling.tasks",
    "youke.engagement.tasks",
    "youke.media.tasks",
    "youke.media.transcription_tasks",
    "youke.media.opening_tasks",
    "youke.media.encoding_tasks",
    "youke.media.assembly_tasks",
    "youke.media.operators.tasks",
    "youke.recommendations.tasks",
    "youke.tutoring.tasks",
)


class RunAgainError(Exception):
    """The job did not end and shall be run again."""

    def __init__(self, *, seconds: int = 0) -> None:
        """Wait at least so many seconds, 0 for at once."""
        super().__init__(self.__doc__)
        self.seconds = seconds


app = procrastinate.App(connector=procrastinate.PsycopgConnector(), import_paths=TASKS)

#: Writes jobs on the connections of our sessions and never opens one itself. The
#: app's own connector cannot: in a worker it is open, and wants asynchronous ones.
_writer = JobManager(procrastinate.SyncPsycopgConnector())


def pause_s(attempts: int) -> int:
    """Return the seconds to wait after so many attempts: 2, 4, 8 … 60."""
    return int(min(LONGEST_PAUSE_S, 2 ** min(attempts + 1, 6)))


class RetryUnlessHopeless(BaseRetryStrategy):
    """Waits for absent parts patiently and tries a faulty job three times."""

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> RetryDecision | None:
        """Return when to try again, None to give up."""
        if isinstance(exception, RunAgainError):
            return RetryDecision(retry_in={"seconds": exception.seconds})
        infrastructure = isinstance(exception, INFRASTRUCTURE)
        most = MOST_PAUSES if infrastructure else MOST_TRIES
        if job.attempts + 1 >= most:
            return None
        seconds = pause_s(job.attempts)
        return RetryDecision(retry_in={"seconds": seconds})


def enqueue(
    session: Session,
    task: Task[Any, Any, Any] | str,
    *,
    lock: str | None = None,
    after: timedelta | None = None,
    queue: str | None = None,
    priority: int | None = None,
    **args: Any,
) -> int:
    """Write the job in the session's transaction: no cause, no job, and vice versa.

    :param task: the task, or its name where it stands above the caller.
    :param lock: jobs with the same lock run one after the other.
    :param after: how long the job waits at least.
    :param queue: another one than the task's own; to be said with a name.
    :param priority: higher ones run first, whenever they came; 0 unless said.
    """
    session.flush()
    connection = session.connection().connection.driver_connection
    wanted: ConfigureTaskOptions = {
        "lock": lock,
        "schedule_at": now() + after if after else None,
        "queue": queue,
        "priority": priority,
    }
    configured = (
        configure_task(name=task, job_manager=_writer, **wanted)
        if isinstance(task, str)
        else task.configure(**wanted)
    )
    job = configured.make_new_job(**args)
    written = _writer.defer_job(job, connection=connection)
    if written.id is None:
        raise RuntimeError("procrastinate gave the job no number")
    return written.id


def is_enqueued(session: Session, task: Task[Any, Any, Any] | str, **args: Any) -> bool:
    """Say whether a job with these arguments waits or runs."""
    found = session.scalar(
        text(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = :name"
            " AND args @> CAST(:args AS jsonb) AND status IN ('todo', 'doing'))"
        ),
        {
            "name": task if isinstance(task, str) else task.name,
            "args": json.dumps(args),
        },
    )
    return bool(found)
