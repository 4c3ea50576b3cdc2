"""Tables: days and years that administrators have entered."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base


class CalendarDay(Base):
    """A date as an administrator has entered it; it stands above the list."""

    __tablename__ = "calendar_days"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('school', 'weekend', 'holiday', 'makeup')", name="kind"
        ),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    #: By whose word, such as the number of a notice.
    source: Mapped[str]
    entered_at: Mapped[datetime] = mapped_column(default=now)


class CalendarYear(Base):
    """A year whose list an administrator has entered."""

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str]
    entered_at: Mapped[datetime] = mapped_column(default=now)
