"""Telling people something, in the transaction that makes it true."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from youke.http.paging import BadCursorError, decode_cursor, encode_cursor
from youke.kernel.clock import now
from youke.notices.models import Notice
from youke.notices.wording import SENTENCES

__all__ = [
    "Notice",
    "NoticePage",
    "mark_all_read",
    "notices_of",
    "sentence_of",
    "tell",
    "unread_count",
]


@dataclass(frozen=True, kw_only=True)
class NoticePage:
    """One page of a person's notices and the cursor of the next."""

    items: Sequence[Notice]
    next: str | None


def tell(
    session: Session, person_id: UUID, *, kind: str, href: str, **data: str | int
) -> Notice:
    """Tell the person something.

    :param kind: a key of `wording.SENTENCES`.
    :param href: the path of this site to which the notice leads.
    :param data: what the sentence of that kind speaks of.
    :raises KeyError: when there is no such kind or its sentence needs other data.
    """
    SENTENCES[kind].format_map(data)
    notice = Notice(person_id=person_id, kind=kind, href=href, data=data)
    session.add(notice)
    session.flush()
    return notice


def notices_of(
    session: Session, person_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> NoticePage:
    """Return the person's notices, newest first, a page at a time."""
    mine = select(Notice).where(Notice.person_id == person_id)
    last = _place(cursor)
    if last is not None:
        mine = mine.where(Notice.id < last)
    found = session.scalars(mine.order_by(Notice.id.desc()).limit(limit + 1)).all()
    items = found[:limit]
    more = len(found) > limit
    return NoticePage(
        items=items, next=encode_cursor([str(items[-1].id)]) if more else None
    )


def unread_count(session: Session, person_id: UUID) -> int:
    """Return how many notices the person has not seen."""
    unread = (Notice.person_id == person_id) & Notice.read_at.is_(None)
    return session.scalar(select(func.count()).where(unread)) or 0


def mark_all_read(session: Session, person_id: UUID) -> None:
    """Note that the person has seen everything there is."""
    unread = (Notice.person_id == person_id) & Notice.read_at.is_(None)
    session.execute(update(Notice).where(unread).values(read_at=now()))


def sentence_of(notice: Notice) -> str:
    """Return the sentence of the notice before its data: a translation key."""
    return SENTENCES[notice.kind]


def _place(cursor: str | None) -> UUID | None:
    values = decode_cursor(cursor, fields=1)
    try:
        return UUID(str(values[0])) if values else None
    except ValueError:
        raise BadCursorError from None
