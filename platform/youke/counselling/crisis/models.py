"""Table: calls for help."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from youke.counselling.models import SCHEMA, THREAD
from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id


class Crisis(Base):
    """A call for help; a conversation has at most one that is not resolved."""

    __tablename__ = "crises"
    __table_args__ = (
        Index(
            "ux_crises_live",
            "thread_id",
            unique=True,
            postgresql_where=text("state <> 'resolved'"),
        ),
        Index("ix_crises_due", "due_at", postgresql_where=text("state = 'raised'")),
        {"schema": SCHEMA},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey(THREAD, ondelete="CASCADE"))
    cause: Mapped[str]
    state: Mapped[str]
    #: How far up it has climbed, see `escalation`.
    level: Mapped[int]
    raised_at: Mapped[datetime] = mapped_column(default=now)
    #: When it climbs on unless somebody has taken it.
    due_at: Mapped[datetime]
    taken_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    taken_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
