"""The calendar as it is known now, and what administrators enter."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, extract, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from youke.kernel.clock import now
from youke.workdays.days import Day, DayKind, Published, Special
from youke.workdays.models import CalendarDay, CalendarYear
from youke.workdays.state_council import NOTICES

__all__ = ["Day", "DayKind", "Published", "Special", "enter_day", "enter_year"]
__all__ += ["published"]


def published(session: Session) -> Published:
    """Return the State Council's lists with what administrators entered above them."""
    years = {notice.year for notice in NOTICES}
    special = {day: each for notice in NOTICES for day, each in notice.special()}
    for year in session.scalars(select(CalendarYear.year)):
        years.add(year)
        # A year's new list stands for the whole year, not beside the old one.
        special = {day: each for day, each in special.items() if day.year != year}
    special |= {row.day: _special(row) for row in session.scalars(select(CalendarDay))}
    return Published(special=special, years=frozenset(years))


def enter_day(session: Session, day: date, special: Special) -> None:
    """Enter what a date is; once more replaces it."""
    values = {
        "kind": special.kind.value,
        "name": special.name,
        "source": special.source,
        "entered_at": now(),
    }
    session.execute(
        insert(CalendarDay)
        .values(day=day, **values)
        .on_conflict_do_update(index_elements=["day"], set_=values)
    )


def enter_year(
    session: Session, year: int, source: str, days: Mapping[date, Special]
) -> None:
    """Enter a whole year's list; once more replaces it."""
    session.execute(delete(CalendarDay).where(extract("year", CalendarDay.day) == year))
    values = {"source": source, "entered_at": now()}
    session.execute(
        insert(CalendarYear)
        .values(year=year, **values)
        .on_conflict_do_update(index_elements=["year"], set_=values)
    )
    for day, special in days.items():
        enter_day(session, day, special)


def _special(row: CalendarDay) -> Special:
    return Special(kind=DayKind(row.kind), name=row.name, source=row.source)
