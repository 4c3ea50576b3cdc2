"""Claims: a step belongs to one worker at a time, and only that one may write.

Whoever claims a step fences off whoever held it before, so a worker that was paused
or cut off and wakes again finds nothing that it may change.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from youke.kernel.clock import now
from youke.kernel.ids import new_id
from youke.lessons import service as lessons
from youke.lessons.errors import LessonNotFoundError
from youke.lessons.service import Lesson
from youke.media.errors import EncodingLostError, StillWorkedOnError
from youke.media.models import Encoding, EncodingState, Reason, Step, StepState
from youke.media.progress import overall

#: Whoever holds a claim says every so many seconds that it lives …
PULSE_S = 3.0
#: … and is taken for dead after so many seconds, as the queue takes it.
SILENCE = timedelta(seconds=12)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A step that is ours until somebody else claims it."""

    id: UUID
    step_id: UUID
    kind: str
    number: int
    #: Which one this is of the tries that the step has, from 1.
    tries: int
    encoding_id: UUID
    upload_id: UUID
    lesson_id: UUID
    reason: Reason


def take(session: Session, step_id: UUID, *, worker: str) -> Claim | None:
    """Claim a step; None when there is nothing left to do.

    :raises StillWorkedOnError: when another worker holds it and lives.
    """
    found = _locked(session, step_id)
    if found is None or not _is_wanted(*found[:2]):
        return None
    step, encoding, lesson = found
    if _is_held(session, step):
        raise StillWorkedOnError
    step.state = StepState(step.state).to(StepState.WORKING).value
    mark = new_id()
    step.claim, step.worker = mark, worker
    step.tries += 1
    step.started_at = step.started_at or now()
    session.flush()
    _say_alive(session, step.id, mark)
    return Claim(
        id=mark,
        step_id=step.id,
        kind=step.kind,
        number=step.number,
        tries=step.tries,
        encoding_id=encoding.id,
        upload_id=encoding.upload_id,
        lesson_id=lesson.id,
        reason=Reason(encoding.reason),
    )


def held(session: Session, claim: Claim) -> tuple[Step, Encoding, Lesson]:
    """Return our step, its encoding and its lesson, locked; only while it is ours.

    :raises EncodingLostError: when it is not.
    """
    found = _locked(session, claim.step_id)
    if found is None:
        raise EncodingLostError
    step, encoding, _ = found
    if step.claim != claim.id or not _is_wanted(step, encoding):
        raise EncodingLostError
    return found


def pulse(session: Session, claim: Claim) -> None:
    """Say that we live, without waiting for anybody.

    :raises EncodingLostError: when the step is no longer ours.
    """
    state = session.scalar(
        select(Encoding.state).where(Encoding.id == claim.encoding_id)
    )
    if state != EncodingState.WORKING.value:
        raise EncodingLostError
    _say_alive(session, claim.step_id, claim.id)


def note_share(session: Session, claim: Claim, share: float) -> None:
    """Show how much of the step is done; it never goes back.

    :raises EncodingLostError: when the step is no longer ours.
    """
    step, encoding, lesson = held(session, claim)
    step.share = max(step.share, min(1.0, share))
    show_progress(encoding, lesson)


def show_progress(encoding: Encoding, lesson: Lesson) -> None:
    """Bring the lesson's progress up to what its encoding's steps have done.

    A lesson that can be watched meanwhile, as it was, does not show it.
    """
    if encoding.reason == Reason.UPLOAD.value:
        lesson.progress = max(lesson.progress, overall(encoding.steps))


def give_back(session: Session, claim: Claim, *, own_fault: bool) -> None:
    """Let others have the step; only its own fault costs it one of its tries.

    :raises EncodingLostError: when it is theirs already.
    """
    step, _, _ = held(session, claim)
    step.state = StepState(step.state).to(StepState.WAITING).value
    step.claim = step.worker = None
    if not own_fault:
        step.tries -= 1


def _is_wanted(step: Step, encoding: Encoding) -> bool:
    is_working = encoding.state == EncodingState.WORKING.value
    return is_working and step.state != StepState.DONE.value


def _is_held(session: Session, step: Step) -> bool:
    if step.state != StepState.WORKING.value:
        return False
    seen_lately = Step.seen_at > func.clock_timestamp() - SILENCE
    return session.scalar(select(seen_lately).where(Step.id == step.id)) or False


def _say_alive(session: Session, step_id: UUID, claim_id: UUID | None) -> None:
    ours = (Step.id == step_id) & (Step.claim == claim_id)
    seen = update(Step).where(ours).values(seen_at=func.clock_timestamp())
    if not session.execute(seen.returning(Step.id)).scalar():
        raise EncodingLostError


def _locked(session: Session, step_id: UUID) -> tuple[Step, Encoding, Lesson] | None:
    """Return a step, its encoding and its lesson as they are now, locked."""
    lesson_id = session.scalar(
        select(Encoding.lesson_id).join(Encoding.steps).where(Step.id == step_id)
    )
    lesson = locked_lesson(session, lesson_id) if lesson_id else None
    step = session.get(Step, step_id, populate_existing=True)
    if lesson is None or step is None:
        return None
    encoding = session.get_one(Encoding, step.encoding_id, populate_existing=True)
    return step, encoding, lesson


def locked_lesson(session: Session, lesson_id: UUID) -> Lesson | None:
    """Return the lesson, locked; None when it was deleted in the meantime."""
    try:
        return lessons.lesson_for_update(session, lesson_id)
    except LessonNotFoundError:
        return None
