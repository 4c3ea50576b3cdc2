"""Tables: notices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id


class Notice(Base):
    """Something one person is told; the words are made when it is read."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_person", "person_id", "id"),
        Index(
            "ix_notices_unread", "person_id", postgresql_where=text("read_at IS NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: A path of this site.
    href: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]

    @property
    def read(self) -> bool:
        """Say whether the person has seen it."""
        return self.read_at is not None
