"""Tables: ranking models."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id
from youke.recommendations.states import ModelState


class RankingModel(Base):
    """One training: what it learned from, how well, and what became of it."""

    __tablename__ = "ranking_models"
    __table_args__ = (
        Index(
            "ix_ranking_models_current",
            "state",
            unique=True,
            postgresql_where=text("state = 'current'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str]
    #: Why it was refused, or why it was not measured.
    reason: Mapped[str | None]
    algorithm: Mapped[str]
    params: Mapped[dict[str, Any]]
    #: Quality on the hold-out, by model: {"als": {"ndcg@10": …}, "popularity": …}.
    metrics: Mapped[dict[str, Any]]
    items: Mapped[int]
    interactions: Mapped[int]
    #: SHA-256 of the facts it learned from.
    fingerprint: Mapped[str]
    #: Where its artefact is in the object store, and the artefact's SHA-256.
    key: Mapped[str | None]
    sha256: Mapped[str | None]

    def move(self, wanted: ModelState) -> None:
        """Go to another state, or raise when there is no such transition."""
        self.state = ModelState(self.state).to(wanted).value
