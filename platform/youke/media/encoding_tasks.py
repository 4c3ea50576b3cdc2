"""The steps between the first look and the end: survey, sound, chunks."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from youke.jobs import RetryUnlessHopeless, app, tools
from youke.media import encodings, running, steps
from youke.media.models import Opening, Stage
from youke.media.steps import OPENING_QUEUE, QUEUE
from youke.media.work import Task, Work
from youke_transcoder import chunks, planning, sound
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.model import Piece
from youke_transcoder.recipes import AUDIO, Rung
from youke_transcoder.survey import survey as examine

#: Seconds by which the pieces of the sound may miss its end.
SOUND_SLACK_S = 0.1


@app.task(queue=OPENING_QUEUE, name="media.preview", retry=RetryUnlessHopeless())
def preview(step_id: str) -> None:
    """Make the low rungs of one chunk."""
    running.run(UUID(step_id), _preview)


@app.task(queue=QUEUE, name="media.chunk", retry=RetryUnlessHopeless())
def chunk(step_id: str) -> None:
    """Make the other rungs of one chunk."""
    running.run(UUID(step_id), _chunk)


@app.task(queue=QUEUE, name="media.sound", retry=RetryUnlessHopeless())
def sound_(step_id: str) -> None:
    """Make the sound of the whole lesson."""
    running.run(UUID(step_id), _sound)


@app.task(queue=QUEUE, name="media.survey", retry=RetryUnlessHopeless())
def survey(step_id: str) -> None:
    """Choose rungs and qualities for this lesson."""
    running.run(UUID(step_id), _survey)


def _preview(work: Work) -> None:
    task = work.task()
    _encode(work, task, task.recipe.low_rungs)


def _chunk(work: Work) -> None:
    task = work.task()
    previews = task.encoding.opening == Opening.PREVIEW.value and task.is_as_planned
    _encode(work, task, task.recipe.high_rungs if previews else task.recipe.rungs)


def _encode(work: Work, task: Task, rungs: tuple[Rung, ...]) -> None:
    """Make those of the rungs that nobody has made before."""
    number = work.claim.number
    missing = [rung for rung in rungs if not task.has(rung.name, number)]
    if not missing:
        work.finish()
        return
    out = work.out()
    try:
        made = _run_chunk(work, task, missing, out)
    except TranscodeFailed as error:
        if error.code is not FailureCode.BAD_SEEK or len(task.recipe.chunks) == 1:
            raise
        _encode_in_one_piece(work, task)
        return
    work.finish(
        *(
            work.store_piece(piece, out / piece.path, task.work_keys[piece.rendition])
            for piece in made
        )
    )


def _run_chunk(
    work: Work, task: Task, rungs: Sequence[Rung], out: Path
) -> tuple[Piece, ...]:
    chunk_ = task.recipe.chunks[work.claim.number]
    with work.readable(task.recipe.source) as path:
        return chunks.encode_chunk(
            path, task.recipe, chunk_, out, rungs=rungs, means=work.means()
        )


def _encode_in_one_piece(work: Work, task: Task) -> None:
    """Begin again without cuts: the source is not what its key frames promise."""
    recipe = planning.in_one_piece(task.recipe)
    with tools().database.transaction() as session:
        encodings.start_over(session, work.claim, recipe)


def _sound(work: Work) -> None:
    task = work.task()
    kept = [each for each in task.kept.get(AUDIO, ()) if each.stage is Stage.FINAL]
    seconds = sum(each.piece.duration_s for each in kept)
    if seconds < task.recipe.duration_s - SOUND_SLACK_S:
        _make_sound(work, task)
    work.finish()


def _make_sound(work: Work, task: Task) -> None:
    out = work.out()

    def keep(piece: Piece) -> None:
        key = task.work_keys[AUDIO]
        work.register(work.store_piece(piece, out / piece.path, key))

    with work.readable(task.recipe.source) as path:
        sound.encode_sound(path, task.recipe, out, means=work.means(), on_piece=keep)


def _survey(work: Work) -> None:
    task = work.task()
    with work.readable(task.recipe.source) as path:
        choice = examine(path, task.recipe, work.out(), means=work.means())
    with tools().database.transaction() as session:
        recipe = planning.apply(choice, task.recipe)
        encodings.note_choice(session, work.claim, recipe, kind=choice.kind)
        steps.finish(session, work.claim)
