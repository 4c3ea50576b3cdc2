"""Tables: the secret addresses of calendar feeds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base


class CalendarFeed(Base):
    """Where one person's feed is; calendars cannot sign in."""

    __tablename__ = "calendar_feeds"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    #: SHA-256 of the secret in the address; the secret itself is nowhere stored.
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
