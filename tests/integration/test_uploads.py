"""Uploads: in parts, straight to the object store, and resumable."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import requests
from apiflask import APIFlask
from sqlalchemy import select, text

from harness.city import Caller, City
from youke.http.context import runtime
from youke.kernel import clock
from youke.lessons.service import Lesson
from youke.media import uploads
from youke.media.models import Upload
from youke.media.parts import LARGEST_FILE, MIB, SMALLEST_PART
from youke.storage import ObjectStore, UploadMissingError

PART = SMALLEST_PART
#: Two whole parts and a bit.
CONTENT = bytes(range(256)) * (2 * PART // 256) + b"the rest"


@pytest.fixture
def teacher(city: City) -> Caller:
    return city.teacher()


@pytest.fixture
def lesson(city: City, teacher: Caller) -> Lesson:
    return city.lesson(teacher.person, listed=False)


def begin(
    teacher: Caller, lesson: Lesson, size: int = len(CONTENT), name: str = "课.mp4"
) -> dict[str, Any]:
    """Begin an upload and return its plan."""
    answer = teacher.post(
        f"/lessons/{lesson.id}/uploads", {"filename": name, "size": size}
    )
    assert answer.status_code == 201, answer.text
    plan: dict[str, Any] = answer.get_json()
    return plan


def put(plan: dict[str, Any], *numbers: int, content: bytes = CONTENT) -> None:
    """Send these parts to where the plan says, all of them when none is named."""
    size = plan["part_size"]
    for part in plan["parts"]:
        number = part["number"]
        if not numbers or number in numbers:
            piece = content[(number - 1) * size : number * size]
            assert requests.put(part["url"], data=piece, timeout=30).status_code == 200


def complete(teacher: Caller, plan: dict[str, Any]) -> Any:
    return teacher.post(f"/uploads/{plan['id']}/complete")


def jobs(city: City) -> list[tuple[str, str]]:
    """The jobs that wait: their tasks and locks."""
    with city.database.transaction() as session:
        rows = session.execute(
            text("SELECT task_name, lock FROM procrastinate_jobs ORDER BY id")
        )
        return [(row.task_name, row.lock) for row in rows]


def upload_of(city: City, plan: dict[str, Any]) -> Upload:
    with city.database.transaction() as session:
        return session.get_one(Upload, UUID(plan["id"]))


def test_a_file_travels_in_parts_straight_to_the_store(
    city: City, teacher: Caller, lesson: Lesson, store: ObjectStore
) -> None:
    plan = begin(teacher, lesson)
    assert plan["part_size"] == PART
    assert [part["number"] for part in plan["parts"]] == [1, 2, 3]
    port = urlsplit(store.endpoint).port
    assert all(urlsplit(part["url"]).port == port for part in plan["parts"])
    assert city.reread(lesson.id).state == "uploading"

    put(plan)
    answer = complete(teacher, plan)

    assert answer.status_code == 202
    assert answer.get_json()["state"] == "completed"
    assert city.reread(lesson.id).state == "uploaded"
    assert store.read(upload_of(city, plan).key) == CONTENT
    assert jobs(city) == [("media.prepare", f"lesson:{lesson.id}")]


def test_a_closed_tab_goes_on_with_the_parts_that_are_missing(
    teacher: Caller, lesson: Lesson
) -> None:
    plan = begin(teacher, lesson)
    put(plan, 2)

    resumed = teacher.get(f"/uploads/{plan['id']}").get_json()

    assert resumed["stored"] == [2]
    assert [part["number"] for part in resumed["parts"]] == [1, 3]
    put(resumed)
    assert complete(teacher, plan).status_code == 202


def test_choosing_the_same_file_again_goes_on_with_its_upload(
    teacher: Caller, lesson: Lesson
) -> None:
    plan = begin(teacher, lesson)
    put(plan, 1)
    again = begin(teacher, lesson)
    assert again["id"] == plan["id"]
    assert again["stored"] == [1]


@pytest.mark.parametrize(
    "other", [{"name": "另.mp4"}, {"size": len(CONTENT) + 1}], ids=["name", "size"]
)
def test_another_file_takes_the_place_of_an_open_upload(
    city: City, teacher: Caller, lesson: Lesson, other: dict[str, Any]
) -> None:
    plan = begin(teacher, lesson)
    put(plan)

    second = begin(teacher, lesson, **other)

    assert second["id"] != plan["id"]
    assert second["stored"] == []
    assert upload_of(city, plan).state == "aborted"
    assert complete(teacher, plan).get_json()["code"] == "upload_over"
    assert teacher.get(f"/uploads/{plan['id']}").get_json()["parts"] == []


def test_missing_parts_are_named_and_nothing_is_begun(
    city: City, teacher: Caller, lesson: Lesson
) -> None:
    plan = begin(teacher, lesson)
    put(plan, 2)

    answer = complete(teacher, plan)

    assert answer.status_code == 409
    assert answer.get_json()["code"] == "parts_missing"
    assert answer.get_json()["missing"] == [1, 3]
    assert jobs(city) == []
    assert city.reread(lesson.id).state == "uploading"


def test_a_part_of_the_wrong_size_counts_as_missing_until_sent_again(
    teacher: Caller, lesson: Lesson
) -> None:
    plan = begin(teacher, lesson)
    put(plan, 1, 3)
    put(plan, 2, content=CONTENT[: PART + 7])

    assert complete(teacher, plan).get_json()["missing"] == [2]
    resumed = teacher.get(f"/uploads/{plan['id']}").get_json()
    assert resumed["stored"] == [1, 3]
    time.sleep(1.1)  # The store tells two of one number apart by their seconds.
    put(resumed)
    assert complete(teacher, plan).status_code == 202


def test_completing_twice_begins_one_job(
    city: City, teacher: Caller, lesson: Lesson
) -> None:
    plan = begin(teacher, lesson)
    put(plan)
    first, second = complete(teacher, plan), complete(teacher, plan)
    assert (first.status_code, second.status_code) == (202, 202)
    assert len(jobs(city)) == 1


@pytest.mark.parametrize(
    ("size", "status", "code"),
    [
        (0, 422, "empty_file"),
        (LARGEST_FILE + 1, 413, "file_too_large"),
        (2**62, 413, "file_too_large"),
        (-1, 422, "invalid"),
        (2**63, 422, "invalid"),
        (1.5, 422, "invalid"),
        ("many", 422, "invalid"),
    ],
)
def test_a_file_of_an_impossible_size_is_refused(
    teacher: Caller, lesson: Lesson, size: Any, status: int, code: str
) -> None:
    answer = teacher.post(
        f"/lessons/{lesson.id}/uploads", {"filename": "a.mp4", "size": size}
    )
    assert answer.status_code == status
    assert answer.get_json()["code"] == code


def test_the_largest_file_has_a_plan_of_its_own(
    teacher: Caller, lesson: Lesson
) -> None:
    plan = begin(teacher, lesson, LARGEST_FILE)
    assert plan["part_size"] % MIB == 0
    assert len(plan["parts"]) * plan["part_size"] >= LARGEST_FILE


@pytest.mark.parametrize("name", ["", " ", "x" * 256, "a\x00.mp4", "\ud800"])
def test_a_file_needs_a_name_that_can_be_kept(
    teacher: Caller, lesson: Lesson, name: str
) -> None:
    answer = teacher.call(
        "POST",
        f"/lessons/{lesson.id}/uploads",
        data=json.dumps({"filename": name, "size": 5}),
        content_type="application/json",
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x.mp4", "a/b\n.mp4", "课😀"])
def test_a_strange_name_goes_nowhere_near_the_key(
    city: City, teacher: Caller, lesson: Lesson, name: str
) -> None:
    plan = begin(teacher, lesson, name=name)
    assert plan["filename"] == name
    assert upload_of(city, plan).key == f"sources/{lesson.id}/{plan['id']}"


def test_another_teachers_upload_does_not_exist(
    city: City, teacher: Caller, lesson: Lesson
) -> None:
    plan = begin(teacher, lesson)
    other = city.teacher("other")
    for answer in (other.get(f"/uploads/{plan['id']}"), complete(other, plan)):
        assert answer.status_code == 404
        assert answer.get_json()["code"] == "upload_not_found"
    answer = other.post(
        f"/lessons/{lesson.id}/uploads", {"filename": "a.mp4", "size": 5}
    )
    assert answer.get_json()["code"] == "not_your_lesson"


def test_a_crash_after_the_store_joined_the_parts_is_repaired(
    city: City, teacher: Caller, lesson: Lesson, store: ObjectStore
) -> None:
    plan = begin(teacher, lesson)
    put(plan)
    upload = upload_of(city, plan)
    parts = store.list_parts(upload.key, upload.multipart_id)
    store.complete_multipart(upload.key, upload.multipart_id, parts)

    # The database has not heard of it; whoever resumes has nothing left to send.
    resumed = teacher.get(f"/uploads/{plan['id']}").get_json()
    assert resumed["stored"] == [1, 2, 3]
    assert resumed["parts"] == []
    assert complete(teacher, plan).status_code == 202
    assert city.reread(lesson.id).state == "uploaded"


def test_an_upload_that_the_store_lost_is_begun_anew(
    city: City, teacher: Caller, lesson: Lesson, store: ObjectStore
) -> None:
    plan = begin(teacher, lesson)
    upload = upload_of(city, plan)
    store.abort_multipart(upload.key, upload.multipart_id)

    assert complete(teacher, plan).get_json()["code"] == "upload_over"
    again = begin(teacher, lesson)

    assert again["id"] != plan["id"]
    put(again)
    assert complete(teacher, again).status_code == 202


def test_uploads_that_were_given_up_are_swept_away(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    app: APIFlask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replaced = begin(teacher, lesson, name="first.mp4")
    put(replaced, 1)
    open_one = begin(teacher, lesson)
    done = begin(teacher, city.lesson(teacher.person, listed=False))
    put(done)
    complete(teacher, done)
    with app.app_context():
        store = runtime().store

    def sweep() -> int:
        with city.database.transaction() as session:
            return uploads.sweep(session, store)

    assert sweep() == 1
    gone = upload_of(city, replaced)
    assert (gone.state, gone.multipart_id) == ("aborted", "")
    assert upload_of(city, open_one).state == "open"

    later = clock.now() + timedelta(days=7, minutes=1)
    name = upload_of(city, open_one).multipart_id
    monkeypatch.setattr(clock, "_now", lambda: later)
    assert sweep() == 1
    assert upload_of(city, open_one).state == "aborted"
    with pytest.raises(UploadMissingError):
        store.list_parts(upload_of(city, open_one).key, name)
    assert upload_of(city, done).state == "completed"
    assert sweep() == 0


def let_expire(city: City, plan: dict[str, Any], store: ObjectStore) -> None:
    with city.database.transaction() as session:
        session.get_one(Upload, UUID(plan["id"])).expires_at = clock.now()
        uploads.sweep(session, store)


def test_a_lesson_without_a_file_is_as_new_when_its_upload_was_swept_away(
    city: City, teacher: Caller, lesson: Lesson, store: ObjectStore
) -> None:
    let_expire(city, begin(teacher, lesson), store)
    assert city.reread(lesson.id).state == "created"
    assert begin(teacher, lesson)["stored"] == []


def test_a_file_that_was_to_be_replaced_is_used_when_the_other_never_came(
    city: City, teacher: Caller, lesson: Lesson, store: ObjectStore
) -> None:
    first = begin(teacher, lesson)
    put(first)
    complete(teacher, first)
    second = begin(teacher, lesson, name="second.mp4")
    assert city.reread(lesson.id).state == "uploading"

    let_expire(city, second, store)

    assert city.reread(lesson.id).state == "uploaded"
    assert [task for task, _ in jobs(city)] == ["media.prepare", "media.prepare"]


def test_going_on_with_an_upload_gives_it_new_time(
    teacher: Caller, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(teacher, lesson)
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "_now", lambda: later)
    assert begin(teacher, lesson)["expires_at"] > first["expires_at"]


def test_two_that_begin_at_once_leave_one_upload_open(
    city: City, teacher: Caller, lesson: Lesson, app: APIFlask
) -> None:
    def start(number: int) -> int:
        caller = Caller(app.test_client(), teacher.person, teacher.token)
        return len(begin(caller, lesson, name=f"{number}.mp4")["parts"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, range(4))) == [3] * 4
    with city.database.transaction() as session:
        is_open = select(Upload).where(Upload.state == "open")
        assert len(session.scalars(is_open).all()) == 1


def test_a_part_cannot_be_sent_elsewhere_with_its_address(
    teacher: Caller, lesson: Lesson
) -> None:
    plan = begin(teacher, lesson)
    url = plan["parts"][0]["url"]
    elsewhere = url.replace(str(lesson.id), "0199a000-0000-7000-8000-000000000000")
    assert requests.put(elsewhere, data=b"x", timeout=30).status_code == 403
    other_number = url.replace("partNumber=1", "partNumber=2")
    assert requests.put(other_number, data=b"x", timeout=30).status_code == 403
    assert requests.get(url, timeout=30).status_code == 403
