"""Lessons whose description is corrected, by the API and in the studio."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from harness.city import Caller, City
from youke.lessons.service import Lesson

SAID: dict[str, Any] = {
    "edition": "浙教版",
    "volume": "上册",
    "chapter": "第二章",
    "tags": ["实验", "折射"],
    "summary": "把笔放进水里",
}
FORM = {
    "title": "光的反射",
    "stage": "junior",
    "grade": "9",
    "subject": "physics",
    "edition": "",
    "volume": "",
    "chapter": "第三章",
    "tags": "镜子、实验",
    "summary": "",
}


@pytest.fixture
def teacher(city: City) -> Caller:
    return city.teacher()


@pytest.fixture
def lesson(city: City, teacher: Caller) -> Lesson:
    return city.lesson(teacher.person, **SAID)


def patch(caller: Caller, lesson: Lesson, changes: Any) -> tuple[int, dict[str, Any]]:
    answer = caller.call("PATCH", f"/lessons/{lesson.id}", json=changes)
    return answer.status_code, answer.get_json()


def test_only_what_is_named_is_corrected(
    city: City, teacher: Caller, lesson: Lesson
) -> None:
    status, shown = patch(teacher, lesson, {"title": " 光的反射 ", "grade": "九年级"})

    assert status == 200
    assert (shown["title"], shown["grade"]) == ("光的反射", 9)
    assert {field: shown[field] for field in SAID} == SAID
    kept = city.reread(lesson.id)
    assert (kept.title, kept.subject, kept.listed) == ("光的反射", "physics", True)


def test_null_clears_what_may_be_empty(teacher: Caller, lesson: Lesson) -> None:
    status, shown = patch(teacher, lesson, dict.fromkeys(SAID))

    assert status == 200
    cleared = {**dict.fromkeys(SAID), "tags": [], "summary": ""}
    assert {field: shown[field] for field in SAID} == cleared


def test_a_stage_that_is_not_said_follows_from_the_grade(
    teacher: Caller, lesson: Lesson
) -> None:
    status, shown = patch(teacher, lesson, {"grade": 5, "stage": None})
    assert (status, shown["stage"]) == (200, "primary")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"titel": "光"}, "unknown_field"),
        ({"owner_id": "somebody"}, "unknown_field"),
        ({"title": ""}, "invalid"),
        ({"title": "   "}, "invalid"),
        ({"title": None}, "invalid"),
        ({"grade": None}, "invalid"),
        ({"subject": None}, "invalid"),
        ({"grade": ""}, "unknown_grade"),
        ({"subject": ""}, "unknown_subject"),
        ({"subject": "latin"}, "unknown_subject"),
        ({"stage": "kindergarten"}, "unknown_stage"),
        ({"grade": 5}, "grade_not_in_stage"),
        ({"stage": "primary"}, "grade_not_in_stage"),
        ({"summary": "字" * 5001}, "invalid"),
    ],
)
def test_a_correction_that_makes_no_lesson_is_refused(
    city: City, teacher: Caller, lesson: Lesson, wrong: dict[str, Any], code: str
) -> None:
    status, problem = patch(teacher, lesson, {"chapter": "第九章"} | wrong)
    assert (status, problem["code"]) == (422, code)
    assert city.reread(lesson.id).chapter == "第二章"


def test_only_the_owner_corrects_a_lesson(city: City, lesson: Lesson) -> None:
    other, student = city.teacher("other"), city.student()
    assert patch(other, lesson, {"title": "别的"})[0] == 403
    assert patch(student, lesson, {"title": "别的"})[0] == 403
    assert city.reread(lesson.id).title == "光的折射"


def test_the_form_shows_what_was_said_and_takes_the_corrections(
    city: City, client: FlaskClient, teacher: Caller, lesson: Lesson
) -> None:
    address = f"/studio/lessons/{lesson.id}/edit"
    page = client.get(address, headers=teacher.headers).text
    assert 'value="光的折射"' in page
    assert 'value="实验, 折射"' in page
    assert address in client.get(address[:-5], headers=teacher.headers).text

    answer = client.post(address, data=FORM, headers=teacher.headers)

    assert answer.headers["Location"] == f"/studio/lessons/{lesson.id}"
    kept = city.reread(lesson.id)
    assert (kept.title, kept.grade, kept.chapter) == ("光的反射", 9, "第三章")
    assert (kept.edition, kept.volume, kept.summary) == (None, None, "")
    assert kept.tags == ["镜子", "实验"]


def test_the_form_says_what_is_wrong_and_keeps_what_was_written(
    city: City, client: FlaskClient, teacher: Caller, lesson: Lesson
) -> None:
    address = f"/studio/lessons/{lesson.id}/edit"
    form = FORM | {"title": "", "chapter": "第四章"}
    answer = client.post(address, data=form, headers=teacher.headers)

    assert answer.status_code == 422
    assert "f-title-error" in answer.text
    assert 'value="第四章"' in answer.text
    assert f'action="{address}"' in answer.text
    assert city.reread(lesson.id).chapter == "第二章"


def test_another_teacher_gets_no_form(
    city: City, client: FlaskClient, lesson: Lesson
) -> None:
    other = city.teacher("other")
    address = f"/studio/lessons/{lesson.id}/edit"
    assert client.get(address, headers=other.headers).status_code == 403
    assert client.post(address, data=FORM, headers=other.headers).status_code == 403
