"""The last step: join the pieces, verify the whole, publish."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from youke.jobs import RetryUnlessHopeless, app, tools
from youke.media import encodings, running, workplace
from youke.media.models import Stage
from youke.media.pieces import KeptPiece
from youke.media.steps import QUEUE
from youke.media.work import Task, Work
from youke_transcoder import assembling
from youke_transcoder.model import Piece
from youke_transcoder.recipes import AUDIO

#: Shares of the step.
FETCHED, JOINED = 0.1, 0.7
#: Bytes that the step needs for each byte of the pieces: they, what is made of them,
#: and the copies for TV.
ROOM = 3


@app.task(queue=QUEUE, name="media.assemble", retry=RetryUnlessHopeless())
def assemble(step_id: str) -> None:
    """Make renditions of the pieces and publish them."""
    running.run(UUID(step_id), _assemble)


def _assemble(work: Work) -> None:
    task = work.task()
    kept = wanted(task)
    workplace.require_room(ROOM * sum(each.piece.size for each in kept))
    pieces = _fetch(work, kept)
    out = work.out()
    manifest = assembling.assemble(
        pieces,
        task.recipe,
        work.folder / "pieces",
        out,
        means=work.means(FETCHED, JOINED),
    )
    prefix = f"{task.encoding.prefix}{work.claim.id.hex}/"
    names = list(assembling.files_of(manifest))
    _store(work, prefix, out, names)
    extra = sum((out / name).stat().st_size for name in names)
    extra -= sum(rendition.size for rendition in manifest.renditions)
    with work.telling() as session:
        encodings.publish(
            session, work.claim, manifest, folder=prefix, extra_bytes=extra
        )
    work.keep_stored()


def wanted(task: Task) -> list[KeptPiece]:
    """Choose the final pieces of what the recipe names."""
    names = {AUDIO, *(rung.name for rung in task.recipe.rungs)}
    return [
        each
        for name, kept in task.kept.items()
        if name in names
        for each in kept
        if each.stage is Stage.FINAL
    ]


def _fetch(work: Work, kept: list[KeptPiece]) -> list[Piece]:
    directory = work.out("pieces")
    for number, each in enumerate(kept):
        tools().store.download(each.key, directory / each.piece.path)
        work.note(FETCHED * number / len(kept))
    return [each.piece for each in kept]


def _store(work: Work, prefix: str, out: Path, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        work.store_file(prefix + name, out / name)
        work.note(JOINED + (1 - JOINED) * number / len(names))
