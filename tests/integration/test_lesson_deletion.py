"""Lessons that are deleted: what goes along, what stays, what finds itself fenced."""

from uuid import UUID

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import func, select

from harness.city import Caller, City
from harness.encodings import interrupted_by, jobs, make_due, take
from harness.work import run_jobs, send
from youke.engagement.models import Like, View, Watch
from youke.jobs.worker import Tools
from youke.kernel.db import Base
from youke.lessons.service import Lesson
from youke.media import encodings
from youke.media.encodings import EncodingLostError
from youke.media.models import Encoding, StoredRendition, Upload
from youke.questions.models import Question
from youke.storage import ObjectStore, UploadMissingError

NO_VIDEO = b"this is no video"


def delete(caller: Caller, lesson: Lesson) -> int:
    return caller.call("DELETE", f"/lessons/{lesson.id}").status_code


def count(city: City, *tables: type[Base]) -> list[int]:
    with city.database.transaction() as session:
        return [
            session.scalar(select(func.count()).select_from(each)) or 0
            for each in tables
        ]


def objects(store: ObjectStore, lesson: Lesson) -> list[str]:
    """What is stored for the lesson."""
    prefixes = (f"sources/{lesson.id}/", f"media/{lesson.id}/")
    return [key for prefix in prefixes for key in store.keys(prefix)]


def test_a_deleted_lesson_takes_its_video_along(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes
) -> None:
    other = city.lesson(teacher.person, listed=False)
    send(teacher, lesson, clip)
    send(teacher, other, NO_VIDEO)
    run_jobs(tools)
    assert city.reread(lesson.id).state == "ready"
    kept = objects(tools.store, other)

    assert delete(teacher, lesson) == 204
    run_jobs(tools)

    assert objects(tools.store, lesson) == []
    assert objects(tools.store, other) == kept != []
    assert count(city, Lesson, Upload, StoredRendition) == [1, 1, 0]
    assert teacher.get(f"/lessons/{lesson.id}").status_code == 404
    assert delete(teacher, lesson) == 404


def test_a_published_lesson_is_withdrawn_first(
    city: City, client: FlaskClient, teacher: Caller
) -> None:
    lesson = city.lesson(teacher.person)
    answer = teacher.call("DELETE", f"/lessons/{lesson.id}")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "withdraw_first")
    address = f"/studio/lessons/{lesson.id}"
    assert f"{address}/delete" not in client.get(address, headers=teacher.headers).text
    sent = client.post(f"{address}/delete", headers=teacher.headers)
    assert sent.headers["Location"] == address

    teacher.post(f"/lessons/{lesson.id}/withdraw")
    assert delete(teacher, lesson) == 204


def test_the_studio_deletes_and_goes_back_to_the_list(
    city: City, client: FlaskClient, teacher: Caller, lesson: Lesson
) -> None:
    address = f"/studio/lessons/{lesson.id}"
    page = client.get(address, headers=teacher.headers).text
    assert f'action="{address}/delete" data-confirm=' in page
    sent = client.post(f"{address}/delete", headers=teacher.headers)
    assert sent.headers["Location"] == "/studio"
    assert count(city, Lesson) == [0]


def test_only_the_owner_deletes_a_lesson(city: City, lesson: Lesson) -> None:
    assert delete(city.teacher("other"), lesson) == 403
    assert delete(city.student(), lesson) == 403
    assert count(city, Lesson) == [1]


def test_questions_outlive_their_lesson_and_engagement_does_not(
    city: City, teacher: Caller
) -> None:
    lesson, student = city.lesson(teacher.person), city.student()
    with city.database.transaction() as session:
        session.get_one(Lesson, lesson.id).duration_s = 60.0
    about = {"subject": "physics", "grade": 8, "lesson": str(lesson.id)}
    asked = student.post("/questions", about | {"text": "为什么？", "position_s": 12})
    student.call("PUT", f"/lessons/{lesson.id}/like")
    beat = {"session": "one", "position_s": 50, "intervals": [[0, 50]]}
    assert student.post(f"/lessons/{lesson.id}/watch", beat).status_code == 204
    assert count(city, Like, Watch, View, Question) == [1, 1, 1, 1]

    teacher.post(f"/lessons/{lesson.id}/withdraw")
    assert delete(teacher, lesson) == 204

    assert count(city, Like, Watch, View, Question) == [0, 0, 0, 1]
    question = student.get(f"/questions/{asked.get_json()['id']}").get_json()
    assert question["text"] == "为什么？"
    assert (question["lesson"], question["position_s"]) == (None, None)


def test_an_upload_under_way_is_freed(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools
) -> None:
    file = {"filename": "课.mp4", "size": len(NO_VIDEO)}
    plan = teacher.post(f"/lessons/{lesson.id}/uploads", file).get_json()
    assert requests.put(plan["parts"][0]["url"], data=NO_VIDEO, timeout=30).ok
    with city.database.transaction() as session:
        upload = session.get_one(Upload, UUID(plan["id"]))

    assert delete(teacher, lesson) == 204
    run_jobs(tools)

    with pytest.raises(UploadMissingError):
        tools.store.list_parts(upload.key, upload.multipart_id)
    assert teacher.post(f"/uploads/{plan['id']}/complete").status_code == 404


@pytest.mark.parametrize("step", ["inspected", "repackage", "encode_chunk", "assemble"])
def test_a_worker_whose_lesson_is_deleted_ends_quietly_and_leaves_nothing(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    send(teacher, lesson, clip)

    def delete_it() -> None:
        assert delete(teacher, lesson) == 204

    interrupted_by(monkeypatch, delete_it, step)
    run_jobs(tools)
    make_due(city)
    run_jobs(tools)

    assert list(tools.store.keys(f"media/{lesson.id}/")) == []
    assert count(city, Encoding, Upload) == [0, 0]
    assert jobs(city) == []


def test_a_deleted_lessons_job_has_nothing_to_do(
    city: City, teacher: Caller, lesson: Lesson
) -> None:
    upload = send(teacher, lesson, NO_VIDEO)
    claim = take(city, upload)
    assert delete(teacher, lesson) == 204

    with city.database.transaction() as session:
        assert encodings.begin(session, upload) is None
    with pytest.raises(EncodingLostError), city.database.transaction() as session:
        encodings.source_of(session, claim)
