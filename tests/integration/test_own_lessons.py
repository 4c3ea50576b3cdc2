"""What one has watched and what one likes, in the API and on pages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from harness.city import Caller, City
from youke.engagement.models import Like, Watch
from youke.http.paging import DEFAULT_LIMIT
from youke.kernel.clock import now
from youke.lessons.service import Lesson


@pytest.fixture
def student(city: City) -> Caller:
    return city.student()


def watched(city: City, caller: Caller, *lessons: Lesson, seconds: float = 9) -> None:
    """Let the person watch lessons, the first of them last."""
    for age, lesson in enumerate(lessons):
        at = now() - timedelta(hours=age)
        about = {"person_id": caller.person.id, "lesson_id": lesson.id}
        kept = {"seen": [], "seconds": seconds, "position_s": 9, "duration_s": 60}
        day = {"day_began_at": at, "day_seen": [], "day_counted": False, "times": 0}
        with city.database.transaction() as session:
            session.add(Watch(**about, **kept, **day, updated_at=at))


def liked(city: City, caller: Caller, *lessons: Lesson) -> None:
    """Let the person like lessons, the first of them last."""
    for age, lesson in enumerate(lessons):
        at = now() - timedelta(hours=age)
        about = {"person_id": caller.person.id, "lesson_id": lesson.id}
        with city.database.transaction() as session:
            session.add(Like(**about, created_at=at))


DOINGS = pytest.mark.parametrize(
    ("path", "do"), [("/me/history", watched), ("/me/likes", liked)]
)


def many(city: City, count: int) -> list[Lesson]:
    teacher = city.teacher()
    return [city.lesson(teacher.person, title=f"第{n}课") for n in range(count)]


@DOINGS
def test_own_lessons_come_latest_first_and_in_pages(
    city: City, student: Caller, path: str, do: Callable[..., None]
) -> None:
    lessons = many(city, 3)
    do(city, student, lessons[1], lessons[0], lessons[2])

    first = student.get(f"{path}?limit=2").get_json()
    second = student.get(f"{path}?limit=2&cursor={first['next']}").get_json()

    assert [each["title"] for each in first["items"]] == ["第1课", "第0课"]
    assert [each["title"] for each in second["items"]] == ["第2课"]
    assert second["next"] is None


@DOINGS
def test_nobody_elses_and_no_hidden_lessons_are_listed(
    city: City, student: Caller, path: str, do: Callable[..., None]
) -> None:
    teacher = city.teacher()
    do(city, student, city.lesson(teacher.person, listed=False))
    do(city, teacher, city.lesson(teacher.person))
    assert student.get(path).get_json() == {"items": [], "next": None}


def test_a_lesson_of_which_nothing_was_seen_is_not_in_the_history(
    city: City, student: Caller
) -> None:
    watched(city, student, *many(city, 1), seconds=0)
    assert student.get("/me/history").get_json()["items"] == []


@DOINGS
def test_the_page_shows_more_by_htmx(
    city: City, client: FlaskClient, student: Caller, path: str, do: Callable[..., None]
) -> None:
    do(city, student, *many(city, DEFAULT_LIMIT + 1))
    page = client.get(path, headers=student.headers).text
    assert "第0课" in page
    assert f"第{DEFAULT_LIMIT}课" not in page

    (more,) = re.findall(f'hx-get="({path}\\?cursor=[^"]+)"', page)
    further = client.get(more, headers=student.headers | {"HX-Request": "true"}).text

    assert f"第{DEFAULT_LIMIT}课" in further
    assert "<html" not in further
    assert "hx-get" not in further


@pytest.mark.parametrize(
    ("path", "said"),
    [("/me/history", "Nothing watched yet"), ("/me/likes", "Nothing liked yet")],
)
def test_an_empty_page_says_so_and_the_menu_leads_to_it(
    client: FlaskClient, student: Caller, path: str, said: str
) -> None:
    client.set_cookie("lang", "en")
    assert said in client.get(path, headers=student.headers).text
    assert f'href="{path}"' in client.get("/notices", headers=student.headers).text
