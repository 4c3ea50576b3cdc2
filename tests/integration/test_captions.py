"""Captions of lessons: uploaded, replaced, deleted, by programs and in the studio."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from harness.city import Caller, City
from harness.encodings import make_due
from harness.work import run_jobs
from youke.captions.service import LANGUAGES
from youke.jobs.worker import Tools
from youke.lessons.service import Lesson
from youke.storage import ObjectStore
from youke_transcoder.captions import MOST_BYTES, parse

SRT = b"1\n00:00:01,000 --> 00:00:02,500\n<i>Light</i> bends<script>x</script>\n"
VTT = (
    "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:7200,LOCAL:00:00:00.000\n\n"
    "00:00:01.000 --> 00:00:02.500\n<i>Light</i> bends\n"
)
OTHER = "1\n00:00:01,000 --> 00:00:02,500\n光会折射\n".encode("gb18030")


def put(
    caller: Caller, lesson: Lesson, data: bytes, language: str = "en", **more: Any
) -> TestResponse:
    """Upload captions as a program does."""
    more.setdefault("content_type", "application/x-subrip")
    path = f"/lessons/{lesson.id}/captions/{language}"
    return caller.call("PUT", path, data=data, **more)


def listed(caller: Caller, lesson: Lesson) -> list[dict[str, Any]]:
    answer = caller.get(f"/lessons/{lesson.id}/captions")
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def tomorrow(city: City, tools: Tools) -> None:
    """Run what was put off."""
    make_due(city)
    run_jobs(tools)


def stored(store: ObjectStore, lesson: Lesson) -> list[str]:
    """The texts that lie in the store for the lesson."""
    keys = store.keys(f"media/{lesson.id}/captions/")
    return [store.read(key).decode() for key in keys]


def test_uploaded_captions_are_cleaned_and_stored(
    teacher: Caller, lesson: Lesson, store: ObjectStore
) -> None:
    answer = put(teacher, lesson, SRT)

    assert answer.status_code == 200
    saved = answer.get_json()
    assert (saved["language"], saved["label"], saved["cues"]) == ("en", "English", 1)
    assert saved["automatic"] is False
    assert listed(teacher, lesson) == [saved]
    assert stored(store, lesson) == [VTT]


@pytest.mark.parametrize(
    "content_type", ["text/vtt", "text/plain", "application/octet-stream", ""]
)
def test_the_name_of_the_format_does_not_matter(
    teacher: Caller, lesson: Lesson, content_type: str
) -> None:
    assert put(teacher, lesson, SRT, content_type=content_type).status_code == 200


def test_a_form_carries_the_file_as_well(teacher: Caller, lesson: Lesson) -> None:
    answer = teacher.call(
        "PUT",
        f"/lessons/{lesson.id}/captions/zh-Hans",
        data={"file": (BytesIO(OTHER), "课.srt")},
    )
    assert answer.get_json()["label"] == "简体中文"


@pytest.mark.parametrize("content_type", ["application/json", "image/png"])
def test_what_is_said_to_be_something_else_is_refused(
    teacher: Caller, lesson: Lesson, content_type: str
) -> None:
    answer = put(teacher, lesson, SRT, content_type=content_type)
    assert answer.status_code == 415
    assert answer.get_json()["code"] == "unsupported_media_type"


def test_new_captions_replace_the_old_ones_which_vanish_a_day_later(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools
) -> None:
    put(teacher, lesson, SRT)
    put(teacher, lesson, OTHER)
    assert len(listed(teacher, lesson)) == 1
    run_jobs(tools)
    assert len(stored(tools.store, lesson)) == 2  # somebody may be reading it

    tomorrow(city, tools)

    assert [parse(text.encode())[0].text for text in stored(tools.store, lesson)] == [
        "光会折射"
    ]


def test_a_text_that_came_back_is_kept(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools
) -> None:
    for data in (SRT, OTHER, SRT):
        put(teacher, lesson, data)
    tomorrow(city, tools)
    assert stored(tools.store, lesson) == [VTT]


def test_deleted_captions_are_gone(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools
) -> None:
    put(teacher, lesson, SRT)
    path = f"/lessons/{lesson.id}/captions/en"

    assert teacher.call("DELETE", path).status_code == 204
    assert listed(teacher, lesson) == []
    again = teacher.call("DELETE", path)
    assert (again.status_code, again.get_json()["code"]) == (404, "captions_not_found")
    tomorrow(city, tools)
    assert stored(tools.store, lesson) == []


def test_a_deleted_lesson_takes_its_captions_along(
    teacher: Caller, lesson: Lesson, tools: Tools
) -> None:
    put(teacher, lesson, SRT)
    assert teacher.call("DELETE", f"/lessons/{lesson.id}").status_code == 204
    run_jobs(tools)
    assert stored(tools.store, lesson) == []


@pytest.mark.parametrize(
    ("data", "status", "code", "line"),
    [
        (b"", 422, "captions_empty", None),
        (b"\x89PNG\r\n\x1a\n\0\0", 422, "captions_not_text", None),
        (b"hello", 422, "captions_no_cues", None),
        (b"1\n00:00:01,0 --> 00:99:00,0\nx", 422, "captions_bad_time", 2),
        (b"00:01,0 --> 00:02,0\n" + b"x" * 3000, 422, "captions_cue_too_long", 1),
        (b"0:1-->0:2\na\n" * 20_001, 422, "captions_too_many", 40_001),
        (b"\n" * (MOST_BYTES + 1), 413, "captions_too_large", None),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(
    teacher: Caller, lesson: Lesson, data: bytes, status: int, code: str, line: int
) -> None:
    answer = put(teacher, lesson, data)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert (problem.get("line") or None) == line
    assert listed(teacher, lesson) == []


def test_captions_are_cut_to_the_lesson(
    city: City, teacher: Caller, lesson: Lesson, store: ObjectStore
) -> None:
    with city.database.transaction() as session:
        session.get_one(Lesson, lesson.id).duration_s = 2.0
    assert put(teacher, lesson, SRT).status_code == 200
    assert "00:00:01.000 --> 00:00:02.000" in stored(store, lesson)[0]
    late = put(teacher, lesson, b"00:00:03,0 --> 00:00:04,0\nlate")
    assert late.get_json()["code"] == "captions_beyond_the_end"


def test_there_are_languages_of_schools_and_no_others(
    teacher: Caller, lesson: Lesson
) -> None:
    for language in LANGUAGES:
        assert put(teacher, lesson, SRT, language).status_code == 200
    assert [each["language"] for each in listed(teacher, lesson)] == list(LANGUAGES)
    for language in ("tlh", "EN", "zh", "..", "en%00"):
        answer = put(teacher, lesson, SRT, language)
        assert answer.status_code == 422
        assert answer.get_json()["code"] == "captions_unknown_language"


def test_only_the_owner_changes_captions_and_viewers_see_them(
    city: City, teacher: Caller
) -> None:
    lesson = city.lesson(teacher.person)
    hidden = city.lesson(teacher.person, listed=False)
    other, student = city.teacher("other"), city.student()
    put(teacher, lesson, SRT)

    assert put(other, lesson, OTHER).status_code == 403
    assert put(student, lesson, OTHER).status_code == 403
    assert other.call("DELETE", f"/lessons/{lesson.id}/captions/en").status_code == 403
    assert listed(student, lesson)[0]["language"] == "en"
    assert student.get(f"/lessons/{hidden.id}/captions").status_code == 404


def send_form(client: FlaskClient, teacher: Caller, lesson: Lesson, data: bytes) -> str:
    """Send the studio's form and return the page that comes next."""
    address = f"/studio/lessons/{lesson.id}"
    sent = client.post(
        f"{address}/captions",
        data={"language": "en", "file": (BytesIO(data), "lesson.srt")},
        headers=teacher.headers,
    )
    assert sent.headers["Location"] == f"{address}#captions"
    return client.get(address, headers=teacher.headers).text


