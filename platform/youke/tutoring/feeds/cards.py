"""Sessions as entries of a calendar, in the reader's language."""

from collections.abc import Callable, Sequence

from flask_babel import gettext
from sqlalchemy.orm import Session

from youke.catalogue.service import name_of, subject_of
from youke.kernel.clock import local
from youke.tutoring.feeds.ics import Entry
from youke.tutoring.models import TutoringSession
from youke.workdays.service import published


def entries_of(
    session: Session,
    sessions: Sequence[TutoringSession],
    *,
    locale: str,
    address: Callable[[str], str],
) -> list[Entry]:
    """Return an entry per session; `address` makes a path of this site absolute.

    Nobody's name and no question is told: a calendar is seen by a whole family.
    """
    days = published(session)
    return [
        Entry(
            session_id=each.id,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            summary=gettext(
                "Tutoring: %(subject)s",
                subject=name_of(subject_of(each.subject), locale),
            ),
            url=address("/sessions"),
            sequence=each.sequence,
            changed_at=each.changed_at,
            cancelled=each.cancelled_at is not None,
            tentative=days.day(local(each.starts_at).date()).tentative,
        )
        for each in sessions
    ]
