"""What tutoring does by itself."""

import logging

from youke.jobs import app, tools
from youke.tutoring import closing
from youke.tutoring.inbox.service import release_forgotten

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queue="default", name="tutoring.tidy", queueing_lock="tutoring.tidy")
def tidy(timestamp: int) -> None:  # noqa: ARG001  the scheduler gives it
    """Close the queues of sessions that are over, and free forgotten questions."""
    database = tools().database
    with database.transaction() as session:
        ended = closing.ended_sessions(session)
    for session_id in ended:
        with database.transaction() as session:
            promised = closing.close(session, session_id)
        logger.info(
            "Closed a session's queue",
            extra={
                "action": "queue_closed",
                "session": session_id,
                "promised": promised,
            },
        )
    with database.transaction() as session:
        release_forgotten(session)
