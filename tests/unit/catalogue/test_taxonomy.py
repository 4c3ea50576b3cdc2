"""One's place in the catalogue, by code or by name."""

import pytest

from youke.catalogue.service import (
    GRADES,
    STAGES,
    SUBJECTS,
    GradeNotInStageError,
    UnknownGradeError,
    UnknownStageError,
    UnknownSubjectError,
    check_stage_grade,
    find_grade,
    find_stage,
    find_subject,
    grade_of,
    name_of,
    stage_of_grade,
    subject_of,
)


@pytest.mark.parametrize("value", ["physics", "Physics", "物理", " 物理 ", "PHYSICS"])
def test_a_subject_is_found_by_code_and_by_either_name(value: str) -> None:
    assert find_subject(value).code == "physics"


@pytest.mark.parametrize(
    ("value", "code"),
    [("生物", "biology"), ("政治", "politics"), ("Maths", "math"), ("体育", "pe")],
)
def test_a_subject_is_found_by_what_people_also_call_it(value: str, code: str) -> None:
    assert find_subject(value).code == code


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7), ("7", 7), ("七年级", 7), ("初一", 7), ("Grade 7", 7), ("高三", 12)],
)
def test_a_grade_is_found_by_number_and_by_name(value: str | int, number: int) -> None:
    assert find_grade(value).number == number


@pytest.mark.parametrize("value", [0, 13, -1, "7.0", "", "八", "Grade", "1 2"])
def test_there_are_no_other_grades(value: str | int) -> None:
    with pytest.raises(UnknownGradeError, match="1 to 12"):
        find_grade(value)


@pytest.mark.parametrize("value", ["", "latin", "\x00", "物"])
def test_an_unknown_subject_is_answered_with_those_there_are(value: str) -> None:
    with pytest.raises(UnknownSubjectError, match="physics"):
        find_subject(value)


def test_an_unknown_stage_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownStageError, match="junior54"):
        find_stage("kindergarten")


@pytest.mark.parametrize(
    ("stage", "grades"),
    [
        ("primary", {1, 2, 3, 4, 5, 6}),
        ("小学（五四学制）", {1, 2, 3, 4, 5}),
        ("junior", {7, 8, 9}),
        ("初中（五四学制）", {6, 7, 8, 9}),
        ("senior", {10, 11, 12}),
    ],
)
def test_a_stage_has_its_own_grades(stage: str, grades: set[int]) -> None:
    for grade in GRADES:
        if grade.number in grades:
            check_stage_grade(find_stage(stage), grade)
        else:
            with pytest.raises(GradeNotInStageError):
                check_stage_grade(find_stage(stage), grade)


def test_a_grade_without_a_stage_belongs_to_the_common_system() -> None:
    stages = [stage_of_grade(grade.number).code for grade in GRADES]
    assert stages == ["primary"] * 6 + ["junior"] * 3 + ["senior"] * 3


@pytest.mark.parametrize("entries", [STAGES, GRADES, SUBJECTS])
def test_no_two_entries_share_a_code_or_a_name(entries: list[object]) -> None:
    names = [n for e in entries for n in {e.code, e.zh, e.en.casefold()}]  # type: ignore[attr-defined]  they are all named
    assert len(names) == len(set(names))


def test_every_code_leads_back_to_its_entry() -> None:
    assert [grade_of(grade.number) for grade in GRADES] == list(GRADES)
    assert [subject_of(subject.code) for subject in SUBJECTS] == list(SUBJECTS)
    assert name_of(SUBJECTS[0], "zh_Hans") == "语文"
    assert name_of(SUBJECTS[0], "en") == "Chinese"
