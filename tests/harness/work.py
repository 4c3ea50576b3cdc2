"""Sends videos as a browser does and runs the jobs that wait, as a worker does."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import procrastinate
import requests
from procrastinate.job_context import JobContext
from procrastinate.periodic import PeriodicRegistry
from procrastinate.worker import Worker

from harness.city import Caller
from youke.jobs import app, worker
from youke.jobs.worker import Tools
from youke.kernel.db import libpq_url
from youke.lessons.service import Lesson

QUEUES = ("opening", "media", "default")
#: A test that failed lets nobody wait for ever.
GATE_PATIENCE_S = 600


def send(teacher: Caller, lesson: Lesson, content: bytes, name: str = "课.mp4") -> UUID:
    """Upload a lesson's video and return the upload's id."""
    begun = teacher.post(
        f"/lessons/{lesson.id}/uploads", {"filename": name, "size": len(content)}
    )
    assert begun.status_code == 201, begun.text
    plan: dict[str, Any] = begun.get_json()
    size = plan["part_size"]
    for part in plan["parts"]:
        piece = content[(part["number"] - 1) * size : part["number"] * size]
        assert requests.put(part["url"], data=piece, timeout=30).ok
    done = teacher.post(f"/uploads/{plan['id']}/complete")
    assert done.status_code == 202, done.text
    return UUID(plan["id"])


@contextmanager
def working(tools: Tools) -> Iterator[None]:
    """Let tasks find these tools, as in a worker."""
    worker._tools = tools
    try:
        yield
    finally:
        worker._tools = None


class Gate:
    """Holds jobs of some tasks back until the test lets them go."""

    def __init__(self, *tasks: str) -> None:
        self._open = {task: threading.Event() for task in tasks}

    def open(self, *tasks: str) -> None:
        """Let the jobs of these tasks run, or of all, also those to come."""
        for task in tasks or self._open:
            self._open[task].set()

    def __call__(
        self, call_next: Callable[[], Any], context: JobContext, _worker: Worker
    ) -> Any:
        """Wait before a job of a task that is held back."""
        is_open = self._open.get(context.job.task_name)
        if is_open and not is_open.wait(GATE_PATIENCE_S):
            raise TimeoutError(context.job.task_name)
        return call_next()


def run_jobs(tools: Tools, gate: Gate | None = None) -> None:
    """Run the jobs that wait, and those that they enqueue, until none is left."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(_run(tools.settings.database_url, gate))
        except BaseException as error:  # noqa: BLE001  it is raised in our own thread
            failures.append(error)

    with working(tools):
        # A thread of its own, because Playwright keeps a loop running in ours.
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    if failures:
        raise failures[0]


async def _run(database_url: str, gate: Gate | None) -> None:
    connector = procrastinate.PsycopgConnector(
        conninfo=libpq_url(database_url), min_size=1, max_size=4
    )
    with app.replace_connector(connector), _without_periodic_tasks():
        async with app.open_async():
            await app.run_worker_async(
                queues=list(QUEUES),
                wait=False,
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs="successful",
                task_middleware=[gate] if gate else [],
            )


@contextmanager
def _without_periodic_tasks() -> Iterator[None]:
    """Let the clock start nothing in the middle of a test."""
    registry = app.periodic_registry
    app.periodic_registry = PeriodicRegistry()
    try:
        yield
    finally:
        app.periodic_registry = registry
