"""Captions that a machine makes of what is said; it never touches a teacher's own."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from youke.captions import service
from youke.captions.languages import AUTOMATIC
from youke.captions.models import Captions
from youke.jobs import enqueue, is_enqueued
from youke.kernel.config import Settings
from youke.kernel.errors import ConflictError
from youke.lessons import service as lessons
from youke.lessons.service import Lesson
from youke.notices import service as notices
from youke.storage import ObjectStore
from youke_transcoder.captions import Cue
from youke_transcoder.transcribing import available

#: Above us, in media, which knows where a lesson's sound lies.
TASK, QUEUE = "media.transcribe", "media"
#: After everything that somebody waits to watch.
PRIORITY = -500


class NotOfferedError(ConflictError):
    """Captions cannot be made automatically here."""

    code = "captions_not_offered"


def is_offered(settings: Settings) -> bool:
    """Say whether this installation understands speech."""
    return available(settings.whisper_model)


def is_running(session: Session, lesson_id: UUID) -> bool:
    """Say whether a lesson's captions wait to be made or are being made."""
    return is_enqueued(session, TASK, lesson_id=str(lesson_id))


def state(session: Session, settings: Settings, lesson: Lesson) -> str | None:
    """Return "running", or "offered" where captions can be made and are wanted."""
    if not is_offered(settings) or not lesson.playable:
        return None
    if is_running(session, lesson.id):
        return "running"
    present = session.get(Captions, (lesson.id, AUTOMATIC))
    return "offered" if present is None else None


def begin(session: Session, settings: Settings, lesson: Lesson) -> None:
    """Have captions made, unless that is under way.

    :raises NotOfferedError: when there is no model, or nothing to listen to yet.
    """
    lesson = lessons.lesson_for_update(session, lesson.id)
    if not is_offered(settings) or not lesson.playable:
        raise NotOfferedError
    if not is_running(session, lesson.id):
        name = str(lesson.id)
        enqueue(session, TASK, queue=QUEUE, priority=PRIORITY, lesson_id=name)


def keep(
    session: Session, store: ObjectStore, lesson_id: UUID, cues: Sequence[Cue]
) -> None:
    """Keep what was understood and tell the teacher; without cues, that it failed.

    Captions that the teacher has uploaded in the meantime stay.
    """
    lesson = lessons.lesson_for_update(session, lesson_id)
    present = session.get(Captions, (lesson.id, AUTOMATIC))
    if cues and (present is None or present.automatic):
        service.store_cues(
            session, store, lesson, language=AUTOMATIC, cues=cues, automatic=True
        )
    kind = "captions_made" if cues else "captions_failed"
    href = f"/studio/lessons/{lesson.id}#captions"
    notices.tell(session, lesson.owner_id, kind=kind, href=href, title=lesson.title)
