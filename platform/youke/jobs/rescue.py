"""Jobs of dead workers come back: procrastinate alone would leave them for ever."""

import logging

from youke.jobs.app import app

logger = logging.getLogger(__name__)

#: A worker says every so many seconds that it lives …
HEARTBEAT_S = 3.0
#: … and is dead after so many seconds of silence. Rescue follows within 10 s more.
SILENCE_S = 15.0
#: The sixth field is the seconds, see croniter.
EVERY_TEN_SECONDS = "* * * * * */10"


@app.periodic(cron=EVERY_TEN_SECONDS)
@app.task(queue="default", name="jobs.rescue", queueing_lock="rescue")
async def rescue_stalled_jobs(timestamp: int) -> None:
    """Give the jobs of silent workers back to the queue."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE_S):
        logger.warning(
            "Rescued job %s of a dead worker",
            job.id,
            extra={"action": "job_rescued", "task": job.task_name, "at": timestamp},
        )
        await manager.retry_job(job)
