"""The first step: download, inspect, plan, and show the first seconds."""

from uuid import UUID

from youke.jobs import RetryUnlessHopeless, app, tools
from youke.media import encodings, running
from youke.media.models import Opening, Stage
from youke.media.sources import Source
from youke.media.steps import OPENING_QUEUE, PREPARE
from youke.media.work import Task, Work
from youke_transcoder import chunks, conforming, copying, planning
from youke_transcoder.model import Piece
from youke_transcoder.recipes import AUDIO, SOURCE

PROFILES = ("tv", "web", "mobile")
#: Shares of the step: downloaded and inspected, and then opened.
INSPECTED = 0.5


@app.task(queue=OPENING_QUEUE, name=PREPARE, retry=RetryUnlessHopeless())
def prepare(upload_id: str) -> None:
    """Make an upload watchable; safe to run again after any crash."""
    with tools().database.transaction() as session:
        step = encodings.begin(session, UUID(upload_id))
    if step is not None:
        running.run(step.id, _open)


def _open(work: Work) -> None:
    with work.source() as source:
        opening = _plan(work, source)
        if opening is not None:
            work.note(INSPECTED)
            show = _show_copy if opening is Opening.COPY else _show_preview
            show(work, work.task())
    work.finish()


def _plan(work: Work, source: Source) -> Opening | None:
    """Inspect the source, write down what is made of it; say what is shown first."""
    with tools().database.transaction() as session:
        encodings.source_of(session, work.claim).sha256 = source.sha256
    probe = work.inspected(source)
    recipe = planning.plan(probe, profiles=PROFILES)
    with tools().database.transaction() as session:
        return encodings.note_plan(
            session, work.claim, recipe, conforms=conforming.conforms(probe)
        )


def _show_copy(work: Work, task: Task) -> None:
    """Show the source as it is, piece by piece."""
    out = work.out()

    def show(piece: Piece) -> None:
        path = out / piece.path
        key = task.work_keys[SOURCE]
        stored = work.store_piece(piece, path, key, stage=Stage.OPENING)
        work.register(stored, opens=True)

    with work.readable(task.recipe.source) as path:
        copying.repackage(
            path, task.recipe, out, means=work.means(INSPECTED), on_piece=show
        )


def _show_preview(work: Work, task: Task) -> None:
    """Show the first chunk, small; its sound is made again with all the others'."""
    low = task.recipe.low_rungs
    if not all(task.has(rung.name, 0) for rung in low):
        out = work.out()
        with work.readable(task.recipe.source) as path:
            made = chunks.open_chunk(
                path, task.recipe, out, means=work.means(INSPECTED)
            )
        stored = [
            work.store_piece(
                piece,
                out / piece.path,
                task.work_keys[piece.rendition],
                Stage.OPENING if piece.rendition == AUDIO else Stage.FINAL,
            )
            for piece in made
        ]
        work.register(*stored, opens=True)
    else:
        work.register(opens=True)
