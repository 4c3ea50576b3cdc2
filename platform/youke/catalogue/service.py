"""Finding one's place in the catalogue, by code or by name."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from youke.catalogue.taxonomy import (
    ALIASES,
    GRADES,
    STAGES,
    SUBJECTS,
    Grade,
    Stage,
    Subject,
)
from youke.kernel.errors import InvalidError

__all__ = [
    "GRADES",
    "STAGES",
    "SUBJECTS",
    "Grade",
    "Stage",
    "Subject",
    "check_stage_grade",
    "find_grade",
    "find_stage",
    "find_subject",
    "grade_of",
    "name_of",
    "stage_of_grade",
    "subject_of",
]


class _Named(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


Entry = TypeVar("Entry", bound=_Named)


class UnknownStageError(InvalidError):
    """There is no stage {value}; there are {allowed}."""

    code = "unknown_stage"


class UnknownGradeError(InvalidError):
    """There is no grade {value}; grades are numbers from 1 to 12."""

    code = "unknown_grade"


class UnknownSubjectError(InvalidError):
    """There is no subject {value}; there are {allowed}."""

    code = "unknown_subject"


class GradeNotInStageError(InvalidError):
    """Grade {grade} does not belong to the stage {stage}."""

    code = "grade_not_in_stage"


def find_stage(value: str) -> Stage:
    """Return the stage that has this code or name."""
    stage = _find(STAGES, value)
    if stage is None:
        raise UnknownStageError(value=value, allowed=_codes(STAGES))
    return stage


def find_grade(value: str | int) -> Grade:
    """Return the grade that has this number or name."""
    grade = _find(GRADES, str(value))
    if grade is None:
        raise UnknownGradeError(value=str(value))
    return grade


def find_subject(value: str) -> Subject:
    """Return the subject that has this code or name."""
    subject = _find(SUBJECTS, value)
    if subject is None:
        raise UnknownSubjectError(value=value, allowed=_codes(SUBJECTS))
    return subject


def check_stage_grade(stage: Stage, grade: Grade) -> None:
    """Refuse a grade that the stage does not have."""
    if grade.number not in stage.grades:
        raise GradeNotInStageError(grade=grade.number, stage=stage.code)


def stage_of_grade(number: int) -> Stage:
    """Return the 六三学制 stage of a grade."""
    return next(stage for stage in STAGES if number in stage.grades)


def grade_of(number: int) -> Grade:
    """Return the grade with this number."""
    return GRADES[number - 1]


def subject_of(code: str) -> Subject:
    """Return the subject with this code."""
    return next(subject for subject in SUBJECTS if subject.code == code)


def name_of(entry: _Named, locale: str) -> str:
    """Return the entry's name in the reader's language."""
    return entry.en if locale.startswith("en") else entry.zh


def _find(entries: Sequence[Entry], value: str) -> Entry | None:
    wanted = value.strip().casefold()
    wanted = ALIASES.get(wanted, wanted).casefold()
    for entry in entries:
        if wanted in {entry.code, entry.zh.casefold(), entry.en.casefold()}:
            return entry
    return None


def _codes(entries: Sequence[_Named]) -> str:
    return ", ".join(entry.code for entry in entries)