@pytest.fixture
def playable(city: City, teacher: Caller) -> Lesson:
    """A lesson whose page in the studio has a place for captions."""
    return city.lesson(teacher.person)


def test_the_studio_takes_captions_and_deletes_them(
    client: FlaskClient, teacher: Caller, playable: Lesson
) -> None:
    page = send_form(client, teacher, playable, SRT)
    assert "字幕已保存：English，共 1 条。" in page
    remove = f"/studio/lessons/{playable.id}/captions/en/delete"
    assert f'action="{remove}" data-confirm=' in page

    client.post(remove, headers=teacher.headers)

    page = client.get(f"/studio/lessons/{playable.id}", headers=teacher.headers).text
    assert "字幕已删除。" in page
    assert remove not in page


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh_Hans", "字幕文件第 2 行的时间有误。"),
        ("en", "The times in line 2 of the caption file are wrong."),
    ],
)
def test_the_studio_says_at_its_place_which_line_is_wrong(
    client: FlaskClient,
    teacher: Caller,
    playable: Lesson,
    language: str,
    sentence: str,
) -> None:
    wrong = b"1\n00:00:01,0 --> 00:99:00,0\nx"
    client.set_cookie("lang", language)
    page = send_form(client, teacher, playable, wrong)
    card = page.split('id="captions"')[1].split("</section>")[0]
    assert sentence in card
    assert page.count(sentence) == 1  # and not as a toast as well


def test_a_form_without_a_file_says_so(
    client: FlaskClient, teacher: Caller, playable: Lesson
) -> None:
    assert "字幕文件是空的。" in send_form(client, teacher, playable, b"")


def test_a_strangers_studio_is_closed(
    city: City, client: FlaskClient, playable: Lesson
) -> None:
    other = city.teacher("other")
    address = f"/studio/lessons/{playable.id}/captions"
    answer = client.post(address, data={"language": "en"}, headers=other.headers)
    assert answer.status_code == 403
