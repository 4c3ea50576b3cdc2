"""What a change of the calendar does to sessions: they move, and people are told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.kernel.clock import LOCAL_ZONE, local, now
from youke.notices.service import tell
from youke.tutoring.changes import lock_whole, move_to, spoken, tell_moved
from youke.tutoring.errors import NoSuchDateError, OtherYearError
from youke.tutoring.models import TutoringSession
from youke.workdays import service as workdays
from youke.workdays.service import DayKind, Published, Special

#: A session moves at most so far; a free weekend of all its tutors comes sooner.
FARTHEST_DAYS = 56
#: Beyond these nobody plans.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Move:
    """A session whose day has become a make-up day; `after` is None if stuck."""

    session_id: UUID
    before: datetime
    after: datetime | None


def enter_day(session: Session, day: date, special: Special) -> list[Move]:
    """Enter what a date is, and move the sessions that cannot stay on it."""
    workdays.enter_day(session, day, special)
    return _make_room(session, day, day)


def enter_year(
    session: Session, year: int, source: str, days: Mapping[date, Special]
) -> list[Move]:
    """Enter a year's list, and move the sessions that cannot stay where they are.

    :raises NoSuchDateError: for a year beyond all plans.
    :raises OtherYearError: when a day is of another year.
    """
    first = date_called(f"{year:04}-01-01")
    for day in days:
        if day.year != year:
            raise OtherYearError(day=day.isoformat(), year=year)
    workdays.enter_year(session, year, source, days)
    return _make_room(session, first, date(year, 12, 31))


def date_called(text: str) -> date:
    """Return the date that is written so.

    :raises NoSuchDateError:
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise NoSuchDateError(value=text) from None
    if not EARLIEST <= found < LATEST:
        raise NoSuchDateError(value=text)
    return found


def weekends_after(day: date, known: Published) -> Iterator[date]:
    """Yield the free weekend days to which a session of this day may move.

    The nearest first, and not into the past of the day: people have kept the time
    until then free, not the time before.
    """
    for later in known.days(
        day + timedelta(days=1), day + timedelta(days=FARTHEST_DAYS)
    ):
        if later.kind is DayKind.WEEKEND:
            yield later.date


def _make_room(session: Session, first: date, last: date) -> list[Move]:
    known = workdays.published(session)
    barred = {d.date for d in known.days(first, last) if not d.has_sessions}
    return [
        _move(session, each, known)
        for each in _upcoming(session, first, last)
        if local(each.starts_at).date() in barred
    ]


def _upcoming(session: Session, first: date, last: date) -> Sequence[TutoringSession]:
    begin = datetime(first.year, first.month, first.day, tzinfo=LOCAL_ZONE)
    end = datetime(last.year, last.month, last.day, tzinfo=LOCAL_ZONE)
    return session.scalars(
        select(TutoringSession)
        .where(TutoringSession.cancelled_at.is_(None))
        .where(TutoringSession.starts_at >= max(begin, now()))
        .where(TutoringSession.starts_at < end + timedelta(days=1))
        .order_by(TutoringSession.starts_at, TutoringSession.id)
    ).all()


def _move(session: Session, found: TutoringSession, known: Published) -> Move:
    moved = lock_whole(session, found.id)
    before = moved.starts_at
    today = local(before).date()
    for day in weekends_after(today, known):
        ahead = day - today
        if move_to(session, moved, before + ahead, moved.ends_at + ahead):
            tell_moved(session, moved, before)
            return Move(session_id=moved.id, before=before, after=moved.starts_at)
    _tell_stuck(session, moved)
    return Move(session_id=moved.id, before=before, after=None)


def _tell_stuck(session: Session, stuck: TutoringSession) -> None:
    """Leave it to those who published it: nobody is free on any weekend near."""
    tell(
        session,
        stuck.published_by,
        kind="session_stuck",
        href="/sessions",
        before=spoken(stuck.starts_at),
    )
