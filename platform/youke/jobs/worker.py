"""Running the jobs."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import procrastinate

from youke.jobs.app import app
from youke.jobs.rescue import HEARTBEAT_S, SILENCE_S
from youke.kernel.config import Settings
from youke.kernel.db import Database, libpq_url
from youke.storage import ObjectStore

logger = logging.getLogger(__name__)

#: A job that runs when the worker is told to stop may go on for so many seconds.
GRACE_S = 8.0
#: A worker that is paused within a transaction keeps its locks no longer than this:
#: whoever takes its job over needs them.
PAUSED_TIMEOUT_MS = 10_000


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What a job works with."""

    settings: Settings
    database: Database
    store: ObjectStore


_tools: Tools | None = None
_stopping = threading.Event()


def tools() -> Tools:
    """Return the running worker's tools."""
    if _tools is None:
        raise RuntimeError("jobs run in a worker")
    return _tools


def is_stopping() -> bool:
    """Say whether this process was told to stop; long jobs ask and give back."""
    return _stopping.is_set()


def worker_name() -> str:
    """Name this process among all that work: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def work(settings: Settings, *, queues: Sequence[str], concurrency: int) -> None:
    """Run jobs of these queues until SIGTERM or SIGINT."""
    global _tools  # noqa: PLW0603  one worker a process; jobs take only JSON arguments
    database = Database(
        settings.database_url,
        pool_size=concurrency + 2,
        idle_timeout_ms=PAUSED_TIMEOUT_MS,
    )
    _tools = Tools(
        settings=settings,
        database=database,
        store=ObjectStore.from_settings(settings),
    )
    try:
        asyncio.run(_work(settings, list(queues), concurrency))
    finally:
        database.close()


async def _work(settings: Settings, queues: list[str], concurrency: int) -> None:
    connector = procrastinate.PsycopgConnector(
        conninfo=libpq_url(settings.database_url), max_size=concurrency + 4
    )
    with app.replace_connector(connector):
        async with app.open_async():
            running = asyncio.create_task(_run(queues, concurrency))
            _stop_on_signals(running)
            try:
                await running
            except asyncio.CancelledError:
                if not is_stopping():
                    raise


async def _run(queues: list[str], concurrency: int) -> None:
    await app.run_worker_async(
        queues=queues,
        concurrency=concurrency,
        name="+".join(queues),
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=SILENCE_S * 4,
        shutdown_graceful_timeout=GRACE_S,
        delete_jobs="successful",
        fetch_job_polling_interval=2.0,
        install_signal_handlers=False,
    )


def _stop_on_signals(running: asyncio.Task[None]) -> None:
    """Let running jobs know at once, which procrastinate's own handlers do not."""

    def stop() -> None:
        if not is_stopping():
            _stopping.set()
            # Shielded inside: it takes no further job and waits for those that run.
            running.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
