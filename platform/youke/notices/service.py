"""Telling people something, in the transaction that makes it true."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from youke.http.paging import Order, Page, fetch_page
from youke.kernel.clock import now
from youke.notices.models import Notice
from youke.notices.wording import SENTENCES

__all__ = [
    "Notice",
    "mark_all_read",
    "notices_of",
    "sentence_of",
    "tell",
    "unread_count",
]


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
) -> Page[Notice]:
    """Return the person's notices, newest first, a page at a time."""
    mine = select(Notice).where(Notice.person_id == person_id)
    return fetch_page(session, mine, Order((Notice.id,)), cursor=cursor, limit=limit)


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
