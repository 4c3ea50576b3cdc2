"""The page of lessons: which of them it begins with."""

import re

import pytest
from flask.testing import FlaskClient

from harness.city import Caller, City


@pytest.fixture
def student(city: City) -> Caller:
    """A student of grade 8, in a city with a lesson for grade 7 and one for 8."""
    teacher = city.teacher()
    city.lesson(teacher.person, title="七年级的课", grade=7)
    city.lesson(teacher.person, title="八年级的课", grade=8)
    return city.student(grade=8)


def shown(client: FlaskClient, caller: Caller, query: str) -> tuple[str, str]:
    """The grades of the lessons on the page, and the chosen filters."""
    client.set_cookie("lang", "en")
    page = client.get(f"/lessons{query}", headers=caller.headers).text
    chosen = re.findall(r'class="filter"[^>]* aria-current="true">([^<]*)<', page)
    grades = [name for name in ("七", "八") if f"{name}年级的课" in page]
    return "".join(grades), ", ".join(chosen)


@pytest.mark.parametrize(
    ("query", "grades", "chosen"),
    [
        ("", "八", "Newest, All, Grade 8, All"),
        ("?subject=physics", "八", "Newest, All, Grade 8, Physics"),
        ("?sort=likes", "八", "Most liked, All, Grade 8, All"),
        ("?grade=7", "七", "Newest, All, Grade 7, All"),
        ("?grade=", "七八", "Newest, All, All, All"),
        ("?grade=&subject=physics", "七八", "Newest, All, All, Physics"),
        ("?q=年级", "七八", "Newest, All, All, All"),
        ("?stage=junior", "七八", "Newest, Junior secondary, All, All"),
    ],
)
def test_a_students_lessons_begin_with_the_own_grade(
    client: FlaskClient, student: Caller, query: str, grades: str, chosen: str
) -> None:
    assert shown(client, student, query) == (grades, chosen)


def test_the_head_names_the_chosen_grade(client: FlaskClient, student: Caller) -> None:
    client.set_cookie("lang", "en")
    page = client.get("/lessons", headers=student.headers).text
    assert "<p>Grade 8 · 1 lesson</p>" in page


def test_all_grades_stay_chosen_when_another_filter_changes(
    client: FlaskClient, student: Caller
) -> None:
    page = client.get("/lessons?grade=", headers=student.headers).text
    assert "/lessons?grade=&amp;subject=physics" in page
    assert "/lessons?grade=&amp;sort=likes" in page
    assert "/lessons?grade=8" in page


def test_others_begin_with_all_lessons(
    city: City, client: FlaskClient, student: Caller
) -> None:
    assert student.person.grade == 8
    other = city.teacher("other")
    assert shown(client, other, "") == ("七八", "Newest, All, All, All")
