"""Counting in the background, and learning what is usual."""

import logging

from youke.engagement.service import (
    fold_counts,
    put_counters_right,
    refresh_all_standings,
    refresh_changed_standings,
    refresh_norms,
)
from youke.jobs import app, tools

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */5")
@app.task(queue="default", name="engagement.fold", queueing_lock="engagement.fold")
def fold(timestamp: int) -> None:  # noqa: ARG001  the scheduler gives it
    """Bring counters up to date that a crowd has left behind."""
    fold_counts(tools().database)


@app.periodic(cron="* * * * *")
@app.task(
    queue="default",
    name="engagement.standings",
    queueing_lock="engagement.standings",
    lock="engagement.standings",
)
def standings(timestamp: int) -> None:  # noqa: ARG001  the scheduler gives it
    """Count the points of lessons that were liked or watched."""
    refresh_changed_standings(tools().database)


@app.periodic(cron="7 3 * * *")
@app.task(
    queue="default",
    name="engagement.nightly",
    queueing_lock="engagement.nightly",
    lock="engagement.standings",
)
def nightly(timestamp: int) -> None:  # noqa: ARG001  the scheduler gives it
    """Let points age, learn how long lessons are watched, and recount everything."""
    database = tools().database
    refresh_all_standings(database)
    with database.transaction() as session:
        bins = refresh_norms(session)
    wrong = put_counters_right(database)
    about = {"action": "facts_counted", "bins": bins, "wrong": wrong}
    logger.info("Counted what people did", extra=about)
