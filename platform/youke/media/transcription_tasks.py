"""Making captions of a lesson's sound, where a model is configured."""

import logging
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from youke.captions import automatic
from youke.captions.languages import AUTOMATIC
from youke.jobs import (
    RetryUnlessHopeless,
    RunAgainError,
    app,
    is_stopping,
    tools,
)
from youke.lessons.errors import LessonNotFoundError
from youke.media import encodings
from youke.media.models import StoredRendition
from youke_transcoder.captions import Cue
from youke_transcoder.errors import Cancelled, TranscodeFailed
from youke_transcoder.model import Rendition
from youke_transcoder.running import Means
from youke_transcoder.transcribing import transcribe as understand

logger = logging.getLogger(__name__)

#: Nobody waits for a picture because of it.
NICE = 15


@app.task(queue="media", name="media.transcribe", retry=RetryUnlessHopeless())
def transcribe(lesson_id: str) -> None:
    """Make captions of what is said in a lesson, and tell the teacher."""
    try:
        _transcribe(UUID(lesson_id))
    except Cancelled:
        raise RunAgainError from None
    except LessonNotFoundError:
        logger.info("Lesson gone", extra={"action": "transcribe_lost"})
    except TranscodeFailed as error:
        logger.exception("Failed", extra={"action": "transcribe", "code": error.code})
        with suppress(LessonNotFoundError):
            _keep(UUID(lesson_id), ())


def _transcribe(lesson_id: UUID) -> None:
    sound, model = _sound(lesson_id), tools().settings.whisper_model
    cues: Sequence[Cue] = ()
    if sound and model:
        cues = _understood(sound, model)
    _keep(lesson_id, cues)


def _sound(lesson_id: UUID) -> StoredRendition | None:
    """Find the smallest rendition that has the lesson's sound."""
    with tools().database.transaction() as session:
        encoding = encodings.current(session, lesson_id)
        stored = encoding.renditions if encoding else []
    audible = [each for each in stored if "mp4a" in each.description["codecs"]]
    return min(audible, key=lambda each: int(each.description["size"]), default=None)


def _understood(sound: StoredRendition, model: Path) -> Sequence[Cue]:
    root = tools().settings.data_dir / "transcribing"
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as name:
        path = Path(name) / Rendition.from_dict(sound.description).path
        tools().store.download(sound.key, path)
        return understand(
            path,
            model,
            Path(name),
            language=AUTOMATIC,
            means=Means(nice=NICE, should_stop=is_stopping),
        )


def _keep(lesson_id: UUID, cues: Sequence[Cue]) -> None:
    with tools().database.transaction() as session:
        automatic.keep(session, tools().store, lesson_id, cues)
