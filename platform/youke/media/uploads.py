"""Uploads: from the browser straight into the object store, in resumable parts."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.jobs import is_enqueued
from youke.kernel.clock import now
from youke.kernel.ids import new_id
from youke.lessons import service as lessons
from youke.lessons.service import IN_WORK, Lesson, LessonState
from youke.media import encodings, steps
from youke.media.errors import (
    EmptyFileError,
    FileTooLargeError,
    PartsMissingError,
    UploadNotFoundError,
    UploadOverError,
)
from youke.media.models import (
    Encoding,
    EncodingState,
    Reason,
    Upload,
    UploadState,
)
from youke.media.parts import LARGEST_FILE, missing_parts, part_size, part_sizes
from youke.storage import ObjectMissingError, ObjectStore, UploadMissingError

logger = logging.getLogger(__name__)

#: An upload that is not completed by then is swept away.
UPLOAD_LIFETIME = timedelta(days=7)
PART_URL_LIFETIME_S = 12 * 3600


@dataclass(frozen=True, kw_only=True)
class UploadPlan:
    """An upload, what of it is stored, and where the rest goes."""

    upload: Upload
    stored: list[int]
    parts: list[dict[str, Any]]


def begin(
    session: Session, store: ObjectStore, lesson: Lesson, *, filename: str, size: int
) -> Upload:
    """Start an upload for a lesson, or go on with the same file's open one.

    :raises EmptyFileError: for a file of no bytes.
    :raises FileTooLargeError: for more than 4 GiB.
    """
    if size == 0:
        raise EmptyFileError
    if size > LARGEST_FILE:
        raise FileTooLargeError(most=LARGEST_FILE)
    lesson = lessons.lesson_for_update(session, lesson.id)
    present = open_upload(session, lesson.id)
    if present and _can_go_on(store, present, filename=filename, size=size):
        present.expires_at = now() + UPLOAD_LIFETIME
        return present
    if present:
        present.state = UploadState(present.state).to(UploadState.ABORTED).value
        session.flush()
    upload = _new_upload(lesson, filename=filename, size=size)
    upload.multipart_id = store.create_multipart(upload.key, content_type="video/*")
    session.add(upload)
    encodings.abandon_working(session, lesson.id)
    lesson.move(LessonState.UPLOADING)
    lesson.code, lesson.progress = None, 0.0
    session.flush()
    return upload


def _can_go_on(store: ObjectStore, upload: Upload, *, filename: str, size: int) -> bool:
    """Say whether it is an upload of the same file, and its parts are not lost."""
    same_file = (upload.filename, upload.size) == (filename, size)
    return same_file and _stored_sizes(store, upload) is not None


def _new_upload(lesson: Lesson, *, filename: str, size: int) -> Upload:
    upload = Upload(
        id=new_id(),
        lesson_id=lesson.id,
        filename=filename,
        size=size,
        part_size=part_size(size),
        expires_at=now() + UPLOAD_LIFETIME,
    )
    upload.key = f"sources/{lesson.id}/{upload.id}"
    return upload


def find_upload(session: Session, upload_id: UUID, person: Person) -> Upload:
    """Return an upload to a lesson that the person may change."""
    upload = session.get(Upload, upload_id)
    lesson = upload and lessons.lessons_by_id(session, [upload.lesson_id])
    if not upload or not lesson:
        raise UploadNotFoundError
    if not lessons.may_change(lesson[upload.lesson_id], person):
        raise UploadNotFoundError
    return upload


def open_upload(session: Session, lesson_id: UUID) -> Upload | None:
    """Return the lesson's upload that is not complete yet."""
    is_open = Upload.state == UploadState.OPEN.value
    return session.scalar(
        select(Upload).where(Upload.lesson_id == lesson_id).where(is_open)
    )


def plan(store: ObjectStore, upload: Upload, *, endpoint: str) -> UploadPlan:
    """Return what is stored of an upload and presigned URLs for the rest."""
    if upload.state != UploadState.OPEN.value:
        return UploadPlan(upload=upload, stored=[], parts=[])
    stored = _stored_sizes(store, upload) or {}
    missing = missing_parts(part_sizes(upload.size, upload.part_size), stored)
    return UploadPlan(
        upload=upload,
        stored=sorted(set(stored) - set(missing)),
        parts=[_part(store, upload, number, endpoint) for number in missing],
    )


def complete(session: Session, store: ObjectStore, upload: Upload) -> Upload:
    """Make one object of the parts and enqueue its transcoding; repeatable.

    :raises PartsMissingError: with the numbers that have not arrived.
    :raises UploadOverError: when the upload was given up.
    """
    lesson = lessons.lesson_for_update(session, upload.lesson_id)
    session.refresh(upload)
    if upload.state == UploadState.COMPLETED.value:
        return upload
    if upload.state == UploadState.ABORTED.value:
        raise UploadOverError
    _assemble(store, upload)
    upload.state = UploadState(upload.state).to(UploadState.COMPLETED).value
    _hand_over(session, lesson, upload)
    return upload


