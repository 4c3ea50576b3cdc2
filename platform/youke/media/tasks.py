"""The pipeline: download, probe, encode, store, publish."""

import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from procrastinate import JobContext

import youke_transcoder
from youke.jobs import (
    INFRASTRUCTURE,
    MOST_TRIES,
    RetryUnlessHopeless,
    app,
    enqueue,
    tools,
)
from youke.kernel.db import Database
from youke.media import encodings, uploads
from youke.media.encodings import EncodingLostError
from youke.media.models import Encoding
from youke.media.windows import STILL_WATCHED
from youke.storage import (
    ObjectMissingError,
    ObjectStore,
    StorageUnavailableError,
    UploadMissingError,
)
from youke_transcoder import Manifest, Rejected, TranscodeFailed

logger = logging.getLogger(__name__)

PROFILES = ("tv", "web", "mobile")
#: Progress is written at most this often.
PROGRESS_EVERY_S = 1.0
#: Shares of the whole work, as the teacher sees it.
DOWNLOADED, ENCODED = 0.05, 0.95
#: A file that took so many workers down with it is not tried again.
MOST_ATTEMPTS = 6
UUID_NAME = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CONTENT_TYPES = {"fmp4": "video/mp4", "mpegts": "video/mp2t"}


@app.task(
    queue="media", name="media.prepare", retry=RetryUnlessHopeless(), pass_context=True
)
def prepare(context: JobContext, upload_id: str) -> None:
    """Make an upload watchable; safe to run again after any crash."""
    database = tools().database
    with database.transaction() as session:
        encoding = encodings.begin(session, UUID(upload_id))
    if encoding is None:
        return
    try:
        _prepare_or_end(encoding, is_last_try=context.job.attempts + 1 >= MOST_TRIES)
    except EncodingLostError:
        logger.warning("Encoding lost", extra={"action": "encoding_lost"})
        _forget(encoding)


def _prepare_or_end(encoding: Encoding, *, is_last_try: bool) -> None:
    try:
        _give_up_on_killers(encoding)
        _prepare(encoding)
    except Rejected as error:
        logger.info("Rejected", extra={"action": "rejected", "code": error.code})
        _end(encoding, encodings.reject, str(error.code))
    except TranscodeFailed as error:
        logger.exception("Failed", extra={"action": "failed", "code": error.code})
        _end(encoding, encodings.fail, str(error.code))
    except ObjectMissingError:
        _end(encoding, encodings.fail, "source_damaged")
    except (EncodingLostError, *INFRASTRUCTURE):
        raise
    except Exception:
        if is_last_try:
            _end(encoding, encodings.fail, "internal")
        raise


def _forget(encoding: Encoding) -> None:
    """Delete what was stored in the meantime for an encoding that is lost."""
    with suppress(StorageUnavailableError):
        tools().store.delete_prefix(encoding.prefix)


@app.task(queue="default", name="media.discard", retry=RetryUnlessHopeless())
def discard(prefix: str) -> None:
    """Delete the objects of an encoding that nobody watches any more."""
    tools().store.delete_prefix(prefix)


@app.task(queue="default", name="media.erase", retry=RetryUnlessHopeless())
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
    """Give lessons that are in work without a job a new one."""
    with tools().database.transaction() as session:
        adopted = uploads.adopt_orphans(session)
    if adopted:
        about = {"action": "adopted", "lessons": adopted, "at": timestamp}
        logger.warning("Adopted lessons without a job", extra=about)


@app.periodic(cron="17 * * * *")
@app.task(queue="default", name="media.sweep", queueing_lock="media.sweep")
def sweep(timestamp: int) -> None:
    """Free what uploads that were never completed left in the store."""
    with tools().database.transaction() as session:
        swept = uploads.sweep(session, tools().store)
    logger.info("Swept", extra={"action": "sweep", "uploads": swept, "at": timestamp})


def _give_up_on_killers(encoding: Encoding) -> None:
    # A job's attempts would not do: they also count pauses for an absent part.
    with tools().database.transaction() as session:
        tries = encodings.begun_tries(session, encoding.upload_id)
    if tries >= MOST_ATTEMPTS:
        raise TranscodeFailed(youke_transcoder.FailureCode.ENCODER_FAILED, "gave up")


def _end(encoding: Encoding, end: Callable[..., None], code: str) -> None:
    with tools().database.transaction() as session:
        end(session, encoding.id, code)


def _prepare(encoding: Encoding) -> None:
    with _work_folder(encoding) as folder:
        source = folder / "source"
        sha256 = _download(encoding, source)
        probe = youke_transcoder.probe(source)
        with tools().database.transaction() as session:
            encodings.note_source(session, encoding.id, probe.to_dict(), sha256=sha256)
        manifest = youke_transcoder.transcode(
            source,
            folder / "out",
            youke_transcoder.plan(probe, profiles=PROFILES),
            on_progress=_Progress(tools().database, encoding.id),
        )
        _store(tools().store, encoding, folder / "out", manifest)
    _publish(encoding, manifest)


class _Progress:
    """Writes progress now and then; raises when the work is no longer ours."""

    def __init__(self, database: Database, encoding_id: UUID) -> None:
        self.database, self.encoding_id = database, encoding_id
        self.written_at = 0.0

    def __call__(self, share: float) -> None:
        """Note the share (0 to 1) of the encoding that is done."""
        if time.monotonic() - self.written_at < PROGRESS_EVERY_S:
            return
        self.written_at = time.monotonic()
        overall = DOWNLOADED + share * (ENCODED - DOWNLOADED)
        with self.database.transaction() as session:
            encodings.note_progress(session, self.encoding_id, overall)


@contextmanager
def _work_folder(encoding: Encoding) -> Iterator[Path]:
    """Make a private folder for this encoding and remove what dead ones left."""
    root = tools().settings.data_dir / "work"
    root.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(root)
    folder = root / str(encoding.id)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(root: Path) -> None:
    with tools().database.transaction() as session:
        for folder in root.iterdir():
            known = UUID_NAME.fullmatch(folder.name)
            if not known or not encodings.is_working(session, UUID(folder.name)):
                shutil.rmtree(folder, ignore_errors=True)


def _download(encoding: Encoding, target: Path) -> str:
    with tools().database.transaction() as session:
        upload = encodings.source_of(session, encoding.id)
    return tools().store.download(upload.key, target)


def _store(
    store: ObjectStore, encoding: Encoding, folder: Path, manifest: Manifest
) -> None:
    for rendition in manifest.renditions:
        store.put_file(
            encoding.prefix + rendition.path,
            folder / rendition.path,
            content_type=CONTENT_TYPES[rendition.container],
        )
    store.put_file(
        encoding.prefix + manifest.poster,
        folder / manifest.poster,
        content_type="image/jpeg",
    )


def _publish(encoding: Encoding, manifest: Manifest) -> None:
    poster = encoding.prefix + manifest.poster
    with tools().database.transaction() as session:
        replaced = encodings.publish(session, encoding.id, manifest, poster_key=poster)
        for old in replaced:
            enqueue(session, discard, after=STILL_WATCHED, prefix=old.prefix)
