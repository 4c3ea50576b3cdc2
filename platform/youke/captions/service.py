"""What can be done with captions; the only writer of their table."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.captions.errors import (
    REJECTIONS,
    CaptionsLanguageError,
    CaptionsNotFoundError,
)
from youke.captions.languages import LANGUAGES
from youke.captions.models import Captions
from youke.jobs import enqueue
from youke.kernel.clock import now
from youke.kernel.errors import YoukeError
from youke.lessons import service as lessons
from youke.lessons.service import Lesson
from youke.storage import ObjectStore
from youke_transcoder.captions import MOST_BYTES, CaptionsRejected, Cue, parse, webvtt
from youke_transcoder.subtitles import Subtitles

__all__ = [
    "LANGUAGES",
    "Captions",
    "Subtitles",
    "find",
    "of_lesson",
    "remove",
    "save",
    "store_cues",
    "tracks",
]

CONTENT_TYPE = "text/vtt; charset=utf-8"
#: Whoever is watching holds addresses of the replaced text for less than this.
STILL_READ = timedelta(days=1)


def save(
    session: Session, store: ObjectStore, lesson: Lesson, *, language: str, data: bytes
) -> Captions:
    """Check and clean a file and make it the lesson's captions in the language.

    :raises CaptionsLanguageError: when the language is none of `LANGUAGES`.
    :raises InvalidError: one of `youke.captions.errors`, when the file is no good.
    """
    if language not in LANGUAGES:
        raise CaptionsLanguageError
    lesson = lessons.lesson_for_update(session, lesson.id)
    try:
        cues = parse(data, duration_s=lesson.duration_s)
    except CaptionsRejected as rejected:
        raise _error(rejected) from None
    return store_cues(session, store, lesson, language=language, cues=cues)


def store_cues(
    session: Session,
    store: ObjectStore,
    lesson: Lesson,
    *,
    language: str,
    cues: Sequence[Cue],
    automatic: bool = False,
) -> Captions:
    """Make clean cues the captions of a lesson that is locked."""
    text = webvtt(cues).encode()
    captions = session.get(Captions, (lesson.id, language))
    if captions is None:
        captions = Captions(lesson_id=lesson.id, language=language, key="")
        session.add(captions)
    replaced, captions.key = captions.key, _key(lesson, language, text)
    captions.label, captions.cues = LANGUAGES[language], len(cues)
    captions.automatic, captions.created_at = automatic, now()
    store.put_bytes(captions.key, text, content_type=CONTENT_TYPE)
    if replaced not in {"", captions.key}:
        _forget(session, replaced)
    session.flush()
    return captions


def remove(session: Session, lesson: Lesson, language: str) -> None:
    """Take the captions in a language away.

    :raises CaptionsNotFoundError: when there are none.
    """
    captions = find(session, lesson.id, language)
    _forget(session, captions.key)
    session.delete(captions)
    session.flush()


def of_lesson(session: Session, lesson_id: UUID) -> Sequence[Captions]:
    """Return a lesson's captions in the order of the languages."""
    found = session.scalars(select(Captions).where(Captions.lesson_id == lesson_id))
    order = list(LANGUAGES)
    return sorted(found, key=lambda each: order.index(each.language))


def find(session: Session, lesson_id: UUID, language: str) -> Captions:
    """Return a lesson's captions in a language.

    :raises CaptionsNotFoundError: when there are none.
    """
    captions = session.get(Captions, (lesson_id, language))
    if captions is None:
        raise CaptionsNotFoundError
    return captions


def tracks(
    session: Session, lesson_id: UUID, *, uri_for: Callable[[str], str]
) -> list[Subtitles]:
    """Return what a multivariant playlist says of a lesson's captions.

    :param uri_for: gives the address of a language's playlist.
    """
    return [
        Subtitles(language=each.language, name=each.label, uri=uri_for(each.language))
        for each in of_lesson(session, lesson_id)
    ]


def _key(lesson: Lesson, language: str, text: bytes) -> str:
    digest = hashlib.sha256(text).hexdigest()[:16]
    return f"media/{lesson.id}/captions/{language}-{digest}.vtt"


def _forget(session: Session, key: str) -> None:
    from youke.captions.tasks import forget  # tasks stand above; they call us too

    enqueue(session, forget, after=STILL_READ, key=key)


def _error(rejected: CaptionsRejected) -> YoukeError:
    return REJECTIONS[rejected.code](line=rejected.line or 0, most=MOST_BYTES)
