"""Tables: referrals, and what was found out when they were followed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from youke.counselling.models import SCHEMA, THREAD
from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id


class Referral(Base):
    """Somebody else who was asked to help; never a diagnosis."""

    __tablename__ = "referrals"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    thread_id: Mapped[UUID] = mapped_column(
        ForeignKey(THREAD, ondelete="CASCADE"), index=True
    )
    state: Mapped[str]
    #: The local day of the next look.
    follow_up_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]


class ReferralNote(Base):
    """Where to and why, or what came of it; sealed."""

    __tablename__ = "referral_notes"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{SCHEMA}.referrals.id", ondelete="CASCADE"), index=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=now)
