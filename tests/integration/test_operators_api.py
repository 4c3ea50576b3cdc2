"""Administrators see encodings and try again, stop and renew; nobody else does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from harness.city import Caller, City
from harness.encoded import (
    FAILED,
    READY,
    REJECTED,
    WAITING,
    WORKING,
    Made,
    all_encodings,
    encode,
    jobs,
    probe,
)
from youke.accounts.service import Organisation, OrganisationKind, Role
from youke.lessons.service import Lesson
from youke.media.models import Encoding, Upload
from youke_transcoder.planning import plan

NOWHERE = "0199a000-0000-7000-8000-000000000000"


@pytest.fixture
def school(city: City) -> Organisation:
    return city.organisation("拱宸中学")


@pytest.fixture
def lesson(city: City, school: Organisation) -> Lesson:
    teacher = city.person("lin", Role.TEACHER, name="林若兰", organisation=school)
    return city.lesson(teacher, listed=False)


@pytest.fixture
def admin(city: City, school: Organisation) -> Caller:
    """The administrator of the lesson's school."""
    return city.caller(city.person("admin", Role.SCHOOL_ADMIN, organisation=school))


def states(caller: Caller, query: str = "") -> list[str]:
    return [each["state"] for each in listed(caller, query)]


def listed(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    answer = caller.get(f"/encodings{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


@pytest.mark.parametrize(
    "role", [Role.TEACHER, Role.STUDENT, Role.REVIEWER, Role.TUTOR]
)
def test_nobody_but_administrators_sees_encodings(
    city: City, lesson: Lesson, role: Role
) -> None:
    encoding, other = encode(city, lesson), city.caller(city.person("other", role))
    for method, path in (
        ("GET", "/encodings"),
        ("GET", f"/encodings/{encoding}"),
        ("POST", f"/encodings/{encoding}/retry"),
        ("POST", f"/encodings/{encoding}/cancel"),
        ("POST", f"/lessons/{lesson.id}/re-encode"),
    ):
        answer = other.call(method, path)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")


def test_an_encoding_says_where_it_stands(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson, WORKING)

    (item,) = listed(admin)

    assert item["lesson"] == {"id": str(lesson.id), "title": "光的折射"}
    assert (item["teacher"], item["school"]) == ("林若兰", "拱宸中学")
    assert (item["state"], item["action"]) == ("working", "cancel")
    assert (item["steps_done"], item["steps_total"]) == (1, 4)
    assert item["workers"] == ["school-3:41", "school-3:42"]
    assert 0 < item["progress"] < 1
    assert item["time_left_s"] > 0


def test_a_code_comes_with_its_sentence_in_the_readers_language(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson, REJECTED)
    city.client.set_cookie("lang", "en")
    (item,) = admin.get("/encodings").get_json()["items"]
    assert (item["state"], item["code"]) == ("rejected", "truncated")
    assert item["sentence"] == "The end of the file is missing."


def test_each_view_shows_its_own(city: City, lesson: Lesson, admin: Caller) -> None:
    with city.database.transaction() as session:
        owner = session.get_one(Lesson, lesson.id).owner_id
        teacher = session.get_one(type(admin.person), owner)
    for made in (FAILED, REJECTED, WAITING, WORKING, READY):
        encode(city, city.lesson(teacher, listed=False), made)

    assert sorted(states(admin)) == ["done", "failed", "rejected", "waiting", "working"]
    for view, shown in {
        "working": ["working"],
        "waiting": ["waiting"],
        "failed": ["failed"],
        "rejected": ["rejected"],
        "done_today": ["done"],
    }.items():
        assert states(admin, f"?state={view}") == shown
    assert admin.get("/encodings?state=broken").status_code == 422


def test_yesterdays_are_not_ready_today(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson, replace(READY, age=timedelta(days=2)))
    assert states(admin, "?state=done_today") == []
    assert states(admin) == ["done"]


def test_a_failure_that_was_tried_again_is_no_failure_any_more(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson, FAILED)
    encode(city, lesson, READY)
    assert states(admin, "?state=failed") == []
    assert [each["action"] for each in listed(admin)] == ["re-encode", None]


def test_a_long_list_is_read_by_cursor(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    ids = [str(encode(city, lesson, FAILED)) for _ in range(3)]
    first = admin.get("/encodings?limit=2").get_json()
    rest = admin.get(f"/encodings?limit=2&cursor={first['next']}").get_json()
    found = [each["id"] for each in first["items"] + rest["items"]]
    assert (found, rest["next"]) == (ids[::-1], None)
    assert admin.get("/encodings?cursor=broken").status_code == 422


def test_details_have_steps_recipe_and_sizes(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encoding = encode(city, lesson)

    shown = admin.get(f"/encodings/{encoding}").get_json()

    assert [step["kind"] for step in shown["steps"]] == ["open", "chunk", "assemble"]
    qualities = [(rung["name"], rung["crf"]) for rung in shown["rungs"]]
    assert qualities == [(rung.name, rung.crf) for rung in plan(probe()).rungs]
    sizes = {each["name"]: each["size"] for each in shown["renditions"]}
    assert sizes["tv-720p"] == 22_000_000
    assert shown["original"]["size"] == 500_000_000
    assert shown["source"]["video_codec"] == "h264"


def test_each_administrator_sees_the_own_organisation(
    city: City, lesson: Lesson, school: Organisation
) -> None:
    # given: two districts of a city, a school and an administrator in each
    hangzhou = city.organisation("杭州市", OrganisationKind.CITY)
    gongshu = city.organisation("拱墅区", OrganisationKind.DISTRICT, hangzhou)
    xihu = city.organisation("西湖区", OrganisationKind.DISTRICT, hangzhou)
    xixi = city.organisation("西溪中学", parent=xihu)
    school.parent_id = gongshu.id
    with city.database.transaction() as session:
        session.merge(school)
    encoding = encode(city, lesson)

    def sees(name: str, role: Role, place: Organisation | None) -> bool:
        caller = city.caller(city.person(name, role, organisation=place))
        there = caller.get(f"/encodings/{encoding}").status_code
        assert there in {200, 404}
        assert (there == 200) == (len(listed(caller)) == 1)
        return there == 200

    assert sees("own", Role.SCHOOL_ADMIN, school)
    assert sees("district", Role.DISTRICT_ADMIN, school)
    assert sees("city", Role.CITY_ADMIN, hangzhou)
    assert sees("founder", Role.CITY_ADMIN, None)
    assert not sees("neighbour", Role.SCHOOL_ADMIN, xixi)
    assert not sees("elsewhere", Role.DISTRICT_ADMIN, xihu)
    assert not sees("nowhere", Role.SCHOOL_ADMIN, None)
    assert not sees("misplaced", Role.SCHOOL_ADMIN, hangzhou)


def test_what_another_school_has_cannot_be_touched(city: City, lesson: Lesson) -> None:
    xixi = city.organisation("西溪中学")
    other = city.caller(city.person("other", Role.SCHOOL_ADMIN, organisation=xixi))
    encoding = encode(city, lesson, FAILED)
    for path, code in {
        f"/encodings/{encoding}/retry": "encoding_not_found",
        f"/encodings/{encoding}/cancel": "encoding_not_found",
        f"/encodings/{NOWHERE}/retry": "encoding_not_found",
        f"/lessons/{lesson.id}/re-encode": "lesson_not_found",
    }.items():
        answer = other.post(path)
        assert (answer.status_code, answer.get_json()["code"]) == (404, code)
    assert len(all_encodings(city)) == 1


def test_a_failed_encoding_is_begun_again(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    failed = encode(city, lesson, FAILED)

    answer = admin.post(f"/encodings/{failed}/retry")

    assert answer.status_code == 202, answer.text
    begun = answer.get_json()
    assert (begun["state"], begun["reason"]) == ("waiting", "upload")
    assert begun["id"] != str(failed)
    assert "media.prepare" in [name for name, _, _ in jobs(city)]
    again = admin.post(f"/encodings/{failed}/retry")
    assert (again.status_code, again.get_json()["code"]) == (409, "not_the_newest")


def test_only_what_has_failed_is_tried_again(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    answer = admin.post(f"/encodings/{encode(city, lesson)}/retry")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_failed")


def test_a_re_encoding_that_failed_is_tried_again_as_one(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson)
    failed = encode(
        city,
        lesson,
        Made(state="abandoned", code="bad_output", reason="re-encode", ladder=()),
    )
    begun = admin.post(f"/encodings/{failed}/retry").get_json()
    assert (begun["reason"], begun["state"]) == ("re-encode", "waiting")
    assert city.reread(lesson.id).state == "ready"


def test_work_can_be_stopped(city: City, lesson: Lesson, admin: Caller) -> None:
    working = encode(city, lesson, WORKING)
    stopped = admin.post(f"/encodings/{working}/cancel").get_json()
    assert (stopped["state"], stopped["action"]) == ("cancelled", "retry")
    assert city.reread(lesson.id).code == "cancelled"
    again = admin.post(f"/encodings/{working}/cancel")
    assert (again.status_code, again.get_json()["code"]) == (409, "not_in_work")


def test_a_new_file_whose_encoding_was_stopped_is_tried_again(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson)
    working = encode(city, lesson, WORKING)
    admin.post(f"/encodings/{working}/cancel")
    assert city.reread(lesson.id).state == "ready"

    begun = admin.post(f"/encodings/{working}/retry")

    assert begun.status_code == 202, begun.text
    newest = all_encodings(city)[-1]
    assert (newest.state, str(newest.id)) == ("working", begun.get_json()["id"])
    assert newest.upload_id == all_encodings(city)[-2].upload_id


def test_a_ready_lesson_is_made_anew_while_it_is_watched(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson)

    answer = admin.post(f"/lessons/{lesson.id}/re-encode")

    assert answer.status_code == 202, answer.text
    assert answer.get_json()["reason"] == "re-encode"
    assert city.reread(lesson.id).state == "ready"
    again = admin.post(f"/lessons/{lesson.id}/re-encode")
    assert (again.status_code, again.get_json()["code"]) == (409, "in_work")


def test_without_its_original_nothing_is_made_anew(
    city: City, lesson: Lesson, admin: Caller
) -> None:
    encoding = encode(city, lesson)
    with city.database.transaction() as session:
        upload = session.scalars(select(Upload)).one()
        upload.dropped_at = session.get_one(Encoding, encoding).ended_at

    answer = admin.post(f"/lessons/{lesson.id}/re-encode")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "original_dropped")
    shown = admin.get(f"/encodings/{encoding}").get_json()
    assert (shown["action"], bool(shown["original"]["dropped_at"])) == (None, True)


def test_the_api_describes_itself(admin: Caller) -> None:
    paths = admin.get("/openapi.json").get_json()["paths"]
    assert {
        "/api/v1/encodings",
        "/api/v1/encodings/{encoding_id}",
        "/api/v1/encodings/{encoding_id}/retry",
        "/api/v1/encodings/{encoding_id}/cancel",
        "/api/v1/lessons/{lesson_id}/re-encode",
    } <= set(paths)
