"""Encodings: begun, opened, published or given up; each step fenced by its claim."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.jobs import enqueue
from youke.kernel.clock import now
from youke.lessons import service as lessons
from youke.lessons.service import IN_WORK, Lesson, LessonState
from youke.media import pieces, progress, steps
from youke.media.claims import Claim, held, locked_lesson
from youke.media.errors import EncodingLostError
from youke.media.models import (
    Encoding,
    EncodingState,
    Opening,
    Reason,
    Step,
    StepKind,
    StoredRendition,
    Upload,
    UploadState,
)
from youke.media.windows import KEPT_FOR_RETRIES, STILL_WATCHED
from youke.notices import service as notices
from youke_transcoder.model import Manifest
from youke_transcoder.recipes import SOURCE, Recipe

__all__ = ["EncodingLostError"]

#: The tasks stand above; their names are said here.
DISCARD, TIDY = "media.discard", "media.tidy"
HOUSEKEEPING = "default"


def begin(session: Session, upload_id: UUID) -> Step | None:
    """Return the first step of an upload's encoding; None when there is none to do.

    An encoding that is in work goes on where it stands: it is its steps that are
    taken over from dead workers.
    """
    upload = session.get(Upload, upload_id)
    lesson = locked_lesson(session, upload.lesson_id) if upload else None
    if upload is None or lesson is None:
        return None
    working = session.scalar(_in_state(lesson.id, EncodingState.WORKING))
    if working is None or working.upload_id != upload.id:
        is_wanted = newest_upload(session, lesson.id) is upload
        if not is_wanted or is_done(session, upload):
            return None
        working = start(session, upload, lesson, Reason.UPLOAD)
    return next(step for step in working.steps if step.kind == StepKind.OPEN.value)


def start(session: Session, upload: Upload, lesson: Lesson, reason: Reason) -> Encoding:
    """Begin a new encoding of an upload; one that was in work is given up."""
    abandon_working(session, lesson.id)
    encoding = Encoding(
        lesson_id=lesson.id, upload_id=upload.id, reason=reason.value, work_keys={}
    )
    session.add(encoding)
    session.flush()
    steps.begin(session, encoding)
    if reason is Reason.UPLOAD:
        lesson.move(LessonState.INSPECTING)
        lesson.progress, lesson.code = 0.0, None
    session.flush()
    return encoding


def source_of(session: Session, claim: Claim) -> Upload:
    """Return the upload that our encoding is made from.

    :raises EncodingLostError: when the work is no longer ours.
    """
    _, encoding, _ = held(session, claim)
    return session.get_one(Upload, encoding.upload_id)


def note_plan(
    session: Session, claim: Claim, recipe: Recipe, *, conforms: bool
) -> Opening | None:
    """Keep what the probe found and what is to be done; say what is shown until then.

    None: the lesson has a video that is watched until this one is complete.
    """
    _, encoding, lesson = held(session, claim)
    if encoding.reason == Reason.UPLOAD.value:
        lesson.move(LessonState.ENCODING)
    is_watched = current(session, lesson.id) is not None
    opening = Opening.COPY if conforms else Opening.PREVIEW
    encoding.opening = None if is_watched else opening.value
    encoding.source = recipe.source.to_dict()
    encoding.recipe = encoding.planned = recipe.to_dict()
    encoding.work_keys = _watched_keys(session, encoding, recipe)
    _lay_out(session, encoding, recipe)
    if is_watched:
        return None
    lesson.duration_s = recipe.duration_s
    return opening


def _watched_keys(
    session: Session, encoding: Encoding, recipe: Recipe
) -> dict[str, str]:
    """Return the work keys of what is watched before the encoding is complete."""
    sha256 = session.get_one(Upload, encoding.upload_id).sha256 or ""
    keys = pieces.work_keys(recipe, sha256)
    source = {SOURCE: keys.pop(SOURCE)}
    return source if encoding.opening == Opening.COPY.value else keys


def _lay_out(session: Session, encoding: Encoding, recipe: Recipe) -> None:
    previews = encoding.opening == Opening.PREVIEW.value
    steps.lay_out(session, encoding, list(progress.wanted(recipe, previews=previews)))


def note_opened(session: Session, claim: Claim) -> None:
    """Let the lesson be watched as far as it is."""
    _, encoding, lesson = held(session, claim)
    if encoding.opened_at is not None:
        return
    encoding.opened_at = now()
    lesson.playable = True


def note_choice(session: Session, claim: Claim, recipe: Recipe, *, kind: str) -> None:
    """Go on with the recipe that the survey advises.

    :param kind: what the pictures are, for people: "slides", "camera", "unknown".
    """
    _, encoding, _ = held(session, claim)
    encoding.recipe = recipe.to_dict() | {"kind": kind}
    if encoding.opening != Opening.COPY.value:
        encoding.work_keys = _watched_keys(session, encoding, recipe)
    _lay_out(session, encoding, recipe)


def start_over(session: Session, claim: Claim, recipe: Recipe) -> None:
    """Encode by another recipe, whose chunks are others.

    What can be watched stays as it is until the new renditions replace it.
    """
    _, encoding, lesson = held(session, claim)
    encoding.recipe = recipe.to_dict()
    chunked = {StepKind.PREVIEW.value, StepKind.CHUNK.value}
    for step in [each for each in encoding.steps if each.kind in chunked]:
        encoding.steps.remove(step)
    session.flush()
    steps.lay_out(session, encoding, list(progress.wanted(recipe, previews=False)))
    steps.adopt(session, encoding, lesson)


def recipe_of(encoding: Encoding) -> Recipe:
    """Return the recipe by which an encoding is made."""
    if encoding.recipe is None:
        raise EncodingLostError
    return Recipe.from_dict(encoding.recipe)


def reject(session: Session, claim: Claim, code: str) -> None:
    """End with the file's own fault; what could be watched before still can."""
    _, encoding, _ = held(session, claim)
    end(session, encoding, state=LessonState.REJECTED, code=code)


