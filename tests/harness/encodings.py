"""Looks into encodings and their jobs, and moves them as a worker or time would."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from harness.city import Caller, City
from youke.kernel import clock
from youke.media import claims, encodings
from youke.media.claims import Claim
from youke.media.models import Encoding, Step, StoredPiece
from youke.media.work import CONTENT_TYPES
from youke.storage import ObjectStore
from youke_transcoder import (
    Manifest,
    assembling,
    chunks,
    copying,
    normalising,
    plan,
    sound,
)
from youke_transcoder.assembling import files_of

#: Where in its work an encoding can be interrupted.
EVERYWHERE = ("inspected", "repackage", "encode_sound", "encode_chunk", "assemble")


def all_encodings(city: City) -> list[Encoding]:
    with city.database.transaction() as session:
        return list(session.scalars(select(Encoding).order_by(Encoding.id)).all())


def jobs(city: City) -> list[tuple[str, str, int]]:
    """The jobs there are, but those for much later: task, status, attempts."""
    query = (
        "SELECT task_name, status::text, attempts FROM procrastinate_jobs"
        " WHERE scheduled_at IS NULL OR scheduled_at < now() + interval '1 hour'"
    )
    with city.database.transaction() as session:
        return [(r[0], r[1], r[2]) for r in session.execute(text(query))]


def told(teacher: Caller) -> list[tuple[str, str]]:
    """What notices the teacher has: kind and address."""
    items = teacher.get("/notices").get_json()["items"]
    return [(item["kind"], item["href"]) for item in items]


def make_due(city: City) -> None:
    """Let retries happen now."""
    with city.database.transaction() as session:
        session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))


def begin(city: City, upload: UUID) -> Encoding:
    """Begin an upload's encoding, or find the one that is in work."""
    with city.database.transaction() as session:
        step = encodings.begin(session, upload)
        assert step is not None
        return session.get_one(Encoding, step.encoding_id)


def steps_of(city: City, encoding: Encoding) -> dict[tuple[str, int], Step]:
    """The steps that an encoding has now, by kind and number."""
    with city.database.transaction() as session:
        of_it = select(Step).where(Step.encoding_id == encoding.id)
        return {(step.kind, step.number): step for step in session.scalars(of_it)}


def take(city: City, upload: UUID, kind: str = "open", number: int = 0) -> Claim:
    """Claim a step as a worker would; whoever held it is taken for dead."""
    step = steps_of(city, begin(city, upload))[kind, number]
    with city.database.transaction() as session:
        long_ago = {"seen_at": clock.now() - timedelta(hours=1)}
        session.execute(update(Step).where(Step.id == step.id).values(long_ago))
        claim = claims.take(session, step.id, worker="test")
    assert claim is not None
    return claim


def publish(
    city: City, store: ObjectStore, claim: Claim, made: tuple[Path, Manifest]
) -> Encoding:
    """Store and publish what the engine made in a folder, as the last step does."""
    folder, manifest = made
    with city.database.transaction() as session:
        recipe = plan(manifest.source)
        encodings.source_of(session, claim).sha256 = "0" * 64
        encodings.note_plan(session, claim, recipe, conforms=False)
    prefix = f"media/{claim.lesson_id}/{claim.encoding_id}/{claim.id.hex}/"
    for name in files_of(manifest):
        path = folder / name
        store.put_file(prefix + name, path, content_type=CONTENT_TYPES[path.suffix])
    with city.database.transaction() as session:
        return encodings.publish(session, claim, manifest, folder=prefix)


def stored(store: ObjectStore, lesson_id: UUID) -> set[str]:
    """What lies in the store for a lesson, but its sources."""
    return set(store.keys(f"media/{lesson_id}/"))


def needed(city: City, lesson_id: UUID) -> set[str]:
    """What the database says lies in the store for a lesson, but its sources."""
    with city.database.transaction() as session:
        of_lesson = select(Encoding).where(Encoding.lesson_id == lesson_id)
        finished = [
            encoding.folder + name
            for encoding in session.scalars(of_lesson)
            if encoding.folder and encoding.manifest
            for name in files_of(Manifest.from_dict(encoding.manifest))
        ]
        pieces = select(StoredPiece.key).where(StoredPiece.lesson_id == lesson_id)
        return {*finished, *session.scalars(pieces)}


#: The engine's functions that the steps call: where a test may come between.
CALLS: dict[str, ModuleType] = {
    "inspected": normalising,
    "repackage": copying,
    "open_chunk": chunks,
    "encode_chunk": chunks,
    "encode_sound": sound,
    "assemble": assembling,
}


def interrupted_by(
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[], object],
    where: str,
    *,
    once: bool = True,
    after: bool = False,
) -> None:
    """Let something happen before, or after, a worker calls the engine."""
    module = CALLS[where]
    original = getattr(module, where)

    def interrupted(*arguments: object, **more: object) -> object:
        if once:
            monkeypatch.setattr(module, where, original)
        result = original(*arguments, **more) if after else None
        act()
        return result if after else original(*arguments, **more)

    monkeypatch.setattr(module, where, interrupted)
