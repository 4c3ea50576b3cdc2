"""Playback of a lesson that is still being encoded, and of one that just was."""

from collections.abc import Callable
from pathlib import Path

import m3u8
import pytest
import requests
from apiflask import APIFlask
from flask.testing import FlaskClient
from growing_cast import (
    HASH,
    SECONDS,
    Made,
    Watched,
    copied,
    heights,
    publish,
    rung_names,
)
from transcoder_media import Drawing, draw, play

import youke_transcoder
from harness.city import API, Caller, City
from youke.jobs.worker import Tools
from youke.kernel import clock
from youke.lessons import service as lessons
from youke.lessons.service import Lesson, LessonState
from youke.media.models import (
    Encoding,
    Opening,
    Stage,
    StoredPiece,
    Upload,
    UploadState,
)
from youke_transcoder import chunks, sound
from youke_transcoder.recipes import AUDIO, SOURCE
from youke_transcoder.running import Means


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Pieces of all rungs and of the sound, made once."""
    folder = tmp_path_factory.mktemp("pieces")
    source = draw(
        folder,
        Drawing(name="source.mp4", size="854x480", seconds=SECONDS, sound=SECONDS),
    )
    recipe = youke_transcoder.plan(youke_transcoder.probe(source))
    means = Means()
    opening = folder / "opening"
    opening.mkdir()
    rungs = [
        piece
        for chunk in recipe.chunks
        for piece in chunks.encode_chunk(
            source, recipe, chunk, folder, rungs=recipe.rungs, means=means
        )
    ]
    return Made(
        folder=folder,
        recipe=recipe,
        opening=chunks.open_chunk(source, recipe, opening, means=means),
        rungs=tuple(rungs),
        sound=sound.encode_sound(source, recipe, folder, means=means),
    )


@pytest.fixture
def student(city: City) -> Caller:
    return city.student()


@pytest.fixture
def watched(
    city: City, teacher: Caller, tools: Tools, lesson: Lesson, made: Made
) -> Watched:
    """A published lesson whose encoding has opened, without any piece yet."""
    recipe = made.recipe
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
            sha256=HASH,
        )
        session.add(upload)
        session.flush()
        encoding = Encoding(
            lesson_id=lesson.id,
            upload_id=upload.id,
            source=recipe.source.to_dict(),
            recipe=recipe.to_dict(),
            planned=recipe.to_dict(),
            work_keys=dict.fromkeys([*rung_names(made), AUDIO, SOURCE], HASH),
            opening=Opening.PREVIEW.value,
            opened_at=clock.now(),
        )
        session.add(encoding)
        lesson = lessons.lesson_for_update(session, lesson.id)
        for state in (LessonState.UPLOADING, LessonState.UPLOADED):
            lesson.move(state)
        lesson.move(LessonState.INSPECTING)
        lesson.move(LessonState.ENCODING)
        lesson.playable, lesson.duration_s = True, recipe.duration_s
        lessons.publish(lesson)
    assert teacher.person.id == lesson.owner_id
    return Watched(city, tools, made, lesson, encoding)


Fetch = Callable[[str], m3u8.M3U8]


@pytest.fixture
def fetch(app: APIFlask, student: Caller, watched: Watched) -> Fetch:
    """Fetch a playlist: "web" for a profile, "renditions/360p" for a rendition."""
    described = student.get(f"/lessons/{watched.lesson.id}").get_json()
    link: str = described["playback"]["web"]
    stranger: FlaskClient = app.test_client()

    def fetched(name: str) -> m3u8.M3U8:
        answer = stranger.get(link.replace("/web.m3u8", f"/{name}.m3u8"))
        assert answer.status_code == 200, answer.text
        return m3u8.loads(answer.text)

    return fetched


def test_all_planned_rungs_are_listed_before_there_is_more_than_the_lowest(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    watched.land(made.of("240p", 0))
    main = fetch("web")

    listed = [str(p.uri).rpartition("/")[2].split(".")[0] for p in main.playlists]
    assert listed == [name for name in rung_names(made) if name != "240p"]
    (shared,) = main.media
    assert shared.type == "AUDIO"
    before = main.dumps()
    watched.land(p for p in made.rungs if p.rendition != "240p")
    watched.land(made.sound)
    assert fetch("web").dumps() == before


def test_phones_and_televisions_find_something_too(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    watched.land(made.of("240p", 0))
    watched.land(made.opening, Stage.OPENING)

    for profile in ("mobile", "tv"):
        for each in fetch(profile).playlists:
            name = str(each.uri).partition("playback/")[2].partition(".m3u8")[0]
            assert fetch(name).segments
    assert "audio" in str(fetch("mobile").playlists[-1].uri)


def test_a_rung_shows_the_best_that_has_landed_of_each_chunk(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    watched.land(made.sound)
    watched.land([*made.of("240p", 0, 1), *made.of("360p", 0)])
    low = heights(fetch("renditions/480p"), made)
    watched.land(made.of("480p", 1))
    high = heights(fetch("renditions/480p"), made)

    (first,), (second,) = made.of("240p", 0), made.of("240p", 1)
    begun = ["360p"] * len(first.segments)
    assert low == begun + ["240p"] * len(second.segments)
    assert high == begun + ["480p"] * len(second.segments)


def test_it_grows_to_the_whole_and_every_state_of_it_plays(
    watched: Watched, fetch: Fetch, made: Made, tmp_path: Path
) -> None:
    """Also where one file follows another of another size."""
    watched.land(made.sound)
    frames = 0
    for chunk in made.recipe.chunks:
        rung = rung_names(made)[chunk.index % len(rung_names(made))]
        watched.land(made.of(rung, chunk.index))
        playlist = fetch("renditions/480p")
        assert not playlist.is_endlist
        assert playlist.playlist_type == "event"
        frames += chunk.frames
        assert play_each(playlist, tmp_path / "now.mp4") == frames
    assert frames == made.recipe.frames


def play_each(playlist: m3u8.M3U8, file: Path) -> int:
    """Decode what a playlist names, in order; return the number of frames.

    File by file and locally: ffmpeg keeps the first header that it has seen, and
    FFmpeg 9.0.2 takes the end of the first of neighbouring ranges for the end of all.
    """
    frames = 0
    for url in dict.fromkeys(str(segment.uri) for segment in playlist.segments):
        content = requests.get(url, timeout=10).content
        listed = [s for s in playlist.segments if s.uri == url]
        places = [listed[0].init_section, *listed]
        file.write_bytes(b"".join(cut(content, str(p.byterange)) for p in places if p))
        frames += play(file)
    return frames


def cut(content: bytes, byte_range: str) -> bytes:
    length, _, offset = byte_range.partition("@")
    return content[int(offset) : int(offset) + int(length)]


def test_picture_is_shown_as_far_as_there_is_sound(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    watched.land(made.rungs)
    assert not fetch("renditions/360p").segments

    watched.land((p for p in made.opening if p.rendition == AUDIO), Stage.OPENING)
    opened = made.opening[-1]
    assert len(fetch("renditions/360p").segments) == len(opened.segments)
    first = fetch("renditions/audio").segments[0].uri

    watched.land(made.sound)
    whole = sum(len(p.segments) for p in made.rungs if p.rendition == "360p")
    assert len(fetch("renditions/360p").segments) == whole
    assert fetch("renditions/audio").segments[0].uri != first


def test_segments_of_a_growing_lesson_come_from_the_store(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    watched.land(made.of("240p", 0))
    watched.land(made.opening[-1:], Stage.OPENING)
    playlist = fetch("renditions/240p")

    (piece,) = made.of("240p", 0)
    content = (made.folder / piece.path).read_bytes()
    for segment, told in zip(piece.segments, playlist.segments, strict=True):
        end = segment.offset + segment.length
        span = {"Range": f"bytes={segment.offset}-{end - 1}"}
        got = requests.get(str(told.uri), headers=span, timeout=10)
        assert got.content == content[segment.offset : end]


def test_the_description_says_that_more_is_to_come(
    watched: Watched, student: Caller, made: Made
) -> None:
    watched.land(made.of("240p", 0))
    described = student.get(f"/lessons/{watched.lesson.id}").get_json()

    assert described["playable"]
    assert described["state"] == "encoding"
    assert described["media"]["growing"]
    assert described["media"]["duration_s"] == pytest.approx(SECONDS)


def test_nobody_was_told_of_other_renditions(
    watched: Watched, student: Caller, made: Made
) -> None:
    watched.land(made.rungs)
    for name in ("source", "720p", "8k", "audio2", "-1p", "99999999999p"):
        path = f"/lessons/{watched.lesson.id}/playback/renditions/{name}.m3u8"
        assert student.get(path).status_code == 404, name


def test_long_playlists_travel_packed(
    watched: Watched, student: Caller, made: Made
) -> None:
    watched.land(made.rungs)
    watched.land(made.sound)
    path = f"/lessons/{watched.lesson.id}/playback/renditions/480p.m3u8"
    plain = student.get(path)
    packed = student.get(path, headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Cookie" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    assert packed.headers["Cache-Control"] == "no-store"


def test_who_watches_over_publication_finds_the_final_file_under_the_same_name(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    watched.land([*made.of("240p", 0), *made.sound])
    growing = fetch("renditions/360p")
    publish(watched, "240p", "360p")
    final = fetch("renditions/360p")

    assert final.is_endlist
    assert [s.duration for s in final.segments] == [
        s.duration for s in growing.segments
    ]


def test_a_rung_that_was_dropped_is_answered_with_the_next_lower_one(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    watched.land([*made.of("240p", 0), *made.of("360p", 0)])
    publish(watched, "240p", "480p")

    assert fetch("renditions/360p").is_endlist
    assert set(heights(fetch("renditions/360p"), made)) == {"240p"}
    assert set(heights(fetch("renditions/480p"), made)) == {"480p"}


def test_the_repackaged_source_is_one_variant_with_its_sound(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    source = copied(watched, made)
    watched.land(source[:1], Stage.OPENING)
    (variant,) = fetch("web").playlists
    first = fetch("renditions/source")
    watched.land(source[1:], Stage.OPENING)

    assert "renditions/source.m3u8" in str(variant.uri)
    assert not fetch("web").media
    assert len(first.segments) == len(source[0].segments)
    there = sum(len(piece.segments) for piece in source)
    assert len(fetch("renditions/source").segments) == there > len(first.segments)


def test_the_repackaged_source_goes_on_after_publication_then_the_best_stands_in(
    watched: Watched, fetch: Fetch, made: Made
) -> None:
    source = copied(watched, made)
    watched.land(source, Stage.OPENING)
    publish(watched, "240p", "480p")
    kept = fetch("renditions/source")
    with watched.city.database.transaction() as session:
        session.query(StoredPiece).delete()
    later = fetch("renditions/source")

    assert kept.is_endlist
    assert len(kept.segments) == sum(len(piece.segments) for piece in source)
    assert set(heights(later, made)) == {"480p"}


def test_another_lesson_and_strangers_are_refused(
    client: FlaskClient, watched: Watched
) -> None:
    for path in ("web", "renditions/360p", "key-frames/360p"):
        answer = client.get(f"{API}/lessons/{watched.lesson.id}/playback/{path}.m3u8")
        assert answer.status_code == 401
