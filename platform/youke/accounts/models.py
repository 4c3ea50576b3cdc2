"""Tables: organisations, people, and the tokens by which they are known."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id


class Role(StrEnum):
    """What a person may be; one person may be several."""

    STUDENT = "student"
    GUARDIAN = "guardian"
    TEACHER = "teacher"
    REVIEWER = "reviewer"
    TUTOR = "tutor"
    COUNSELLOR = "counsellor"
    SCHOOL_ADMIN = "school_admin"
    DISTRICT_ADMIN = "district_admin"
    CITY_ADMIN = "city_admin"


#: Who may arrange things for others: publish sessions, see every lesson.
ADMINISTRATORS = frozenset({Role.SCHOOL_ADMIN, Role.DISTRICT_ADMIN, Role.CITY_ADMIN})


class OrganisationKind(StrEnum):
    """The tree: a city has districts, a district schools, a school classes."""

    CITY = "city"
    DISTRICT = "district"
    SCHOOL = "school"
    CLASS = "class"


class Organisation(Base):
    """A city, a district, a school or a class."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id"), index=True
    )
    parent: Mapped["Organisation | None"] = relationship(remote_side=id)

    def enclosing(self, kind: OrganisationKind) -> "Organisation | None":
        """Return this organisation or the one above it that is of the kind."""
        present: Organisation | None = self
        while present is not None and present.kind != kind:
            present = present.parent
        return present


class Person(Base):
    """Somebody with an account."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    roles: Mapped[list[str]]
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id"), index=True
    )
    #: A student's grade, 1 to 12; None for everybody else.
    grade: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    def has(self, role: str) -> bool:
        """Say whether the person has the role."""
        return role in self.roles

    @property
    def is_administrator(self) -> bool:
        """Say whether the person arranges things for others."""
        return not ADMINISTRATORS.isdisjoint(self.roles)


class AccessToken(Base):
    """A sign-in: of a browser (its cookie carries the token) or of a program."""

    __tablename__ = "access_tokens"

    #: SHA-256 of the token; the token itself is nowhere stored.
    digest: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    person: Mapped[Person] = relationship(lazy="joined")


class Purpose(StrEnum):
    """What one may be asked to allow."""

    #: Recommendations from what one person watched and liked.
    PROFILING = "profiling"


class Consent(Base):
    """A decision: yes or no to a purpose. The last one holds; none is ever changed."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_last", "person_id", "purpose", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    #: Which wording was decided on.
    version: Mapped[int]
    granted: Mapped[bool]
    #: Who decided: the person, or who speaks for them; None when that account is gone.
    given_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
