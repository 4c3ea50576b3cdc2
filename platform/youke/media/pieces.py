"""Pieces: what steps hand over, watched early and joined at the end."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from youke.media.claims import Claim, held
from youke.media.models import Encoding, EncodingState, Stage, StoredPiece, Upload
from youke_transcoder.model import Piece
from youke_transcoder.recipes import AUDIO, SOURCE, Recipe


@dataclass(frozen=True, kw_only=True)
class KeptPiece:
    """A piece and where it lies in the object store."""

    piece: Piece
    key: str
    stage: Stage


def of(session: Session, encoding: Encoding) -> dict[str, list[KeptPiece]]:
    """Return what may be watched of an encoding, by rendition, in order.

    Sound may be there twice: a piece of stage "opening" for the first seconds, and
    the final ones, which begin at 0 again.
    """
    return by_rendition(session, encoding.lesson_id, encoding.work_keys)


def by_rendition(
    session: Session, lesson_id: UUID, work_keys: Mapping[str, str]
) -> dict[str, list[KeptPiece]]:
    """Return the lesson's pieces with these work keys of renditions, in order."""
    grouped: dict[str, list[KeptPiece]] = {}
    for row in session.scalars(_with_keys(lesson_id, work_keys.values())):
        if work_keys.get(row.rendition) == row.work_key:
            kept = KeptPiece(
                piece=Piece.from_dict(row.description),
                key=row.key,
                stage=Stage(row.stage),
            )
            grouped.setdefault(row.rendition, []).append(kept)
    return grouped


def work_keys(recipe: Recipe, sha256: str) -> dict[str, str]:
    """Name what shapes the pieces of each rendition: the source and the settings.

    Whoever finds pieces with the same key need not make them again.
    """
    names = [*(rung.name for rung in recipe.rungs), AUDIO, SOURCE]
    return {name: _hash(sha256, recipe.key_of(name)) for name in names}


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def folder(lesson_id: UUID) -> str:
    """Return where all pieces of a lesson lie."""
    return f"media/{lesson_id}/chunks/"


def new_key(claim: Claim, work_key: str, piece: Piece) -> str:
    """Return a key that nobody else writes to: the claim is a part of it."""
    name = f"{piece.rendition}-{piece.index:05}-{claim.id.hex}.mp4"
    return f"{folder(claim.lesson_id)}{work_key}/{name}"


@dataclass(frozen=True, kw_only=True)
class NewPiece:
    """A piece that its worker has stored."""

    piece: Piece
    key: str
    work_key: str
    stage: Stage


def register(session: Session, claim: Claim, new: NewPiece) -> bool:
    """Make a stored piece known; False when such a piece is known already.

    :raises EncodingLostError: when the step is no longer ours.
    """
    held(session, claim)
    known = _with_keys(claim.lesson_id, [new.work_key]).where(
        StoredPiece.rendition == new.piece.rendition,
        StoredPiece.stage == new.stage.value,
        StoredPiece.number == new.piece.index,
    )
    if session.scalar(known):
        return False
    session.add(
        StoredPiece(
            lesson_id=claim.lesson_id,
            work_key=new.work_key,
            rendition=new.piece.rendition,
            stage=new.stage.value,
            number=new.piece.index,
            key=new.key,
            size=new.piece.size,
            description=new.piece.to_dict(),
        )
    )
    session.flush()
    return True


def forget(session: Session, encoding: Encoding) -> None:
    """Forget the pieces of an encoding that is over, unless a later one has them too.

    :param encoding: its lesson is locked.
    """
    needless = keys_used(session, encoding)
    for other in session.scalars(_later(encoding)):
        needless -= keys_used(session, other)
    for row in session.scalars(_with_keys(encoding.lesson_id, needless)).all():
        session.delete(row)


def known_keys(session: Session, lesson_id: UUID) -> set[str]:
    """Return where the lesson's pieces lie."""
    of_lesson = StoredPiece.lesson_id == lesson_id
    return set(session.scalars(select(StoredPiece.key).where(of_lesson)))


def keys_used(session: Session, encoding: Encoding) -> set[str]:
    """Return the work keys that an encoding has or had pieces of."""
    used = set(encoding.work_keys.values())
    sha256 = session.get_one(Upload, encoding.upload_id).sha256
    for recipe in (encoding.recipe, encoding.planned):
        if recipe and sha256:
            used |= set(work_keys(Recipe.from_dict(recipe), sha256).values())
    return used


def _with_keys(lesson_id: UUID, keys: Iterable[str]) -> Select[StoredPiece]:
    return (
        select(StoredPiece)
        .where(StoredPiece.lesson_id == lesson_id)
        .where(StoredPiece.work_key.in_(set(keys)))
        .order_by(StoredPiece.stage.desc(), StoredPiece.number)
    )


def _later(encoding: Encoding) -> Select[Encoding]:
    """Select the lesson's encodings that are in work or ended after this one."""
    others = select(Encoding).where(Encoding.lesson_id == encoding.lesson_id)
    is_working = Encoding.state == EncodingState.WORKING.value
    ended_later = Encoding.ended_at > encoding.ended_at
    return others.where(Encoding.id != encoding.id).where(is_working | ended_later)
