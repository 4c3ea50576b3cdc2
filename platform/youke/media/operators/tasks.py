"""What the policy does every night."""

import logging
from uuid import UUID

from youke.jobs import app, tools
from youke.kernel.errors import YoukeError
from youke.media.operators import dropping
from youke.media.operators.retention import Retention

logger = logging.getLogger(__name__)


@app.periodic(cron="37 3 * * *")
@app.task(queue="default", name="media.retain", queueing_lock="media.retain")
def retain(timestamp: int) -> None:
    """Drop originals and rungs that the settings do not keep any longer."""
    policy = Retention.of(tools().settings)
    freed = list(dropping.follow(tools().database, policy, _refused))
    if freed:
        size = sum(each.size for each in freed)
        about = {"action": "dropped", "bytes": size, "at": timestamp}
        logger.info("Dropped %s originals and rungs", len(freed), extra=about)


def _refused(lesson_id: UUID, error: YoukeError) -> None:
    about = {"action": "kept", "code": error.code, "lesson": str(lesson_id)}
    logger.info("Kept what is needed", extra=about)
