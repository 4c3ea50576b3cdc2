"""Playback: who may watch, and that every byte comes from the object store."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import UUID

import m3u8
import pytest
import requests
from apiflask import APIFlask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from transcoder_media import Drawing, draw, ffmpeg

import youke_transcoder
from harness.city import API, Caller, City
from harness.encodings import publish, take
from youke.http.context import runtime
from youke.jobs.worker import Tools
from youke.kernel import clock
from youke.kernel.config import Settings
from youke.lessons import service as lessons
from youke.lessons.service import Lesson, LessonState
from youke.media.models import Upload, UploadState
from youke.media.playback import LINK_LIFETIME_S, PROFILES
from youke_transcoder import Manifest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """The renditions of a short clip, made once: their folder and manifest."""
    folder = tmp_path_factory.mktemp("made")
    source = draw(folder, Drawing())
    recipe = youke_transcoder.plan(youke_transcoder.probe(source), profiles=PROFILES)
    return folder / "out", youke_transcoder.transcode(source, folder / "out", recipe)


@pytest.fixture
def student(city: City) -> Caller:
    return city.student()


@pytest.fixture
def lesson(
    city: City, teacher: Caller, tools: Tools, made: tuple[Path, Manifest]
) -> Lesson:
    """A published lesson with real renditions, stored as the pipeline does."""
    lesson = city.lesson(teacher.person, listed=False)
    with city.database.transaction() as session:
        upload = Upload(
            lesson_id=lesson.id,
            filename="a.mp4",
            size=1,
            part_size=1,
            key="k",
            multipart_id="",
            state=UploadState.COMPLETED.value,
            expires_at=clock.now(),
        )
        session.add(upload)
        lesson = lessons.lesson_for_update(session, lesson.id)
        lesson.move(LessonState.UPLOADING)
        lesson.move(LessonState.UPLOADED)
        lessons.publish(lesson)
        session.flush()
    publish(city, tools.store, take(city, upload.id), made)
    return city.reread(lesson.id)


def playlist(caller: Caller, lesson: Lesson, profile: str = "web") -> str:
    answer = caller.get(f"/lessons/{lesson.id}/playback/{profile}.m3u8")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/vnd.apple.mpegurl"
    return answer.text


def link(caller: Caller, lesson: Lesson, profile: str = "web") -> str:
    """The address of a playlist, as the lesson's description gives it."""
    described = caller.get(f"/lessons/{lesson.id}").get_json()
    address: str = described["playback"][profile]
    return address


def renditions(client: FlaskClient, address: str) -> Iterator[m3u8.M3U8]:
    """The playlists that a main playlist names, fetched without any sign-in."""
    main = m3u8.loads(client.get(address).text)
    named = [*main.playlists, *(m for m in main.media if m.uri)]
    for each in named:
        answer = client.get(each.uri)
        assert answer.status_code == 200, answer.text
        yield m3u8.loads(answer.text)


def addresses(playlist: m3u8.M3U8) -> list[str]:
    """Where the segments are."""
    return [segment.uri or "" for segment in playlist.segments]


@pytest.mark.parametrize("profile", ["tv", "web", "mobile"])
def test_every_rendition_plays_to_its_end_from_the_playlists(
    app: APIFlask, student: Caller, lesson: Lesson, profile: str, tmp_path: Path
) -> None:
    stranger = app.test_client()
    played = 0
    for each in renditions(stranger, link(student, lesson, profile)):
        path = tmp_path / f"{played}.m3u8"
        path.write_text(each.dumps(), encoding="utf-8")
        words = ffmpeg(
            *(
                "-loglevel",
                "warning",
                "-xerror",
                "-protocol_whitelist",
                "file,http,tcp",
            ),
            *("-i", path, "-map", "0", "-stats", "-f", "null", "-"),
        )
        times = re.findall(r"time=00:00:(\d\d\.\d\d)", words)
        assert float(times[-1]) == pytest.approx(2, abs=0.25)
        played += 1
    assert played >= 1


def test_segments_are_byte_ranges_of_one_object_and_no_byte_passes_through_us(
    app: APIFlask, student: Caller, lesson: Lesson, settings: Settings
) -> None:
    port = urlsplit(settings.s3_endpoint).port
    for each in renditions(app.test_client(), link(student, lesson)):
        (address,) = set(addresses(each))
        assert urlsplit(address).port == port
        assert "X-Amz-Signature" in address
        assert each.is_endlist
        for segment in each.segments:
            length, _, start = (segment.byterange or "").partition("@")
            span = f"bytes={start}-{int(start) + int(length) - 1}"
            got = requests.get(address, headers={"Range": span}, timeout=10)
            assert got.status_code == 206
            assert len(got.content) == int(length)