def _assemble(store: ObjectStore, upload: Upload) -> None:
    """Join the parts, unless that was done before a crash kept us from noting it."""
    try:
        found = store.list_parts(upload.key, upload.multipart_id)
    except UploadMissingError:
        if _is_stored(store, upload):
            return
        raise UploadOverError from None
    sizes = {part.number: part.size for part in found}
    wanted = part_sizes(upload.size, upload.part_size)
    missing = missing_parts(wanted, sizes)
    if missing:
        raise PartsMissingError(missing=missing)
    parts = [part for part in found if part.number in wanted]
    store.complete_multipart(upload.key, upload.multipart_id, parts)


def _is_stored(store: ObjectStore, upload: Upload) -> bool:
    try:
        return store.stat(upload.key).size == upload.size
    except ObjectMissingError:
        return False


def _stored_sizes(store: ObjectStore, upload: Upload) -> dict[int, int] | None:
    """Return the sizes of the parts that are stored, None when they are lost."""
    try:
        found = store.list_parts(upload.key, upload.multipart_id)
    except UploadMissingError:
        # Joined already, and a crash kept us from noting it: all parts are there.
        joined = _is_stored(store, upload)
        return part_sizes(upload.size, upload.part_size) if joined else None
    return {part.number: part.size for part in found}


def _part(
    store: ObjectStore, upload: Upload, number: int, endpoint: str
) -> dict[str, Any]:
    url = store.presign_part(
        upload.key,
        upload.multipart_id,
        number,
        endpoint=endpoint,
        expires_s=PART_URL_LIFETIME_S,
    )
    return {"number": number, "url": url}


def sweep(session: Session, store: ObjectStore) -> int:
    """Give up uploads whose time is over and free their parts; return how many."""
    over = session.scalars(_to_be_swept().order_by(Upload.lesson_id)).all()
    return sum(_give_up(session, store, upload) for upload in over)


def _to_be_swept() -> Select[Upload]:
    is_over = (Upload.state == UploadState.ABORTED.value) | (Upload.expires_at < now())
    unfinished = select(Upload).where(Upload.state != UploadState.COMPLETED.value)
    return unfinished.where(is_over).where(Upload.multipart_id != "")


def _give_up(session: Session, store: ObjectStore, upload: Upload) -> bool:
    """Free an upload, unless it was completed before we had its lesson's lock."""
    lesson = lessons.lesson_for_update(session, upload.lesson_id)
    session.refresh(upload)
    if upload.state == UploadState.COMPLETED.value:
        return False
    _free(store, upload)
    upload.state, upload.multipart_id = UploadState.ABORTED.value, ""
    session.flush()
    if lesson.state == LessonState.UPLOADING.value:
        _go_back(session, lesson)
    return True


def _go_back(session: Session, lesson: Lesson) -> None:
    """Let a lesson whose upload was given up be what it is without it."""
    if open_upload(session, lesson.id):
        return
    newest = encodings.newest_upload(session, lesson.id)
    if newest is None:
        lesson.move(LessonState.CREATED)
    elif encodings.is_done(session, newest):
        lesson.move(LessonState.READY)
        lesson.progress = 1.0
    else:
        _hand_over(session, lesson, newest)


def _hand_over(session: Session, lesson: Lesson, upload: Upload) -> None:
    """Enqueue the transcoding of a complete upload."""
    lesson.move(LessonState.UPLOADED)
    steps.enqueue_opening(session, upload.id, lesson, Reason.UPLOAD)


def adopt_orphans(session: Session) -> int:
    """Enqueue again what is in work without a job; return how many jobs there were.

    A paused worker that wakes and ends takes the job of its successor with it; when
    the successor then dies, nothing would be left to rescue.
    """
    adopted = 0
    for encoding_id, lesson_id in steps.working_encodings(session):
        lesson = lessons.lesson_for_update(session, lesson_id)
        encoding = session.get_one(Encoding, encoding_id, populate_existing=True)
        if encoding.state == EncodingState.WORKING.value:
            adopted += steps.adopt(session, encoding, lesson)
    return adopted + _adopt_uploads(session)


def _adopt_uploads(session: Session) -> int:
    """Enqueue again the uploads whose encoding is not begun."""
    adopted = 0
    for lesson_id in lessons.ids_in_states(session, IN_WORK):
        lesson = lessons.lesson_for_update(session, lesson_id)
        newest = encodings.newest_upload(session, lesson_id)
        if newest is None or lesson.state not in IN_WORK:
            continue
        if encodings.working(session, lesson_id) is not None:
            continue
        if not is_enqueued(session, steps.PREPARE, upload_id=str(newest.id)):
            steps.enqueue_opening(session, newest.id, lesson, Reason.UPLOAD)
            adopted += 1
    return adopted


def _free(store: ObjectStore, upload: Upload) -> None:
    try:
        store.abort_multipart(upload.key, upload.multipart_id)
    except UploadMissingError:
        logger.info("Upload %s had no parts left", upload.id)
