"""Captions in the playlists, on the clock of the picture."""

import re
from pathlib import Path

import av
import m3u8
import pytest
import requests
from apiflask import APIFlask

from harness.city import API, Caller, City
from harness.work import run_jobs, send
from youke.jobs.worker import Tools
from youke.lessons.service import Lesson

SRT = "1\n00:00:00,500 --> 00:00:01,500\n你好\n".encode()


@pytest.fixture
def watched(teacher: Caller, lesson: Lesson, tools: Tools, clip: bytes) -> str:
    """The address of a ready lesson's playlist for the web."""
    send(teacher, lesson, clip)
    run_jobs(tools)
    address = teacher.get(f"/lessons/{lesson.id}").get_json()["playback"]["web"]
    return str(address)


def put(caller: Caller, lesson: Lesson, language: str) -> None:
    path = f"/lessons/{lesson.id}/captions/{language}"
    assert caller.call("PUT", path, data=SRT).status_code == 200


def fetch(address: str | None) -> requests.Response:
    """Get an object as a player does."""
    assert address
    return requests.get(address, timeout=10)


def first_picture_s(path: Path) -> float:
    """When the first picture of a rendition is shown, on its own clock."""
    with av.open(str(path)) as container:
        times = [
            float(packet.pts * packet.time_base)
            for packet in container.demux(video=0)
            if packet.pts is not None
        ]
    return min(times)


def test_a_lessons_captions_are_tracks_of_its_playlist(
    app: APIFlask, city: City, teacher: Caller, lesson: Lesson, watched: str
) -> None:
    browser = app.test_client()
    none = browser.get(f"{API}/lessons/{lesson.id}/playback/captions/en.m3u8")
    assert none.status_code == 401
    before = m3u8.loads(browser.get(watched).text)
    assert [each for each in before.media if each.type == "SUBTITLES"] == []
    assert all(each.stream_info.subtitles is None for each in before.playlists)
    for language in ("en", "zh-Hans"):
        put(teacher, lesson, language)

    main = m3u8.loads(browser.get(watched).text)

    tracks = [each for each in main.media if each.type == "SUBTITLES"]
    assert [(t.language, t.name) for t in tracks] == [
        ("zh-Hans", "简体中文"),
        ("en", "English"),
    ]
    assert all(each.stream_info.subtitles == "captions" for each in main.playlists)
    (segment,) = m3u8.loads(browser.get(tracks[0].uri).text).segments
    assert segment.duration == pytest.approx(city.reread(lesson.id).duration_s, abs=0.1)
    text = fetch(segment.uri)
    assert text.headers["Content-Type"].startswith("text/vtt")
    assert "你好" in text.content.decode()


def test_a_cues_zero_is_where_the_picture_begins(
    app: APIFlask, teacher: Caller, lesson: Lesson, watched: str, tmp_path: Path
) -> None:
    put(teacher, lesson, "en")
    browser = app.test_client()
    main = m3u8.loads(browser.get(watched).text)
    track = next(each for each in main.media if each.type == "SUBTITLES")
    (captions,) = m3u8.loads(browser.get(track.uri).text).segments
    header = fetch(captions.uri).text.splitlines()[1]
    mapped = re.fullmatch(r"X-TIMESTAMP-MAP=MPEGTS:(\d+),LOCAL:00:00:00.000", header)
    assert mapped

    rendition = m3u8.loads(browser.get(main.playlists[0].uri).text)
    stored = tmp_path / "rendition.mp4"
    stored.write_bytes(fetch(rendition.segments[0].uri).content)
    begins_s = first_picture_s(stored)
    assert int(mapped[1]) / 90_000 == pytest.approx(begins_s, abs=0.06)
