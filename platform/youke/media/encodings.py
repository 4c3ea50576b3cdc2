"""Encodings: begun, given up, published; each step fenced by the encoding's id."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from youke.jobs import enqueue
from youke.kernel.clock import now
from youke.kernel.errors import ConflictError
from youke.lessons import service as lessons
from youke.lessons.errors import LessonNotFoundError
from youke.lessons.service import Lesson, LessonState
from youke.media.models import (
    Encoding,
    EncodingState,
    StoredRendition,
    Upload,
    UploadState,
)
from youke.notices import service as notices
from youke_transcoder.model import Manifest


class EncodingLostError(ConflictError):
    """The encoding was given to somebody else or is no longer wanted."""

    code = "encoding_lost"


def begin(session: Session, upload_id: UUID) -> Encoding | None:
    """Start a new try for an upload; None when there is nothing to do.

    A try that was working is abandoned: its worker died or will find itself fenced.
    """
    upload = session.get(Upload, upload_id)
    lesson = _locked_lesson(session, upload.lesson_id) if upload else None
    if upload is None or lesson is None:
        return None
    if newest_upload(session, lesson.id) is not upload or is_done(session, upload):
        return None
    abandon_working(session, lesson.id)
    encoding = Encoding(lesson_id=lesson.id, upload_id=upload.id)
    session.add(encoding)
    lesson.move(LessonState.INSPECTING)
    lesson.progress, lesson.code = 0.0, None
    session.flush()
    return encoding


def source_of(session: Session, encoding_id: UUID) -> Upload:
    """Return the upload that our encoding is made from.

    :raises EncodingLostError: when the work is no longer ours.
    """
    encoding, _ = _claimed(session, encoding_id)
    return session.get_one(Upload, encoding.upload_id)


def note_source(
    session: Session, encoding_id: UUID, source: dict[str, object], *, sha256: str
) -> None:
    """Keep what the probe found and go on to encoding."""
    encoding, lesson = _claimed(session, encoding_id)
    encoding.source = source
    session.get_one(Upload, encoding.upload_id).sha256 = sha256
    lesson.move(LessonState.ENCODING)


def note_progress(session: Session, encoding_id: UUID, share: float) -> None:
    """Show how far the work is.

    :raises EncodingLostError: when the work is no longer ours.
    """
    _, lesson = _claimed(session, encoding_id)
    lesson.progress = max(lesson.progress, min(1.0, share))


def reject(session: Session, encoding_id: UUID, code: str) -> None:
    """End with the file's own fault; what could be watched before still can."""
    _end(session, encoding_id, LessonState.REJECTED, code)


def fail(session: Session, encoding_id: UUID, code: str) -> None:
    """End with a fault of ours."""
    _end(session, encoding_id, LessonState.FAILED, code)


def publish(
    session: Session, encoding_id: UUID, manifest: Manifest, *, poster_key: str
) -> Sequence[Encoding]:
    """Make this encoding the lesson's; return those that it replaces."""
    encoding, lesson = _claimed(session, encoding_id)
    replaced = _retire_current(session, lesson.id)
    encoding.state = EncodingState(encoding.state).to(EncodingState.CURRENT).value
    encoding.ended_at, encoding.folder = now(), encoding.prefix
    encoding.manifest = manifest.to_dict()
    encoding.renditions = [
        StoredRendition(
            name=rendition.name,
            position=position,
            key=encoding.prefix + rendition.path,
            description=rendition.to_dict(),
        )
        for position, rendition in enumerate(manifest.renditions)
    ]
    lesson.move(LessonState.READY)
    lesson.playable, lesson.progress, lesson.code = True, 1.0, None
    lesson.duration_s = manifest.source.duration_s
    lesson.poster_key = poster_key
    _tell_owner(session, lesson, "lesson_ready")
    return replaced


def current(session: Session, lesson_id: UUID) -> Encoding | None:
    """Return the encoding that is watched."""
    return session.scalar(_in_state(lesson_id, EncodingState.CURRENT))


