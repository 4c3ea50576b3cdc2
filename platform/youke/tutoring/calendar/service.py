"""What a change of the calendar does to sessions: they move, and people are told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from youke.kernel.clock import LOCAL_ZONE, local, now
from youke.notices.service import tell
from youke.tutoring.errors import NoSuchDateError, OtherYearError
from youke.tutoring.locks import lock_session, lock_tutor, violates
from youke.tutoring.models import SessionTutor, Ticket, TutoringSession
from youke.tutoring.sessions import ONE_AT_A_TIME, tutors_of
from youke.tutoring.states import TicketState
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
        .where(TutoringSession.starts_at >= max(begin, now()))
        .where(TutoringSession.starts_at < end + timedelta(days=1))
        .order_by(TutoringSession.starts_at, TutoringSession.id)
    ).all()


def _move(session: Session, moved: TutoringSession, known: Published) -> Move:
    team = tutors_of(session, [moved.id])[moved.id]
    for tutor_id in team:
        lock_tutor(session, tutor_id)
    moved = lock_session(session, moved.id)
    before = moved.starts_at
    for day in weekends_after(local(before).date(), known):
        if _moved_to(session, moved, day):
            _tell_moved(session, moved, team, before)
            return Move(session_id=moved.id, before=before, after=moved.starts_at)
    _tell_stuck(session, moved)
    return Move(session_id=moved.id, before=before, after=None)


def _moved_to(session: Session, moved: TutoringSession, day: date) -> bool:
    """Move to the same time of a day, unless one of the tutors is busy then."""
    ahead = day - local(moved.starts_at).date()
    starts_at, ends_at = moved.starts_at + ahead, moved.ends_at + ahead
    during = Range(starts_at, ends_at, bounds="[)")
    seats = select(SessionTutor).where(SessionTutor.session_id == moved.id)
    try:
        with session.begin_nested():
            moved.starts_at, moved.ends_at = starts_at, ends_at
            for seat in session.scalars(seats.execution_options(autoflush=False)):
                seat.during = during
    except IntegrityError as error:
        if violates(error, ONE_AT_A_TIME):
            return False
        raise
    return True


def _tell_moved(
    session: Session, moved: TutoringSession, team: Sequence[UUID], before: datetime
) -> None:
    live = (TicketState.WAITING.value, TicketState.ACTIVE.value)
    students = session.scalars(
        select(Ticket.student_id)
        .where(Ticket.session_id == moved.id, Ticket.state.in_(live))
        .order_by(Ticket.student_id)
    )
    words = {"before": _spoken(before), "after": _spoken(moved.starts_at)}
    for person_id in [*team, *students]:
        tell(session, person_id, kind="session_moved", href="/sessions", **words)


def _tell_stuck(session: Session, stuck: TutoringSession) -> None:
    """Leave it to those who published it: nobody is free on any weekend near."""
    tell(
        session,
        stuck.published_by,
        kind="session_stuck",
        href="/sessions",
        before=_spoken(stuck.starts_at),
    )


def _spoken(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"
