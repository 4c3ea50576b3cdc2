"""A lesson in work whose pieces land as a test wants, and its publication."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import m3u8

from harness.city import City
from youke.jobs.worker import Tools
from youke.kernel.ids import new_id
from youke.lessons import service as lessons
from youke.lessons.service import Lesson, LessonState
from youke.media.models import (
    Encoding,
    EncodingState,
    Opening,
    Stage,
    StoredPiece,
    StoredRendition,
)
from youke_transcoder.model import Piece
from youke_transcoder.recipes import SOURCE, Recipe

SECONDS = 26
#: Of a source that nobody reads.
HASH = "5" * 64


@dataclass(frozen=True)
class Made:
    """What the engine gives for a lesson of three chunks."""

    folder: Path
    recipe: Recipe
    opening: tuple[Piece, ...]
    rungs: tuple[Piece, ...]
    sound: tuple[Piece, ...]

    def of(self, rung: str, *indices: int) -> list[Piece]:
        """The pieces of a rung with these numbers."""
        return [p for p in self.rungs if p.rendition == rung and p.index in indices]


@dataclass
class Watched:
    """A lesson in work, of which pieces land one after the other."""

    city: City
    tools: Tools
    made: Made
    lesson: Lesson
    encoding: Encoding

    def land(self, landed: Iterable[Piece], stage: Stage = Stage.FINAL) -> None:
        """Store pieces and make them known, as a step does when it ends."""
        folder = self.made.folder
        if stage is Stage.OPENING:
            folder /= "opening"
        with self.city.database.transaction() as session:
            for piece in landed:
                key = f"media/{self.lesson.id}/chunks/{new_id().hex}.mp4"
                path = folder / piece.path
                self.tools.store.put_file(key, path, content_type="video/mp4")
                session.add(self._row(piece, key, stage))

    def _row(self, piece: Piece, key: str, stage: Stage) -> StoredPiece:
        return StoredPiece(
            lesson_id=self.lesson.id,
            work_key=self.encoding.work_keys[piece.rendition],
            rendition=piece.rendition,
            stage=stage.value,
            number=piece.index,
            key=key,
            size=piece.size,
            description=piece.to_dict(),
        )


def heights(playlist: m3u8.M3U8, made: Made) -> list[str]:
    """Of which rung each segment is, told by its size."""
    sizes = {
        (segment.length, segment.offset): piece.rendition
        for piece in made.rungs
        for segment in piece.segments
    }
    spans = [str(each.byterange).split("@") for each in playlist.segments]
    return [sizes[int(length), int(offset)] for length, offset in spans]


def rung_names(made: Made) -> list[str]:
    return [rung.name for rung in reversed(made.recipe.rungs)]


def publish(watched: Watched, *names: str) -> None:
    """Publish renditions of these names; their files are those of the first chunk."""
    with watched.city.database.transaction() as session:
        encoding = session.get_one(Encoding, watched.encoding.id)
        encoding.state = EncodingState.CURRENT.value
        for position, name in enumerate(names):
            (piece,) = watched.made.of(name, 0)
            key = f"media/{watched.lesson.id}/{name}.mp4"
            path = watched.made.folder / piece.path
            watched.tools.store.put_file(key, path, content_type="video/mp4")
            encoding.renditions.append(
                StoredRendition(
                    name=name,
                    position=position,
                    key=key,
                    description=described(piece),
                )
            )
        lesson = lessons.lesson_for_update(session, watched.lesson.id)
        lesson.move(LessonState.READY)


def described(piece: Piece) -> dict[str, object]:
    values = piece.to_dict()
    kept = ("path", "width", "height", "codecs", "init", "segments", "size", "sha256")
    return {name: values[name] for name in kept} | {
        "name": piece.rendition,
        "profiles": ["web"],
        "kind": "video",
        "container": "fmp4",
        "fps": 30.0,
        "bandwidth": 1_000_000,
        "average_bandwidth": 500_000,
        "duration_s": piece.duration_s,
    }


def copied(watched: Watched, made: Made) -> list[Piece]:
    """Make it an encoding that opened with a copy; the copy's pieces are the 480p's."""
    with watched.city.database.transaction() as session:
        encoding = session.get_one(Encoding, watched.encoding.id)
        encoding.opening = Opening.COPY.value
        encoding.work_keys = {SOURCE: HASH}
    opening = made.folder / "opening"
    for piece in made.of("480p", 0, 1):
        (opening / piece.path).write_bytes((made.folder / piece.path).read_bytes())
    return [replace(piece, rendition="source") for piece in made.of("480p", 0, 1)]
