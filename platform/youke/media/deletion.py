"""Deleting lessons, with all that is stored for them."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.jobs import enqueue
from youke.lessons import service as lessons
from youke.media.errors import WithdrawFirstError
from youke.media.models import Upload, UploadState

#: The task stands above; its name is said here.
ERASE = "media.erase"
#: A worker that was killed in the middle may have stored something after the first
#: deletion; by then it has been rescued and has found itself fenced.
LATECOMERS = timedelta(days=1)


def delete_lesson(session: Session, lesson_id: UUID, person: Person) -> None:
    """Delete a lesson that nobody else can see, for ever.

    Its uploads, encodings and renditions go with it, and so do the views, watches and
    likes, which are facts about nothing without it (foreign keys cascade). Questions
    and their answers belong to who asked: they stay and lose their place in a lesson.
    The objects are deleted by a job of this transaction; a worker that is encoding
    the video finds itself fenced, as when another had taken over.

    :raises LessonNotFoundError: when it does not exist or is hidden from the person.
    :raises NotYourLessonError: when it is another's.
    :raises WithdrawFirstError: while it is published.
    """
    own = lessons.own_lesson(session, lesson_id, person)
    lesson = lessons.lesson_for_update(session, own.id)
    if lesson.published_at is not None:
        raise WithdrawFirstError
    name, multiparts = str(lesson.id), _unfinished(session, lesson.id)
    for after in (None, LATECOMERS):
        enqueue(
            session,
            ERASE,
            queue="default",
            after=after,
            lesson_id=name,
            multiparts=multiparts,
        )
    lessons.delete_lesson(session, lesson)


def _unfinished(session: Session, lesson_id: UUID) -> list[list[str]]:
    """Return keys and names of the multipart uploads that hold parts in the store."""
    unfinished = select(Upload.key, Upload.multipart_id).where(
        Upload.lesson_id == lesson_id,
        Upload.state != UploadState.COMPLETED.value,
        Upload.multipart_id != "",
    )
    return [[key, name] for key, name in session.execute(unfinished)]