def fail(session: Session, claim: Claim, code: str) -> None:
    """End with a fault of ours."""
    _, encoding, _ = held(session, claim)
    end(session, encoding, state=LessonState.FAILED, code=code)


def publish(
    session: Session,
    claim: Claim,
    manifest: Manifest,
    *,
    folder: str,
    extra_bytes: int = 0,
) -> Encoding:
    """Make this encoding the lesson's and its last step done.

    The encoding that it replaces is discarded when nobody watches it any more.

    :param folder: where its objects lie, which nobody else writes to.
    :param extra_bytes: of those of them that are no renditions.
    """
    step, encoding, lesson = held(session, claim)
    steps.close(step)
    _retire_current(session, lesson.id)
    encoding.state = EncodingState(encoding.state).to(EncodingState.CURRENT).value
    encoding.ended_at, encoding.folder = now(), folder
    encoding.manifest, encoding.extra_bytes = manifest.to_dict(), extra_bytes
    encoding.renditions = [
        StoredRendition(
            name=rendition.name,
            position=position,
            key=folder + rendition.path,
            description=rendition.to_dict(),
        )
        for position, rendition in enumerate(manifest.renditions)
    ]
    if encoding.reason == Reason.UPLOAD.value:
        lesson.move(LessonState.READY)
        _tell_owner(session, lesson, "lesson_ready")
    lesson.playable, lesson.progress, lesson.code = True, 1.0, None
    lesson.duration_s = manifest.source.duration_s
    lesson.poster_key = folder + manifest.poster
    name = str(encoding.id)
    enqueue(session, TIDY, queue=HOUSEKEEPING, after=STILL_WATCHED, encoding_id=name)
    return encoding


def current(session: Session, lesson_id: UUID) -> Encoding | None:
    """Return the encoding that is complete and watched."""
    return session.scalar(_in_state(lesson_id, EncodingState.CURRENT))


def working(session: Session, lesson_id: UUID) -> Encoding | None:
    """Return the encoding that is being made."""
    return session.scalar(_in_state(lesson_id, EncodingState.WORKING))


def watchable_encoding(session: Session, lesson: Lesson) -> Encoding | None:
    """Return what is watched now: the current encoding, else one that has opened."""
    present = current(session, lesson.id)
    if present is not None:
        return present
    growing = working(session, lesson.id)
    return growing if growing is not None and growing.opened_at is not None else None


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
        abandon(session, encoding)


def abandon(session: Session, encoding: Encoding, code: str | None = None) -> None:
    """Give an encoding up; its pieces are kept a while for another try.

    The lesson is locked. What could be watched of the encoding cannot be any more.
    """
    encoding.state = EncodingState(encoding.state).to(EncodingState.ABANDONED).value
    encoding.ended_at, encoding.code = now(), code
    lesson = session.get_one(Lesson, encoding.lesson_id)
    lesson.playable = current(session, lesson.id) is not None
    name, later = str(encoding.id), KEPT_FOR_RETRIES
    enqueue(session, DISCARD, queue=HOUSEKEEPING, prefix=encoding.prefix)
    enqueue(session, TIDY, queue=HOUSEKEEPING, after=later, encoding_id=name)


def end(session: Session, encoding: Encoding, *, state: LessonState, code: str) -> None:
    """Give an encoding up for a reason that its lesson, which is locked, shows."""
    abandon(session, encoding, code)
    lesson = session.get_one(Lesson, encoding.lesson_id)
    if encoding.reason == Reason.UPLOAD.value:
        lesson.move(state)
        lesson.code, lesson.progress = code, 0.0
        _tell_owner(session, lesson, f"lesson_{state.value}")


def describe_work(
    session: Session, lesson: Lesson, viewer: Person
) -> dict[str, float | None]:
    """Return what a lesson's description tells its owner about the work on it."""
    if lesson.state not in IN_WORK or not lessons.may_change(lesson, viewer):
        return {}
    return {"time_left_s": time_left_s(session, lesson.id)}


def time_left_s(session: Session, lesson_id: UUID) -> float | None:
    """Estimate the seconds until the lesson's new video is complete."""
    growing = working(session, lesson_id)
    if growing is None:
        return None
    begun = [step.started_at for step in growing.steps if step.started_at]
    if not begun:
        return None
    elapsed_s = (now() - min(begun)).total_seconds()
    return progress.time_left_s(progress.overall(growing.steps), elapsed_s)


def _in_state(lesson_id: UUID, state: EncodingState) -> Select[Encoding]:
    of_lesson = select(Encoding).where(Encoding.lesson_id == lesson_id)
    return of_lesson.where(Encoding.state == state.value)


def _tell_owner(session: Session, lesson: Lesson, kind: str) -> None:
    """Let the teacher leave the page while the work goes on."""
    href = f"/studio/lessons/{lesson.id}"
    notices.tell(session, lesson.owner_id, kind=kind, href=href, title=lesson.title)


def _retire_current(session: Session, lesson_id: UUID) -> Sequence[Encoding]:
    present = session.scalars(_in_state(lesson_id, EncodingState.CURRENT)).all()
    for old in present:
        old.state = EncodingState(old.state).to(EncodingState.RETIRED).value
        prefix, later = old.prefix, STILL_WATCHED
        enqueue(session, DISCARD, queue=HOUSEKEEPING, after=later, prefix=prefix)
    session.flush()
    return present
