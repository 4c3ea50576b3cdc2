"""What operators do with encodings: try again, stop, make anew."""

from uuid import UUID

from sqlalchemy.orm import Session

from youke.lessons import service as lessons
from youke.lessons.service import Lesson, LessonState
from youke.media import encodings, steps
from youke.media.errors import (
    InWorkError,
    NothingToEncodeError,
    NotInWorkError,
    OriginalGoneError,
)
from youke.media.models import Encoding, Reason, Upload

#: What the lesson and the encoding say of work that somebody stopped.
CANCELLED = "cancelled"


def retry(session: Session, lesson_id: UUID) -> Encoding:
    """Give a lesson that failed, or is stuck, new tries; what is done is not repeated.

    :raises LessonNotFoundError:
    :raises NothingToEncodeError: when it has no complete file.
    :raises InWorkError: when it is ready or its file is on its way.
    """
    lesson = lessons.lesson_for_update(session, lesson_id)
    growing = encodings.working(session, lesson.id)
    if growing is not None:
        return _go_on(session, growing, lesson)
    if lesson.state not in {LessonState.FAILED.value, LessonState.REJECTED.value}:
        raise InWorkError
    return _start(session, lesson, Reason.UPLOAD)


def cancel(session: Session, lesson_id: UUID) -> None:
    """Stop the work on a lesson; its workers find themselves fenced within seconds.

    The lesson goes back to the video that it has; without one it says `cancelled`.

    :raises LessonNotFoundError:
    :raises NotInWorkError:
    """
    lesson = lessons.lesson_for_update(session, lesson_id)
    growing = encodings.working(session, lesson.id)
    if growing is None:
        raise NotInWorkError
    has_video = encodings.current(session, lesson.id) is not None
    if not has_video:
        encodings.end(session, growing, state=LessonState.FAILED, code=CANCELLED)
        return
    encodings.abandon(session, growing, CANCELLED)
    if growing.reason == Reason.UPLOAD.value:
        lesson.move(LessonState.READY)
        lesson.progress = 1.0


def reencode(session: Session, lesson_id: UUID) -> Encoding:
    """Make the renditions of a lesson that is ready anew, behind all other work.

    Until the new ones replace them the present ones are watched, and the lesson says
    nothing of it.

    :raises LessonNotFoundError:
    :raises OriginalGoneError: when its file is not kept.
    :raises InWorkError: when it is not ready or is being made anew already.
    """
    lesson = lessons.lesson_for_update(session, lesson_id)
    is_ready = lesson.state == LessonState.READY.value
    if not is_ready or encodings.working(session, lesson.id) is not None:
        raise InWorkError
    return _start(session, lesson, Reason.REENCODE)


def _start(session: Session, lesson: Lesson, reason: Reason) -> Encoding:
    upload = file_of(session, lesson)
    encoding = encodings.start(session, upload, lesson, reason)
    steps.adopt(session, encoding, lesson)
    return encoding


def _go_on(session: Session, growing: Encoding, lesson: Lesson) -> Encoding:
    for step in growing.steps:
        step.tries = 0
    session.flush()
    steps.adopt(session, growing, lesson)
    return growing


def file_of(session: Session, lesson: Lesson) -> Upload:
    """Return the file that a lesson would be encoded from.

    :raises NothingToEncodeError: when no upload is complete.
    :raises OriginalGoneError: when it was dropped.
    """
    upload = encodings.newest_upload(session, lesson.id)
    if upload is None:
        raise NothingToEncodeError
    if upload.dropped_at is not None:
        raise OriginalGoneError
    return upload
