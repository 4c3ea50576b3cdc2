"""Table: requests to open a conversation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from youke.counselling.models import SCHEMA, THREAD
from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id


class Opening(Base):
    """One administrator's request, which another one has to agree to."""

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("asked_by_id <> agreed_by_id", name="two_people"),
        {"schema": SCHEMA},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    thread_id: Mapped[UUID] = mapped_column(
        ForeignKey(THREAD, ondelete="CASCADE"), index=True
    )
    state: Mapped[str]
    asked_by_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    agreed_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    #: Why, sealed like a message.
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    #: Of the request, and once it is granted of the right to read.
    expires_at: Mapped[datetime]
