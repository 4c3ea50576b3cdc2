"""Tables: ranking models, their trials, pins, and what was shown."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
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
    people: Mapped[int] = mapped_column(default=0)
    #: SHA-256 of the facts, the recipe and the versions: the same, the same model.
    fingerprint: Mapped[str]
    #: What it was made with: {"numpy": "2.3.1", …}.
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: How long learning and judging took.
    seconds: Mapped[float | None]
    #: Where its artefact is in the object store, and the artefact's SHA-256; None for
    #: models that were refused and for those whose artefact is no longer kept.
    key: Mapped[str | None]
    sha256: Mapped[str | None]
    #: When it last became the current one, and ceased to be.
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    def move(self, wanted: ModelState) -> None:
        """Go to another state, or raise when there is no such transition."""
        self.state = ModelState(self.state).to(wanted).value

    @property
    def is_usable(self) -> bool:
        """Say whether it could serve: it was not refused and its artefact is kept."""
        return self.key is not None and self.state != ModelState.REFUSED.value


class Hold(Base):
    """Nothing is published by itself until somebody says so; at most one is open."""

    __tablename__ = "publication_holds"
    __table_args__ = (
        Index(
            "ix_publication_holds_open",
            text("(released_at IS NULL)"),
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=now)
    #: The model that was taken back; None: somebody wanted to decide by hand.
    model_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("ranking_models.id", ondelete="SET NULL")
    )
    released_at: Mapped[datetime | None]


class ModelTrial(Base):
    """Two models side by side, each for its part of the classes; at most one runs."""

    __tablename__ = "model_trials"
    __table_args__ = (
        Index(
            "ix_model_trials_running",
            text("(ended_at IS NULL)"),
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("share > 0 AND share < 1", name="share_of_both"),
        CheckConstraint("control_id <> challenger_id", name="two_models"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    started_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    control_id: Mapped[UUID] = mapped_column(ForeignKey("ranking_models.id"))
    challenger_id: Mapped[UUID] = mapped_column(ForeignKey("ranking_models.id"))
    #: The share of classes that get the challenger, between 0 and 1.
    share: Mapped[float]


class TrialCount(Base):
    """Cards shown and opened in one of a trial's buckets of classes.

    Many classes share a bucket, so that no count is anybody's.
    """

    __tablename__ = "model_trial_counts"

    trial_id: Mapped[UUID] = mapped_column(
        ForeignKey("model_trials.id", ondelete="CASCADE"), primary_key=True
    )
    bucket: Mapped[int] = mapped_column(primary_key=True)
    shown: Mapped[int] = mapped_column(BigInteger)
    opened: Mapped[int] = mapped_column(BigInteger)


class Pin(Base):
    """A lesson that a teacher recommends to a class."""

    __tablename__ = "pins"

    class_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True
    )
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: The teacher; None when the account is gone.
    pinned_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    pinned_at: Mapped[datetime] = mapped_column(default=now)


class Exposure(Base):
    """How often a place of a row was shown and opened on one day; nobody is named."""

    __tablename__ = "exposures"

    day: Mapped[date] = mapped_column(primary_key=True)
    #: Which row: home, api or related.
    surface: Mapped[str] = mapped_column(primary_key=True)
    #: The ranking model's id as text, empty when none was used.
    model: Mapped[str] = mapped_column(primary_key=True)
    #: The arm of the trial, empty outside one.
    variant: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    #: From 0.
    place: Mapped[int] = mapped_column(primary_key=True)
    shown: Mapped[int] = mapped_column(BigInteger)
    opened: Mapped[int] = mapped_column(BigInteger)


class LessonExposure(Base):
    """How often a lesson was shown and opened from recommendations on one day."""

    __tablename__ = "lesson_exposures"

    day: Mapped[date] = mapped_column(primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    shown: Mapped[int] = mapped_column(BigInteger)
    opened: Mapped[int] = mapped_column(BigInteger)


class Exploration(Base):
    """A new lesson that was shown by lot, with the chance it had; nobody is named."""

    __tablename__ = "explorations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), index=True
    )
    surface: Mapped[str]
    model: Mapped[str]
    variant: Mapped[str]
    #: From 0.
    place: Mapped[int]
    #: The chance, 0 to 1, with which this lesson was drawn for this place.
    propensity: Mapped[float]
    opened: Mapped[bool] = mapped_column(default=False)
