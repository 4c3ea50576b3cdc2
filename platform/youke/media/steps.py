"""Steps: which an encoding needs, which may begin, and their jobs."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from youke.jobs import enqueue, is_enqueued
from youke.kernel.clock import now
from youke.lessons import service as lessons
from youke.lessons.service import Lesson
from youke.media.claims import SILENCE, Claim, held, show_progress
from youke.media.models import (
    Encoding,
    EncodingState,
    Reason,
    Step,
    StepKind,
    StepState,
)
from youke.media.priorities import priority
from youke.media.progress import OPENING_S, Wanted

#: The tasks stand above; their names are said here.
PREPARE = "media.prepare"
OPENING_QUEUE, QUEUE = "opening", "media"
QUEUES = {StepKind.OPEN: OPENING_QUEUE, StepKind.PREVIEW: OPENING_QUEUE}
#: What must be done before a step of a kind may begin; the assembly needs everything.
NEEDS = {
    StepKind.OPEN: frozenset[StepKind](),
    StepKind.PREVIEW: frozenset({StepKind.OPEN}),
    StepKind.SURVEY: frozenset({StepKind.OPEN}),
    StepKind.SOUND: frozenset({StepKind.OPEN}),
    StepKind.CHUNK: frozenset({StepKind.OPEN, StepKind.SURVEY}),
    StepKind.ASSEMBLE: frozenset(set(StepKind) - {StepKind.ASSEMBLE}),
}


def due(steps: Collection[Step]) -> set[UUID]:
    """Return the steps that are not done and whose needs are, by identifier."""
    open_kinds = {step.kind for step in steps if step.state != StepState.DONE.value}
    return {
        step.id
        for step in steps
        if step.state != StepState.DONE.value
        and not NEEDS[StepKind(step.kind)] & open_kinds
    }


def begin(session: Session, encoding: Encoding) -> Step:
    """Give a new encoding its first step."""
    step = Step(encoding_id=encoding.id, kind=StepKind.OPEN.value, weight=OPENING_S)
    session.add(step)
    session.flush()
    return step


def lay_out(session: Session, encoding: Encoding, wanted: Collection[Wanted]) -> None:
    """Let these be the steps that are not begun yet; the present ones stay if named."""
    named = {(each.kind.value, each.number): each for each in wanted}
    done = StepState.DONE.value
    for step in list(encoding.steps):
        each = named.pop((step.kind, step.number), None)
        if each is not None:
            step.weight = each.weight
        elif step.kind != StepKind.OPEN.value and step.state != done:
            encoding.steps.remove(step)
    for each in named.values():
        new = Step(kind=each.kind.value, number=each.number, weight=each.weight)
        encoding.steps.append(new)
    session.flush()


def finish(session: Session, claim: Claim) -> None:
    """Note that our step is done and enqueue those that waited for it.

    The lesson's lock makes it once: each step is finished by one claim, and what it
    frees was not free before.

    :raises EncodingLostError: when the step is no longer ours.
    """
    step, encoding, lesson = held(session, claim)
    before = due(encoding.steps)
    close(step)
    session.flush()
    show_progress(encoding, lesson)
    freed = due(encoding.steps) - before
    for each in sorted(encoding.steps, key=lambda each: each.id):
        if each.id in freed:
            enqueue_step(session, each, encoding, lesson)


def close(step: Step) -> None:
    """Note that a step, which is locked and ours, is done."""
    step.state = StepState(step.state).to(StepState.DONE).value
    step.share, step.ended_at, step.claim = 1.0, now(), None


def enqueue_step(
    session: Session, step: Step, encoding: Encoding, lesson: Lesson
) -> None:
    """Write a step's job with the priority that it has now."""
    kind, reason = StepKind(step.kind), Reason(encoding.reason)
    if kind is StepKind.OPEN:
        enqueue_opening(session, encoding.upload_id, lesson, reason)
        return
    rank = lessons.count_before(session, lesson)
    enqueue(
        session,
        task_name(kind),
        queue=QUEUES.get(kind, QUEUE),
        priority=priority(kind, reason, rank=rank),
        step_id=str(step.id),
    )


def enqueue_opening(
    session: Session, upload_id: UUID, lesson: Lesson, reason: Reason
) -> None:
    """Write the job that begins, or takes over, an upload's encoding."""
    rank = lessons.count_before(session, lesson)
    enqueue(
        session,
        PREPARE,
        queue=OPENING_QUEUE,
        priority=priority(StepKind.OPEN, reason, rank=rank),
        lock=f"lesson:{lesson.id}",
        upload_id=str(upload_id),
    )


def task_name(kind: StepKind) -> str:
    """Return the name of the task that does steps of this kind."""
    return PREPARE if kind is StepKind.OPEN else f"media.{kind.value}"


def _arguments(step: Step, encoding: Encoding) -> dict[str, str]:
    if step.kind == StepKind.OPEN.value:
        return {"upload_id": str(encoding.upload_id)}
    return {"step_id": str(step.id)}


def adopt(session: Session, encoding: Encoding, lesson: Lesson) -> int:
    """Enqueue again the steps that could run and have no job; return how many.

    Those of a worker that lives are left to it, whatever became of the job.
    """
    adopted = 0
    free = due(encoding.steps)
    for step in encoding.steps:
        name, arguments = task_name(StepKind(step.kind)), _arguments(step, encoding)
        if step.id not in free or _is_alive(session, step):
            continue
        if not is_enqueued(session, name, **arguments):
            enqueue_step(session, step, encoding, lesson)
            adopted += 1
    return adopted


def _is_alive(session: Session, step: Step) -> bool:
    lately = Step.seen_at > func.clock_timestamp() - SILENCE
    is_seen = session.scalar(select(lately).where(Step.id == step.id))
    return step.state == StepState.WORKING.value and bool(is_seen)


def working_encodings(session: Session) -> list[tuple[UUID, UUID]]:
    """Return the encodings in work with their lessons, oldest lesson first."""
    working = select(Encoding.id, Encoding.lesson_id).where(
        Encoding.state == EncodingState.WORKING.value
    )
    rows = session.execute(working.order_by(Encoding.lesson_id))
    return [(row[0], row[1]) for row in rows]
