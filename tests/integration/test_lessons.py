"""Lessons: created, published, hidden and found."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from harness.city import API, Caller, City
from youke.accounts.service import Role
from youke.http.paging import encode_cursor
from youke.kernel import clock
from youke.lessons.service import Lesson

NOWHERE = "0199a000-0000-7000-8000-000000000000"
LESSON = {"title": "光的折射", "grade": 8, "subject": "physics"}


def cursor(*values: Any) -> str:
    """A cursor that one could make oneself."""
    return f"cursor={encode_cursor(values)}"


@pytest.fixture
def teacher(city: City) -> Caller:
    return city.teacher()


@pytest.fixture
def student(city: City) -> Caller:
    return city.student()


def found(caller: Caller, query: str) -> list[str]:
    """The titles that a search finds, in order."""
    answer = caller.get(f"/lessons?{query}")
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.get_json()["items"]]


@pytest.mark.parametrize(
    "place",
    [
        {"grade": 8, "subject": "physics"},
        {"grade": "8", "subject": "物理"},
        {"grade": "初二", "subject": "Physics", "stage": "初中"},
        {"grade": "八年级", "subject": " physics ", "stage": "junior"},
    ],
)
def test_a_lesson_is_created_by_codes_and_by_names(
    teacher: Caller, place: dict[str, Any]
) -> None:
    answer = teacher.post("/lessons", {"title": " 光的折射 "} | place)

    lesson = answer.get_json()
    assert answer.status_code == 201
    assert lesson["title"] == "光的折射"
    assert lesson["grade"] == 8
    assert (lesson["stage"], lesson["subject"]) == ("junior", "physics")
    assert (lesson["state"], lesson["progress"]) == ("created", 0)
    assert lesson["published_at"] is None
    assert lesson["playable"] is False


def test_a_lesson_keeps_all_that_was_said_of_it(city: City) -> None:
    school = city.organisation("拱宸中学")
    teacher = city.teacher(organisation=school)
    said = {
        "edition": "浙教版",
        "volume": "上册",
        "chapter": "第二章",
        "tags": ["实验", "折射", "实验"],
        "summary": "把笔放进水里 🥤 <b>&",
    }

    made = teacher.post("/lessons", LESSON | said).get_json()

    shown = teacher.get(f"/lessons/{made['id']}").get_json()
    assert {field: shown[field] for field in said} == said | {"tags": ["实验", "折射"]}
    assert city.reread(made["id"]).school_id == school.id


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"stage": "kindergarten"}, "unknown_stage"),
        ({"grade": 13}, "unknown_grade"),
        ({"grade": "大一"}, "unknown_grade"),
        ({"subject": "latin"}, "unknown_subject"),
        ({"stage": "primary"}, "grade_not_in_stage"),
        ({"stage": "primary54", "grade": 6}, "grade_not_in_stage"),
        ({"stage": "junior", "grade": 6}, "grade_not_in_stage"),
    ],
)
def test_a_lesson_outside_the_catalogue_is_refused(
    teacher: Caller, wrong: dict[str, Any], code: str
) -> None:
    answer = teacher.post("/lessons", LESSON | wrong)
    assert answer.status_code == 422
    assert answer.get_json()["code"] == code


def test_the_five_four_system_keeps_its_sixth_grade_in_junior_school(
    teacher: Caller,
) -> None:
    lesson = LESSON | {"stage": "初中（五四学制）", "grade": 6}
    assert teacher.post("/lessons", lesson).get_json()["stage"] == "junior54"


@pytest.mark.parametrize("role", set(Role) - {Role.TEACHER})
def test_only_teachers_and_administrators_create_lessons(
    city: City, role: Role
) -> None:
    answer = city.caller(city.person("somebody", role)).post("/lessons", LESSON)
    assert answer.status_code == (201 if role.value.endswith("_admin") else 403)


def test_a_lesson_appears_when_it_is_published_and_playable(
    city: City, teacher: Caller, student: Caller
) -> None:
    lesson = city.lesson(teacher.person, listed=False)
    address = f"/lessons/{lesson.id}"

    assert student.get(address).get_json()["code"] == "lesson_not_found"
    assert teacher.post(f"{address}/publish").status_code == 200
    assert student.get(address).status_code == 404  # there is nothing to watch yet
    with city.database.transaction() as session:
        session.get_one(Lesson, lesson.id).playable = True
    assert student.get(address).status_code == 200
    assert found(student, "") == ["光的折射"]
    assert teacher.post(f"{address}/withdraw").status_code == 200
    assert student.get(address).status_code == 404
    assert found(student, "") == []
    assert teacher.get(address).status_code == 200


def test_publishing_twice_keeps_the_first_moment(city: City, teacher: Caller) -> None:
    lesson = city.lesson(teacher.person, listed=False)
    first = teacher.post(f"/lessons/{lesson.id}/publish").get_json()
    second = teacher.post(f"/lessons/{lesson.id}/publish").get_json()
    assert first["published_at"] == second["published_at"]


@pytest.mark.parametrize("act", ["publish", "withdraw"])
@pytest.mark.parametrize("listed", [True, False])
def test_another_teachers_lesson_cannot_be_changed(
    city: City, teacher: Caller, *, act: str, listed: bool
) -> None:
    lesson = city.lesson(teacher.person, listed=listed)
    answer = city.teacher("other").post(f"/lessons/{lesson.id}/{act}")
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "not_your_lesson"
    assert city.reread(lesson.id).listed is listed


def test_another_teachers_hidden_lesson_is_not_shown(
    city: City, teacher: Caller
) -> None:
    lesson = city.lesson(teacher.person, listed=False)
    answer = city.teacher("other").get(f"/lessons/{lesson.id}")
    assert answer.get_json()["code"] == "lesson_not_found"


def test_an_administrator_may_see_and_hide_every_lesson(
    city: City, teacher: Caller
) -> None:
    admin = city.caller(city.person("admin", Role.CITY_ADMIN))
    lesson = city.lesson(teacher.person)
    assert admin.post(f"/lessons/{lesson.id}/withdraw").status_code == 200
    assert admin.get(f"/lessons/{lesson.id}").status_code == 200


def test_students_may_not_publish(city: City, teacher: Caller, student: Caller) -> None:
    lesson = city.lesson(teacher.person)
    answer = student.post(f"/lessons/{lesson.id}/withdraw")
    assert answer.get_json()["code"] == "forbidden"


@pytest.fixture
def shelf(city: City) -> Caller:
    """Somebody who looks at a shelf of lessons."""
    gongchen = city.organisation("拱宸中学")
    chen = city.teacher("chen", name="陈静", organisation=gongchen).person
    lin = city.teacher("lin", name="林若兰").person
    city.lesson(chen, title="光的折射", summary="笔在水里", tags=["实验"])
    city.lesson(chen, title="100% 纯_金属 'quoted' \"x\" \\ 😀", grade=9)
    city.lesson(lin, title="春", grade=7, subject="chinese", summary="Spring Wind")
    city.lesson(
        lin, title="分数", grade=6, subject="math", stage="junior54", tags=["实验课"]
    )
    city.lesson(lin, title="藏起来的光", listed=False)
    return city.student()


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("grade=8", ["光的折射"]),
        ("grade=初二", ["光的折射"]),
        ("subject=语文", ["春"]),
        ("stage=junior54", ["分数"]),
        ("stage=初中&grade=七年级", ["春"]),
        ("stage=junior&grade=6", []),
        ("tag=实验", ["光的折射"]),
        ("tag=实", []),
        ("q=光", ["光的折射"]),
        ("q=水里 折射", ["光的折射"]),
        ("q=折射 春", []),
        ("q=spring", ["春"]),
        ("q=若兰", ["分数", "春"]),
        ("q=拱宸 金属", ["100% 纯_金属 'quoted' \"x\" \\ 😀"]),
        ("q=%25", ["100% 纯_金属 'quoted' \"x\" \\ 😀"]),
        ("q=_", ["100% 纯_金属 'quoted' \"x\" \\ 😀"]),
        ("q='", ["100% 纯_金属 'quoted' \"x\" \\ 😀"]),
        ('q="x"', ["100% 纯_金属 'quoted' \"x\" \\ 😀"]),
        ("q=\\", ["100% 纯_金属 'quoted' \"x\" \\ 😀"]),
        ("q=😀", ["100% 纯_金属 'quoted' \"x\" \\ 😀"]),
        ("q=) OR (1=1", []),
        ("q=%20%20", ["分数", "春", "100% 纯_金属 'quoted' \"x\" \\ 😀", "光的折射"]),
    ],
)
def test_a_search_finds_what_fits_and_nothing_hidden(
    shelf: Caller, query: str, titles: list[str]
) -> None:
    safe = quote(query, safe="=&%")
    assert found(shelf, safe) == titles


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("q=%00", "invalid"),
        ("tag=%00", "invalid"),
        ("stage=%00", "unknown_stage"),
        ("grade=0", "unknown_grade"),
        ("subject=x", "unknown_subject"),
        ("sort=random", "unknown_sort"),
        ("limit=0", "invalid"),
        ("limit=101", "invalid"),
        ("limit=many", "invalid"),
        ("q=" + "x" * 201, "invalid"),
        ("cursor=x", "bad_cursor"),
        (cursor(1, []), "bad_cursor"),
        (cursor("yesterday", NOWHERE), "bad_cursor"),
        (cursor("2026-11-23", "no id"), "bad_cursor"),
        (cursor("9999-12-31T23:59:59-23:59", NOWHERE), None),
        ("sort=likes&" + cursor("many", NOWHERE), "bad_cursor"),
        ("sort=likes&" + cursor(10**20, NOWHERE), "bad_cursor"),
        ("sort=likes&" + cursor(-(10**20), NOWHERE), "bad_cursor"),
        ("sort=views&" + cursor(2**31 - 1, NOWHERE), None),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    student: Caller, query: str, code: str | None
) -> None:
    answer = student.get(f"/lessons?{query}")
    assert answer.status_code == (422 if code else 200), answer.text
    assert answer.get_json().get("code") == code


def test_lessons_are_sorted_as_wished(city: City, teacher: Caller) -> None:
    for title, likes, views in (("a", 5, 1), ("b", 9, 2), ("c", 7, 3)):
        lesson = city.lesson(teacher.person, title=title)
        with city.database.transaction() as session:
            row = session.get_one(Lesson, lesson.id)
            row.likes, row.views = likes, views
    assert found(teacher, "") == ["c", "b", "a"]
    assert found(teacher, "sort=newest") == ["c", "b", "a"]
    assert found(teacher, "sort=likes") == ["b", "c", "a"]
    assert found(teacher, "sort=views") == ["c", "b", "a"]


@pytest.mark.parametrize("sort", ["newest", "likes"])
def test_pages_have_no_gaps_and_no_repeats_while_lessons_are_added(
    city: City, teacher: Caller, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    # All published in the same moment with as many likes: only ids tell them apart.
    moment = clock.now()
    monkeypatch.setattr(clock, "_now", lambda: moment)
    titles = [f"第{number}课" for number in range(11)]
    for title in titles:
        city.lesson(teacher.person, title=title)
    monkeypatch.setattr(clock, "_now", lambda: moment + timedelta(seconds=1))

    seen: list[str] = []
    cursor = ""
    for _ in range(20):
        page = teacher.get(f"/lessons?sort={sort}&limit=3{cursor}").get_json()
        seen += [item["title"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={quote(page['next'])}"
        city.lesson(teacher.person, title="新来的")

    assert [title for title in seen if title != "新来的"] == titles[::-1]
    assert len(seen) == len(set(seen))


def test_the_last_page_has_no_next(city: City, teacher: Caller) -> None:
    for title in ("a", "b"):
        city.lesson(teacher.person, title=title)
    assert teacher.get("/lessons?limit=2").get_json()["next"] is None
    assert teacher.get("/lessons?limit=1").get_json()["next"] is not None


def test_the_catalogue_is_open_and_bilingual(client: FlaskClient) -> None:
    catalogue = client.get(f"{API}/catalogue").get_json()
    assert {"code": "physics", "zh": "物理", "en": "Physics"} in catalogue["subjects"]
    assert [grade["code"] for grade in catalogue["grades"]] == [
        str(number) for number in range(1, 13)
    ]
    assert len(catalogue["stages"]) == 5
