"""Objects that encodings left: pieces that are not needed, writes of dead workers.

Every key that a worker writes to holds the claim under which it writes. So an object
is needed if a row names it, or if its claim is held: whoever holds it may still make
it known. A claim that is not held never becomes so again.
"""

import re
from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.kernel.db import Database
from youke.media import pieces
from youke.media.claims import locked_lesson
from youke.media.models import Encoding, EncodingState, Step, StepState
from youke.storage import ObjectStore

CLAIM = re.compile("[0-9a-f]{32}")


def forget(session: Session, encoding_id: UUID) -> None:
    """Forget the pieces of an encoding that is over and that nobody else needs."""
    encoding = session.get(Encoding, encoding_id)
    if encoding is None or locked_lesson(session, encoding.lesson_id) is None:
        return
    session.refresh(encoding)
    if encoding.state != EncodingState.WORKING.value:
        pieces.forget(session, encoding)


def delete(database: Database, store: ObjectStore, encoding_id: UUID) -> None:
    """Delete the pieces that nobody knows, and what the encoding does not know."""
    with database.transaction() as session:
        encoding = session.get(Encoding, encoding_id)
    if encoding is None:
        return
    # Listed first: what is written later belongs to claims that are not asked for.
    found = [
        *store.keys(pieces.folder(encoding.lesson_id)),
        *store.keys(encoding.prefix),
    ]
    with database.transaction() as session:
        known = pieces.known_keys(session, encoding.lesson_id)
        folders = [folder for folder in _folders(session, encoding) if folder]
        is_held = Step.state == StepState.WORKING.value
        claims = session.scalars(select(Step.claim).where(is_held))
        held = {claim.hex for claim in claims if claim}
    for key in unneeded(found, known=known, folders=folders, held=held):
        store.delete(key)


def unneeded(
    keys: Iterable[str], *, known: set[str], folders: Iterable[str], held: set[str]
) -> Iterator[str]:
    """Yield the keys that no row names and that no living claim may make known. Pure.

    :param folders: of encodings that are watched; all that lies in them is needed.
    :param held: claims, in hexadecimal.
    """
    kept = tuple(folders)
    for key in keys:
        is_needed = key in known or key.startswith(kept) if kept else key in known
        if not is_needed and not held & set(CLAIM.findall(key)):
            yield key


def _folders(session: Session, encoding: Encoding) -> Iterable[str | None]:
    """Return where objects lie that are watched, now or by those who began before."""
    watched = (EncodingState.CURRENT.value, EncodingState.RETIRED.value)
    of_lesson = select(Encoding.folder).where(Encoding.lesson_id == encoding.lesson_id)
    return session.scalars(of_lesson.where(Encoding.state.in_(watched))).all()
