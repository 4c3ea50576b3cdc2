"""The queue: a job stands or falls with its cause, and a dead worker's comes back."""

import asyncio

import procrastinate
import pytest
from sqlalchemy import text

from harness.work import run_jobs
from youke.jobs import enqueue
from youke.jobs.app import app
from youke.jobs.rescue import SILENCE_S, rescue_stalled_jobs
from youke.jobs.worker import Tools, tools
from youke.kernel.config import Settings
from youke.kernel.db import Database, libpq_url
from youke.media.tasks import discard
from youke.storage import ObjectStore

WORKER = text(
    "INSERT INTO procrastinate_workers (last_heartbeat)"
    " VALUES (now() - make_interval(secs => :s)) RETURNING id"
)
DOING = text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker")


def jobs(database: Database) -> list[tuple[str, int]]:
    """The jobs there are: status and attempts."""
    query = "SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id"
    with database.transaction() as session:
        return [(row[0], row[1]) for row in session.execute(text(query))]


def test_a_job_stands_or_falls_with_its_transaction(database: Database) -> None:
    with database.sessions() as session:
        enqueue(session, discard, prefix="x/")
        session.rollback()
    assert jobs(database) == []
    with database.transaction() as session:
        enqueue(session, discard, prefix="x/")
    assert jobs(database) == [("todo", 0)]


def test_a_job_does_its_work(
    settings: Settings, database: Database, store: ObjectStore
) -> None:
    for key in ("doomed/a", "doomed/b/c", "kept/d"):
        store.put_bytes(key, b"x", content_type="text/plain")
    with database.transaction() as session:
        enqueue(session, discard, prefix="doomed/")
    run_jobs(Tools(settings=settings, database=database, store=store))
    assert list(store.keys("doomed/")) == []
    assert list(store.keys("kept/")) == ["kept/d"]
    assert jobs(database) == []


def rescue(settings: Settings) -> None:
    async def run() -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=libpq_url(settings.database_url), min_size=1, max_size=2
        )
        with app.replace_connector(connector):
            async with app.open_async():
                await rescue_stalled_jobs(timestamp=0)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("silence_s", "status"),
    [
        (SILENCE_S + 5, ("todo", 1)),
        (SILENCE_S - 5, ("doing", 0)),
        (None, ("todo", 1)),  # its worker was forgotten altogether
    ],
)
def test_only_a_silent_workers_job_comes_back(
    settings: Settings,
    database: Database,
    silence_s: float | None,
    status: tuple[str, int],
) -> None:
    with database.transaction() as session:
        enqueue(session, discard, prefix="x/")
        worker = None if silence_s is None else session.scalar(WORKER, {"s": silence_s})
        session.execute(DOING, {"worker": worker})
    rescue(settings)
    assert jobs(database) == [status]


def test_jobs_find_their_tools_only_in_a_worker() -> None:
    with pytest.raises(RuntimeError, match="worker"):
        tools()