def watchable_encoding(session: Session, lesson: Lesson) -> Encoding | None:
    """Return what is watched now: the current encoding, else one that has opened."""
    present = current(session, lesson.id)
    if present is not None:
        return present
    working = session.scalar(_in_state(lesson.id, EncodingState.WORKING))
    return working if working is not None and working.opened_at is not None else None


def newest_upload(session: Session, lesson_id: UUID) -> Upload | None:
    """Return the lesson's newest upload that was not given up, if it is complete."""
    newest = session.scalar(
        select(Upload)
        .where(Upload.lesson_id == lesson_id)
        .where(Upload.state != UploadState.ABORTED.value)
        .order_by(Upload.id.desc())
        .limit(1)
    )
    is_complete = newest and newest.state == UploadState.COMPLETED.value
    return newest if is_complete else None


def is_done(session: Session, upload: Upload) -> bool:
    """Say whether the upload is what is watched."""
    present = current(session, upload.lesson_id)
    return present is not None and present.upload_id == upload.id


def abandon_working(session: Session, lesson_id: UUID) -> None:
    """Fence off whoever works for the lesson, and delete what they stored."""
    for encoding in session.scalars(_in_state(lesson_id, EncodingState.WORKING)).all():
        _abandon(session, encoding)


def begun_tries(session: Session, upload_id: UUID) -> int:
    """Return how many encodings of the upload got beyond its inspection."""
    of_upload = select(func.count()).where(Encoding.upload_id == upload_id)
    return session.scalar(of_upload.where(Encoding.source.is_not(None))) or 0


def is_working(session: Session, encoding_id: UUID) -> bool:
    """Say whether the encoding is still somebody's work."""
    encoding = session.get(Encoding, encoding_id)
    return encoding is not None and encoding.state == EncodingState.WORKING.value


def _in_state(lesson_id: UUID, state: EncodingState) -> Select[Encoding]:
    of_lesson = select(Encoding).where(Encoding.lesson_id == lesson_id)
    return of_lesson.where(Encoding.state == state.value)


def _claimed(session: Session, encoding_id: UUID) -> tuple[Encoding, Lesson]:
    """Return our encoding and its lesson, locked; only while it is ours."""
    encoding = session.get(Encoding, encoding_id)
    lesson = _locked_lesson(session, encoding.lesson_id) if encoding else None
    if encoding is None or lesson is None:
        raise EncodingLostError
    session.refresh(encoding)
    if encoding.state != EncodingState.WORKING.value:
        raise EncodingLostError
    return encoding, lesson


def _locked_lesson(session: Session, lesson_id: UUID) -> Lesson | None:
    """Return the lesson, locked; None when it was deleted in the meantime."""
    try:
        return lessons.lesson_for_update(session, lesson_id)
    except LessonNotFoundError:
        return None


def _end(session: Session, encoding_id: UUID, state: LessonState, code: str) -> None:
    encoding, lesson = _claimed(session, encoding_id)
    _abandon(session, encoding)
    lesson.move(state)
    lesson.code, lesson.progress = code, 0.0
    _tell_owner(session, lesson, f"lesson_{state.value}")


def _tell_owner(session: Session, lesson: Lesson, kind: str) -> None:
    """Let the teacher leave the page while the work goes on."""
    href = f"/studio/lessons/{lesson.id}"
    notices.tell(session, lesson.owner_id, kind=kind, href=href, title=lesson.title)


def _abandon(session: Session, encoding: Encoding) -> None:
    from youke.media.tasks import discard  # tasks stand above; they call us too

    encoding.state = EncodingState(encoding.state).to(EncodingState.ABANDONED).value
    encoding.ended_at = now()
    enqueue(session, discard, prefix=encoding.prefix)


def _retire_current(session: Session, lesson_id: UUID) -> Sequence[Encoding]:
    present = session.scalars(_in_state(lesson_id, EncodingState.CURRENT)).all()
    for encoding in present:
        encoding.state = EncodingState(encoding.state).to(EncodingState.RETIRED).value
    session.flush()
    return present
