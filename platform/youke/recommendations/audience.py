"""Whom lessons suit: the same rule for a copy in memory and for a row of the table."""

from dataclasses import dataclass

from youke.accounts.service import Person, Role
from youke.catalogue.service import stage_of_grade
from youke.lessons.service import Lesson


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Which lessons suit somebody; None means any.

    A student gets lessons of the own stage of schooling: of the own grade, and of
    the grades next to it where those are not enough. Everybody else gets all.
    """

    stage: str | None = None
    grade: int | None = None
    near: frozenset[int] = frozenset()
    subject: str | None = None

    @classmethod
    def of(cls, person: Person, subject: str | None = None) -> "Audience":
        """Return what suits the person, of one subject if it is named."""
        if person.grade is None or not person.has(Role.STUDENT):
            return cls(subject=subject)
        return cls(
            stage=stage_of_grade(person.grade).code,
            grade=person.grade,
            near=near_grades(person.grade),
            subject=subject,
        )

    @property
    def own_grades(self) -> frozenset[int] | None:
        """The grades that come first; None: all of them."""
        return None if self.grade is None else frozenset({self.grade})

    def suits(self, lesson: Lesson) -> bool:
        """Say whether the lesson may be recommended, in whichever tier."""
        if self.stage is not None and lesson.stage != self.stage:
            return False
        if self.grade is not None and lesson.grade not in self.near | {self.grade}:
            return False
        return self.shows(lesson)

    def shows(self, lesson: Lesson) -> bool:
        """Say the same but for the grade, which a teacher's pin may overrule."""
        fits = self.subject is None or lesson.subject == self.subject
        return lesson.listed and fits


def near_grades(grade: int) -> frozenset[int]:
    """Return the grades next to this one in the same stage of schooling."""
    stage = stage_of_grade(grade)
    return frozenset({grade - 1, grade + 1} & set(stage.grades))
