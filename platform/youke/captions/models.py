"""Tables: captions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base


class Captions(Base):
    """A lesson's captions in one language."""

    __tablename__ = "captions"

    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True
    )
    #: BCP 47, see `youke.captions.languages`.
    language: Mapped[str] = mapped_column(primary_key=True)
    #: For people, in the language itself.
    label: Mapped[str]
    #: Where the WebVTT lies; another text lies under another key.
    key: Mapped[str]
    cues: Mapped[int]
    #: Made by a machine, and not read by the teacher.
    automatic: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