def test_all_viewers_of_a_window_share_the_addresses(
    city: City,
    student: Caller,
    lesson: Lesson,
    app: APIFlask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # In the middle of a window, or the test could stand on its border.
    middle = clock.now().replace(minute=30, second=0)
    monkeypatch.setattr(clock, "_now", lambda: middle)
    other = city.student("student2")
    seen = [
        [addresses(r) for r in renditions(app.test_client(), link(each, lesson))]
        for each in (student, other)
    ]
    assert seen[0] == seen[1]
    assert seen[0]


def test_without_its_signature_an_object_is_private(
    app: APIFlask, student: Caller, lesson: Lesson
) -> None:
    rendition = next(renditions(app.test_client(), link(student, lesson)))
    bare = addresses(rendition)[0].partition("?")[0]
    assert requests.get(bare, timeout=10).status_code == 403
    bucket = bare.rsplit("/", 4)[0]
    assert requests.get(f"{bucket}/", timeout=10).status_code == 403


def test_strangers_are_asked_to_sign_in(client: FlaskClient, lesson: Lesson) -> None:
    for path in ("web.m3u8", "renditions/720p.m3u8"):
        answer = client.get(f"{API}/lessons/{lesson.id}/playback/{path}")
        assert answer.status_code == 401
        assert answer.get_json()["code"] == "unauthenticated"


def test_a_program_with_a_token_watches(student: Caller, lesson: Lesson) -> None:
    assert playlist(student, lesson).startswith("#EXTM3U")


def test_a_link_needs_no_sign_in(
    app: APIFlask, student: Caller, lesson: Lesson
) -> None:
    assert app.test_client().get(link(student, lesson)).status_code == 200


def test_a_links_token_is_for_one_lesson(
    city: City, app: APIFlask, student: Caller, lesson: Lesson
) -> None:
    other = city.lesson(city.teacher("other").person)
    address = link(student, lesson).replace(str(lesson.id), str(other.id))
    answer = app.test_client().get(address)
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "playback_refused"


def test_a_forged_token_is_refused_even_from_those_who_are_signed_in(
    settings: Settings, student: Caller, lesson: Lesson
) -> None:
    ours = URLSafeTimedSerializer(settings.secret_key, salt="playback")
    theirs = URLSafeTimedSerializer("x" * 40, salt="playback")
    for_another_use = URLSafeTimedSerializer(settings.secret_key, salt="else")
    nobody = UUID(int=7).hex
    named = [lesson.id.hex, student.person.id.hex]
    forged = [
        "x",
        "x.y.z",
        theirs.dumps(named),
        for_another_use.dumps(named),
        ours.dumps(named)[:-1],
        ours.dumps([lesson.id.hex, nobody]),
    ]
    for token in forged:
        answer = student.get(f"/lessons/{lesson.id}/playback/web.m3u8?token={token}")
        assert answer.status_code == 403, token
        assert answer.get_json()["code"] == "playback_refused"


def test_a_link_expires(
    app: APIFlask, student: Caller, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = link(student, lesson)
    late = SimpleNamespace(time=lambda: time.time() + LINK_LIFETIME_S + 5)
    monkeypatch.setattr("itsdangerous.timed.time", late)
    answer = app.test_client().get(address)
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "playback_refused"


def test_a_withdrawn_lesson_is_refused_at_once(
    app: APIFlask, teacher: Caller, student: Caller, lesson: Lesson
) -> None:
    address = link(student, lesson)
    main = m3u8.loads(app.test_client().get(address).text)
    teacher.post(f"/lessons/{lesson.id}/withdraw")

    for each in (address, *(p.uri for p in main.playlists)):
        answer = app.test_client().get(each)
        assert answer.status_code == 404
        assert answer.get_json()["code"] == "lesson_not_found"
    assert playlist(teacher, lesson)  # whose it is may still look at it


def test_there_is_nothing_to_watch_before_there_is(city: City, teacher: Caller) -> None:
    lesson = city.lesson(teacher.person, listed=False)
    answer = teacher.get(f"/lessons/{lesson.id}/playback/web.m3u8")
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "not_playable"
    assert teacher.get(f"/lessons/{lesson.id}").get_json()["playback"] is None


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("radio.m3u8", "unknown_profile"),
        ("renditions/8k.m3u8", "not_found"),
        ("renditions/..m3u8", "not_found"),
    ],
)
def test_there_are_no_other_profiles_and_renditions(
    student: Caller, lesson: Lesson, path: str, code: str
) -> None:
    answer = student.get(f"/lessons/{lesson.id}/playback/{path}")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == code


def test_playlists_are_not_kept_by_caches(student: Caller, lesson: Lesson) -> None:
    answer = student.get(f"/lessons/{lesson.id}/playback/web.m3u8")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_poster_is_a_picture_in_the_store(student: Caller, lesson: Lesson) -> None:
    poster = student.get(f"/lessons/{lesson.id}").get_json()["poster"]
    got = requests.get(poster, timeout=10)
    assert got.headers["Content-Type"] == "image/jpeg"
    assert got.content[:3] == b"\xff\xd8\xff"


def test_addresses_outlive_the_longest_evening(
    app: APIFlask, student: Caller, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At the end of a window the shared address has lived longest.
    late = clock.now().replace(minute=59, second=59)
    monkeypatch.setattr(clock, "_now", lambda: late)
    rendition = next(renditions(app.test_client(), link(student, lesson)))
    query = urlsplit(addresses(rendition)[0]).query
    lifetime = int(re.findall(r"X-Amz-Expires=(\d+)", query)[0])
    assert timedelta(seconds=lifetime) >= timedelta(hours=6, minutes=59)
    with app.app_context():
        assert runtime().store
