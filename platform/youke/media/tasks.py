"""Housekeeping: what nobody needs is deleted, what was lost is found again."""

import logging
from contextlib import suppress
from uuid import UUID

from youke.jobs import RetryUnlessHopeless, app, tools
from youke.media import leftovers, uploads
from youke.media.deletion import ERASE
from youke.media.encodings import DISCARD, TIDY
from youke.storage import UploadMissingError

logger = logging.getLogger(__name__)


@app.task(queue="default", name=DISCARD, retry=RetryUnlessHopeless())
def discard(prefix: str) -> None:
    """Delete the objects of an encoding that nobody watches any more."""
    tools().store.delete_prefix(prefix)


@app.task(queue="default", name=TIDY, retry=RetryUnlessHopeless())
def tidy(encoding_id: str) -> None:
    """Delete what an encoding that is over left: its pieces, and what nobody knows."""
    with tools().database.transaction() as session:
        leftovers.forget(session, UUID(encoding_id))
    leftovers.delete(tools().database, tools().store, UUID(encoding_id))


@app.task(queue="default", name=ERASE, retry=RetryUnlessHopeless())
def erase(lesson_id: str, multiparts: list[list[str]]) -> None:
    """Delete all objects of a lesson that was deleted.

    :param multiparts: uploads that were not completed: key and the store's name.
    """
    for key, multipart_id in multiparts:
        with suppress(UploadMissingError):
            tools().store.abort_multipart(key, multipart_id)
    for kind in ("sources", "media"):
        tools().store.delete_prefix(f"{kind}/{lesson_id}/")


@app.periodic(cron="* * * * *")
@app.task(queue="default", name="media.adopt", queueing_lock="media.adopt")
def adopt(timestamp: int) -> None:
    """Give what is in work without a job a new one."""
    with tools().database.transaction() as session:
        adopted = uploads.adopt_orphans(session)
    if adopted:
        about = {"action": "adopted", "jobs": adopted, "at": timestamp}
        logger.warning("Adopted work without a job", extra=about)


@app.periodic(cron="17 * * * *")
@app.task(queue="default", name="media.sweep", queueing_lock="media.sweep")
def sweep(timestamp: int) -> None:
    """Free what uploads that were never completed left in the store."""
    with tools().database.transaction() as session:
        swept = uploads.sweep(session, tools().store)
    logger.info("Swept", extra={"action": "sweep", "uploads": swept, "at": timestamp})
