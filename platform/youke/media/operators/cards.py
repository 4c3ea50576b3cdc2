"""Encodings as administrators see them, in the API and on pages."""

from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.accounts.service import Organisation, people
from youke.kernel.clock import now
from youke.lessons.service import Lesson, lessons_by_id
from youke.media import progress
from youke.media.models import (
    Encoding,
    Step,
    StepState,
    StoredRendition,
    Upload,
)
from youke.media.operators import standing
from youke.media.operators.listing import newest_of
from youke.media.operators.standing import Standing
from youke.media.operators.wording import sentence_of

#: Turns a sentence into the reader's language.
Translate = Callable[[str], str]
TIMES = ("started_at", "ended_at")
IN_WORK = frozenset({Standing.WAITING, Standing.WORKING})


def encoding_messages(
    session: Session, found: Sequence[Encoding], say: Translate
) -> list[dict[str, Any]]:
    """Return encodings as `schemas.EncodingOut` describes them."""
    lesson_ids = [each.lesson_id for each in found]
    lessons = lessons_by_id(session, lesson_ids)
    teachers = people(session, {each.owner_id for each in lessons.values()})
    schools = _schools(session, {each.school_id for each in lessons.values()})
    uploads = _uploads(session, {each.upload_id for each in found})
    newest = newest_of(session, lesson_ids)
    return [
        _message(each, say)
        | _about(lessons[each.lesson_id])
        | {
            "teacher": teachers[lessons[each.lesson_id].owner_id].name,
            "school": schools.get(lessons[each.lesson_id].school_id),
            "action": standing.action(
                _standing(each),
                is_newest=each.id in newest,
                has_original=uploads[each.upload_id].dropped_at is None,
            ),
        }
        for each in found
    ]


def encoding_details(
    session: Session, encoding: Encoding, say: Translate
) -> dict[str, Any]:
    """Return an encoding as `schemas.EncodingDetailsOut` describes it."""
    upload = session.get_one(Upload, encoding.upload_id)
    (message,) = encoding_messages(session, [encoding], say)
    return message | {
        "source": _source(encoding.source or {}),
        "original": {
            "filename": upload.filename,
            "size": upload.size,
            "dropped_at": upload.dropped_at,
        },
        "opening": encoding.opening,
        "opened_at": encoding.opened_at,
        "kind": (encoding.recipe or {}).get("kind"),
        "rungs": _rungs(encoding),
        "renditions": [_rendition(each) for each in encoding.renditions],
        "dropped": _dropped(encoding),
        "steps": [_step(each) for each in _in_order(encoding.steps)],
    }


def _message(encoding: Encoding, say: Translate) -> dict[str, Any]:
    steps = encoding.steps
    where = _standing(encoding)
    is_in_work = where in IN_WORK
    share = progress.overall(steps) if is_in_work else float(where is Standing.DONE)
    reason = sentence_of(encoding.code)
    return {
        "id": encoding.id,
        "state": where.value,
        "reason": encoding.reason,
        "code": encoding.code,
        "sentence": reason and say(reason),
        "progress": share,
        "time_left_s": _time_left_s(steps, share) if is_in_work else None,
        "steps_done": sum(each.state == StepState.DONE.value for each in steps),
        "steps_total": len(steps),
        "workers": workers_of(steps),
        "tries": max((each.tries for each in steps), default=0),
        "created_at": encoding.created_at,
        "ended_at": encoding.ended_at,
    }


def workers_of(steps: Collection[Step]) -> list[str]:
    """Return who works on these steps now."""
    working = filter(_is_worked_on, steps)
    return sorted({each.worker for each in working if each.worker})


def _is_worked_on(step: Step) -> bool:
    return step.state == StepState.WORKING.value


def _standing(encoding: Encoding) -> Standing:
    return standing.standing(
        encoding.state,
        encoding.code,
        is_worked_on=any(map(_is_worked_on, encoding.steps)),
    )


def _time_left_s(steps: Collection[Step], share: float) -> float | None:
    begun = [each.started_at for each in steps if each.started_at]
    if not begun:
        return None
    return progress.time_left_s(share, (now() - min(begun)).total_seconds())


def _about(lesson: Lesson) -> dict[str, Any]:
    return {"lesson": {"id": lesson.id, "title": lesson.title}}


def _schools(session: Session, ids: Collection[UUID | None]) -> dict[UUID | None, str]:
    named = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(named)}


def _uploads(session: Session, ids: Collection[UUID]) -> dict[UUID, Upload]:
    found = session.scalars(select(Upload).where(Upload.id.in_(ids)))
    return {upload.id: upload for upload in found}


def _source(probe: dict[str, Any]) -> dict[str, Any] | None:
    shown = ("container", "video_codec", "audio_codec", "width", "height", "fps")
    facts = {name: probe.get(name) for name in (*shown, "duration_s", "bit_rate")}
    return facts if probe else None


def _rungs(encoding: Encoding) -> list[dict[str, Any]]:
    """Return the recipe's rungs with how near they come to the source."""
    shown = ("name", "width", "height", "codec", "crf", "preset", "tune", "peak_kbit")
    return [
        {name: rung.get(name) for name in (*shown, "score")}
        for rung in (encoding.recipe or {}).get("rungs", ())
    ]


def _rendition(stored: StoredRendition) -> dict[str, Any]:
    shown = ("kind", "profiles", "width", "height", "average_bandwidth")
    facts = {name: stored.description[name] for name in shown}
    return {"name": stored.name, "size": stored.size} | facts


def _dropped(encoding: Encoding) -> list[str]:
    made = (encoding.manifest or {}).get("renditions", ())
    kept = {each.name for each in encoding.renditions}
    return [each["name"] for each in made if each["name"] not in kept]


def _step(step: Step) -> dict[str, Any]:
    shown = ("kind", "number", "state", "share", "tries", "worker")
    return {name: getattr(step, name) for name in (*shown, *TIMES)}


def _in_order(steps: Collection[Step]) -> list[Step]:
    """Return the steps as they began; those that have not come last."""
    begun = [(each.started_at, each.id, each) for each in steps if each.started_at]
    others = (each for each in steps if not each.started_at)
    return [
        *(each for _, _, each in sorted(begun, key=lambda row: row[:2])),
        *sorted(others, key=lambda each: each.id),
    ]
