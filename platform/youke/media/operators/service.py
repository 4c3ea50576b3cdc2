"""What operators do: try again, stop, make anew, drop, bring back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from youke.jobs import enqueue
from youke.kernel.clock import now
from youke.lessons import service as lessons
from youke.lessons.service import LessonState
from youke.media import encodings, operations
from youke.media.encodings import DISCARD, HOUSEKEEPING
from youke.media.models import (
    Encoding,
    EncodingState,
    StoredRendition,
    Upload,
)
from youke.media.operations import reencode
from youke.media.operators import storage
from youke.media.operators.errors import (
    NotCompleteError,
    NotFailedError,
    NotTheNewestError,
    OriginalNeededError,
)
from youke.media.operators.estimates import (
    TV,
    Estimate,
    Made,
    estimate,
    present_recipe,
)
from youke.media.operators.listing import newest_of
from youke.media.operators.retention import check_droppable
from youke.media.windows import STILL_WATCHED
from youke_transcoder.recipes import CRF

__all__ = [
    "Freed",
    "cancel",
    "complete_lessons",
    "cost",
    "drop_original",
    "drop_rung",
    "incomplete_lessons",
    "reencode",
    "retry",
]


@dataclass(frozen=True, kw_only=True)
class Freed:
    """Something that was dropped, and its bytes."""

    lesson_id: UUID
    name: str
    size: int


def retry(session: Session, encoding: Encoding) -> Encoding:
    """Begin again what has failed; what was done of it is not repeated.

    :raises NotTheNewestError: when that happened already.
    :raises NotFailedError: when it has not failed.
    :raises OriginalGoneError: when the file is no longer there.
    """
    _check_newest(session, encoding)
    if encoding.state != EncodingState.ABANDONED.value:
        raise NotFailedError
    lesson = lessons.lesson_for_update(session, encoding.lesson_id)
    # It has a video that is watched until there is another, as when it is made anew.
    if lesson.state == LessonState.READY.value:
        return reencode(session, lesson.id)
    return operations.retry(session, encoding.lesson_id)


def cancel(session: Session, encoding: Encoding) -> None:
    """Stop the work; the lesson goes back to the video that it has.

    :raises NotInWorkError: when there is nothing to stop.
    """
    _check_newest(session, encoding)
    operations.cancel(session, encoding.lesson_id)


def drop_original(session: Session, upload_id: UUID) -> Freed | None:
    """Delete an original by a job of this transaction; None when it is gone already.

    :raises OriginalNeededError: when its lesson has no complete renditions of it, or
        they are being made.
    """
    upload = session.get_one(Upload, upload_id)
    lessons.lesson_for_update(session, upload.lesson_id)
    session.refresh(upload)
    if upload.dropped_at is not None:
        return None
    is_free = select(storage.is_original() & storage.is_droppable())
    if not session.scalar(is_free.where(Upload.id == upload.id)):
        raise OriginalNeededError
    upload.dropped_at = now()
    enqueue(session, DISCARD, queue=HOUSEKEEPING, prefix=upload.key)
    return Freed(lesson_id=upload.lesson_id, name=upload.filename, size=upload.size)


def drop_rung(session: Session, lesson_id: UUID, rung: str) -> Freed:
    """Take a rung out of a lesson's playlists; its object goes when none has its URL.

    :raises NotCompleteError: when the lesson has no complete renditions.
    :raises NoSuchRungError:
    :raises RungNeededError: when a device class would have nothing left.
    """
    lesson = lessons.lesson_for_update(session, lesson_id)
    encoding = encodings.current(session, lesson.id)
    if encoding is None:
        raise NotCompleteError
    check_droppable(encoding.renditions, rung)
    stored = session.get_one(StoredRendition, (encoding.id, rung))
    freed = Freed(lesson_id=lesson.id, name=rung, size=stored.size)
    later = STILL_WATCHED
    enqueue(session, DISCARD, queue=HOUSEKEEPING, after=later, prefix=stored.key)
    session.delete(stored)
    session.flush()
    session.expire(encoding, ["renditions"])
    return freed


def incomplete_lessons(session: Session) -> Sequence[UUID]:
    """Return the lessons that have lost rungs since they were encoded."""
    planned = func.jsonb_array_length(Encoding.manifest["renditions"])
    kept = (
        select(func.count())
        .where(StoredRendition.encoding_id == Encoding.id)
        .scalar_subquery()
    )
    current = Encoding.state == EncodingState.CURRENT.value
    wanted = select(Encoding.lesson_id).where(current, planned > kept)
    return session.scalars(wanted.order_by(Encoding.lesson_id)).all()


def complete_lessons(
    session: Session, *, rung: str | None = None, age: timedelta = timedelta()
) -> Sequence[UUID]:
    """Return the lessons that have complete renditions.

    :param rung: only those that have it.
    :param age: only those whose renditions were complete so long ago.
    """
    watched = (
        select(Encoding.lesson_id)
        .where(Encoding.state == EncodingState.CURRENT.value)
        .where(Encoding.ended_at <= now() - age)
        .order_by(Encoding.lesson_id)
    )
    if rung is not None:
        watched = watched.where(Encoding.renditions.any(StoredRendition.name == rung))
    return session.scalars(watched).all()


def cost(session: Session, lesson_id: UUID) -> tuple[str, int, Estimate]:
    """Return a lesson's title, the bytes that it has, and what new ones would cost.

    :raises NotCompleteError: when the lesson has no complete renditions.
    :raises OriginalGoneError: when they cannot be made anew.
    """
    lesson = lessons.lessons_by_id(session, [lesson_id]).get(lesson_id)
    encoding = encodings.current(session, lesson_id)
    if lesson is None or encoding is None or encoding.source is None:
        raise NotCompleteError
    operations.file_of(session, lesson)
    qualities = {
        rung["name"]: rung["crf"] for rung in (encoding.recipe or {}).get("rungs", ())
    }
    made = {
        each.name: Made(each.size, qualities.get(each.name.removeprefix(TV), CRF))
        for each in encoding.renditions
    }
    has_now = sum(each.size for each in encoding.renditions)
    return lesson.title, has_now, estimate(present_recipe(encoding.source), made)


def _check_newest(session: Session, encoding: Encoding) -> None:
    if encoding.id not in newest_of(session, [encoding.lesson_id]):
        raise NotTheNewestError
