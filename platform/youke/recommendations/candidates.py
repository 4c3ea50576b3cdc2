"""Lessons that may be recommended to a person; filtered before anything is ranked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.accounts.service import Person, Role
from youke.catalogue.service import stage_of_grade
from youke.lessons.search import listed
from youke.lessons.service import Lesson


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What ranking needs to know of a lesson."""

    id: UUID
    title: str
    owner_id: UUID
    grade: int
    subject: str
    edition: str | None
    volume: str | None
    chapter: str | None
    tags: frozenset[str]
    published_at: datetime
    likes: int
    views: int


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The lessons that one person may be recommended, in two tiers without overlap.

    For a student `own` are lessons of the own grade and `near` those of the grades
    next to it; for everybody else all lessons are `own`.
    """

    own: list[Candidate]
    near: list[Candidate] = field(default_factory=list)

    @property
    def tiers(self) -> tuple[list[Candidate], list[Candidate]]:
        """Both tiers, the nearer one first."""
        return self.own, self.near

    def without(self, barred: Collection[UUID]) -> "Pool":
        """Return the pool without these lessons."""
        return Pool(
            own=[c for c in self.own if c.id not in barred],
            near=[c for c in self.near if c.id not in barred],
        )


def near_grades(grade: int) -> frozenset[int]:
    """Return the grades next to this one in the same stage of schooling."""
    stage = stage_of_grade(grade)
    return frozenset({grade - 1, grade + 1} & set(stage.grades))


def grades_of(person: Person) -> frozenset[int] | None:
    """Return the grades whose lessons suit the person; None: all of them."""
    if person.grade is None or not person.has(Role.STUDENT):
        return None
    return near_grades(person.grade) | {person.grade}


def pool_for(session: Session, person: Person, *, subject: str | None = None) -> Pool:
    """Return the published and playable lessons that suit the person's grade."""
    grades = grades_of(person)
    found = find_candidates(session, grades=grades, subject=subject)
    if grades is None:
        return Pool(own=found)
    return Pool(
        own=[c for c in found if c.grade == person.grade],
        near=[c for c in found if c.grade != person.grade],
    )


def find_candidates(
    session: Session,
    *,
    grades: Collection[int] | None = None,
    subject: str | None = None,
) -> list[Candidate]:
    """Return published and playable lessons; None means any grade or subject."""
    statement = select(*_COLUMNS).where(listed())
    if grades is not None:
        statement = statement.where(Lesson.grade.in_(grades))
    if subject is not None:
        statement = statement.where(Lesson.subject == subject)
    return [_candidate(row) for row in session.execute(statement)]


def as_candidates(lessons: Collection[Lesson]) -> dict[UUID, Candidate]:
    """Return lessons as candidates by their identifiers, leaving hidden ones out."""
    return {lesson.id: _candidate(lesson) for lesson in lessons if lesson.listed}


_COLUMNS = (
    Lesson.id,
    Lesson.title,
    Lesson.owner_id,
    Lesson.grade,
    Lesson.subject,
    Lesson.edition,
    Lesson.volume,
    Lesson.chapter,
    Lesson.tags,
    Lesson.published_at,
    Lesson.likes,
    Lesson.views,
)


def _candidate(row: Any) -> Candidate:
    values: dict[str, Any] = {c.key: getattr(row, c.key) for c in _COLUMNS}
    values["tags"] = frozenset(row.tags)
    return Candidate(**values)
