"""Pieces: what steps hand over, watched early and joined at the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.media.models import Encoding, Stage, StoredPiece
from youke_transcoder.model import Piece


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
    found = session.scalars(
        select(StoredPiece)
        .where(StoredPiece.lesson_id == lesson_id)
        .where(StoredPiece.work_key.in_(set(work_keys.values())))
        .order_by(StoredPiece.stage.desc(), StoredPiece.number)
    )
    return _grouped(
        row for row in found if work_keys.get(row.rendition) == row.work_key
    )


def _grouped(rows: Iterable[StoredPiece]) -> dict[str, list[KeptPiece]]:
    grouped: dict[str, list[KeptPiece]] = {}
    for row in rows:
        kept = KeptPiece(
            piece=Piece.from_dict(row.description), key=row.key, stage=Stage(row.stage)
        )
        grouped.setdefault(row.rendition, []).append(kept)
    return grouped
