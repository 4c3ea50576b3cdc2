"""What comes out of an ordinary lesson, checked by other tools than made it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import m3u8
import pytest
import transcoder_media as media

from youke_transcoder import Manifest, Recipe, plan, probe, transcode
from youke_transcoder.cli import write_playlists

pytestmark = pytest.mark.xdist_group("transcoder-renditions")

SECRET = "<script>secret place</script>"
FLASH_S = 3.0


@dataclass(frozen=True)
class Lesson:
    directory: Path
    recipe: Recipe
    manifest: Manifest
    progress: list[float]

    def file(self, name: str) -> Path:
        by_name = {each.name: each for each in self.manifest.renditions}
        return self.directory / by_name[name].path

    def playlist(self, name: str) -> Path:
        return self.directory / f"{name}.m3u8"


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    """A 720p lesson of seven seconds at 29.97 frames with a flash and a beep."""
    directory = tmp_path_factory.mktemp("lesson")
    source = directory / "source.mp4"
    media.ffmpeg(
        *("-f", "lavfi", "-i", "color=gray:s=1280x720:r=30000/1001:d=7"),
        *("-f", "lavfi", "-i", "testsrc2=s=640x360:r=30000/1001:d=7"),
        *("-f", "lavfi", "-i", _beep()),
        "-filter_complex",
        f"[0][1]overlay=40:320,negate=enable='gte(t,{FLASH_S})',drawbox=640:0:640:300:black:t=fill,"
        f"drawbox=640:0:640:300:white:t=fill:enable='gte(t,{FLASH_S})'[v]",
        *("-map", "[v]", "-map", "2:a", "-metadata", f"title={SECRET}"),
        *("-pix_fmt", "yuv420p", *media.X264, *media.AAC, source),
    )
    recipe = plan(probe(source))
    progress: list[float] = []
    out = directory / "out"
    manifest = transcode(source, out, recipe, on_progress=progress.append)
    write_playlists(manifest, out, ("tv", "web", "mobile"))
    return Lesson(out, recipe, manifest, progress)


def _beep() -> str:
    loud = f"if(gte(t,{FLASH_S}),0.5*sin(2*PI*1000*t),0)"
    return f"aevalsrc='{loud}|{loud}':s=44100:d=7"


def test_the_rungs_fit_the_source_and_the_profiles(lesson: Lesson) -> None:
    found = {
        each.name: (each.profiles, each.width, each.height, each.container)
        for each in lesson.manifest.renditions
    }

    assert found == {
        "720p": (("web",), 1280, 720, "fmp4"),
        "tv-720p": (("tv",), 1280, 720, "mpegts"),
        "480p": (("web", "mobile"), 854, 480, "fmp4"),
        "360p": (("web", "mobile"), 640, 360, "fmp4"),
        "240p": (("mobile",), 426, 240, "fmp4"),
        "audio": (("mobile",), None, None, "fmp4"),
    }


def test_only_the_files_of_the_manifest_appear(lesson: Lesson) -> None:
    files = {each.name for each in lesson.directory.iterdir()}
    playlists = {f"{name}.m3u8" for name in ("tv", "web", "mobile")}
    playlists |= {f"{name}.m3u8" for name in media.names(lesson.manifest)}
    playlists |= {f"{name}-i-frames.m3u8" for name in ("720p", "480p", "360p", "240p")}

    assert files == playlists | {"poster.jpg", "sprite-0.jpg", "storyboard.vtt"} | {
        each.path for each in lesson.manifest.renditions
    }


def test_hashes_and_sizes_are_those_of_the_files(lesson: Lesson) -> None:
    for each in lesson.manifest.renditions:
        content = (lesson.directory / each.path).read_bytes()
        assert each.size == len(content)
        assert each.sha256 == hashlib.sha256(content).hexdigest()


def test_every_rendition_plays_to_its_end_without_a_word(lesson: Lesson) -> None:
    frames = {
        each.name: media.play(lesson.playlist(each.name))
        for each in lesson.manifest.renditions
        if each.kind == "video"
    }

    assert set(frames.values()) == {lesson.recipe.frames}
    media.play(lesson.playlist("audio"))


def test_all_rungs_have_their_key_frames_at_the_same_times(lesson: Lesson) -> None:
    grids = [
        media.key_times(lesson.directory / each.path)
        for each in lesson.manifest.renditions
        if each.kind == "video"
    ]

    assert grids[0] == pytest.approx([0, 2.002, 4.004, 6.006], abs=0.001)
    for grid in grids[1:]:
        assert grid == pytest.approx(grids[0], abs=0.001)


def test_every_segment_decodes_alone(lesson: Lesson, tmp_path: Path) -> None:
    for each in lesson.manifest.renditions:
        content = (lesson.directory / each.path).read_bytes()
        header = content[: each.init.length] if each.init else b""
        for number, segment in enumerate(each.segments):
            part = content[segment.offset : segment.offset + segment.length]
            path = tmp_path / f"{each.name}-{number}"
            path.write_bytes(header + part)
            frames = media.play(path)
            if each.kind == "video":
                rate = lesson.recipe.frame_rate
                assert frames == round(segment.duration_s * rate)


@pytest.mark.parametrize("profile", ["tv", "web", "mobile"])
def test_another_parser_reads_the_playlists(lesson: Lesson, profile: str) -> None:
    main: Any = m3u8.load(str(lesson.playlist(profile)))
    by_name = {each.name: each for each in lesson.manifest.renditions}

    assert main.is_variant
    for variant in main.playlists:
        rendition = by_name[Path(variant.uri).stem]
        assert profile in rendition.profiles
        parsed: Any = m3u8.load(str(lesson.directory / variant.uri))
        rates = list(_segment_rates(parsed))
        assert max(rates) <= variant.stream_info.bandwidth * 1.001
        assert parsed.target_duration == 6
        lengths = [segment.duration for segment in parsed.segments]
        assert sum(lengths) == pytest.approx(rendition.duration_s)
        assert variant.stream_info.codecs.endswith("mp4a.40.2")
        if "mp4a" not in rendition.codecs:
            (sound,) = main.media
            assert (sound.type, sound.uri) == ("AUDIO", "audio.m3u8")
            assert variant.stream_info.audio == sound.group_id


def _segment_rates(playlist: Any) -> Iterator[float]:
    for segment in playlist.segments:
        if segment.duration > 3:
            yield int(segment.byterange.split("@")[0]) * 8 / segment.duration


def test_the_codecs_name_is_what_the_stream_is(lesson: Lesson) -> None:
    by_name = {each.name: each for each in lesson.manifest.renditions}

    # High profile, level 3.1: 1280 x 720 at 30 frames a second.
    assert by_name["720p"].codecs == "avc1.64001f"
    assert by_name["tv-720p"].codecs == "avc1.64001f,mp4a.40.2"
    assert by_name["audio"].codecs == "mp4a.40.2"


def test_all_renditions_last_as_long_as_the_source(lesson: Lesson) -> None:
    lengths = [each.duration_s for each in lesson.manifest.renditions]

    assert max(lengths) - min(lengths) <= 1 / 29.97
    assert lengths[0] == pytest.approx(lesson.manifest.source.duration_s, abs=0.1)


@pytest.mark.parametrize(
    ("picture", "sound"),
    [("720p", "audio"), ("240p", "audio"), ("tv-720p", "tv-720p")],
)
def test_sound_and_picture_stay_together(
    lesson: Lesson, picture: str, sound: str
) -> None:
    flash = _flash_time(lesson.file(picture))
    beep = _beep_time(lesson.file(sound))

    assert abs(flash - beep) <= 0.040


def test_sound_and_picture_begin_together(lesson: Lesson) -> None:
    pictures = [_start(lesson.file(name), "video") for name in ("720p", "480p", "240p")]

    # Late by the two frames that the encoder reorders, on every kind of player.
    assert pictures == pytest.approx([2 * 1001 / 30000] * 3, abs=0.000_01)
    assert _start(lesson.file("audio"), "audio") == pytest.approx(
        pictures[0], abs=0.001
    )
    television = lesson.file("tv-720p")
    assert _start(television, "audio") == pytest.approx(
        _start(television, "video"), abs=0.001
    )


def _start(path: Path, kind: str) -> float:
    with av.open(str(path)) as container:
        (stream,) = (each for each in container.streams if each.type == kind)
        return float((stream.start_time or 0) * (stream.time_base or 0))


def test_no_player_has_to_read_edit_lists(lesson: Lesson) -> None:
    for each in lesson.manifest.renditions:
        if each.init:
            assert b"elst" not in lesson.file(each.name).read_bytes()[:2000]


def _flash_time(path: Path) -> float:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            grey = frame.to_ndarray(format="gray")
            height, width = grey.shape
            if grey[: height // 3, width // 2 :].mean() > 128:
                return float(frame.time or 0)
    raise AssertionError("no flash")


def _beep_time(path: Path) -> float:
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            loud = abs(frame.to_ndarray()[0]) > 0.05
            if loud.any():
                return float(frame.time or 0) + float(loud.argmax()) / 48_000
    raise AssertionError("no beep")


def test_the_sound_is_as_loud_as_ebu_r128_asks(lesson: Lesson) -> None:
    words = media.ffmpeg(
        *("-i", lesson.directory / "audio.mp4", "-af", "ebur128=framelog=quiet"),
        *("-f", "null", "-"),
    )
    line = next(line for line in words.splitlines() if line.strip().startswith("I:"))

    assert float(line.split()[1]) == pytest.approx(-23, abs=1)


@pytest.mark.parametrize("name", ["audio", "tv-720p"])
def test_the_sound_is_aac_in_stereo_at_48_khz(lesson: Lesson, name: str) -> None:
    with av.open(str(lesson.file(name))) as container:
        (sound,) = container.streams.audio
        assert sound.codec_context.name == "aac"
        assert sound.layout.name == "stereo"
        assert sound.rate == 48_000


def test_the_sound_is_stored_once_for_web_and_phone(lesson: Lesson) -> None:
    for name in ("720p", "480p", "360p", "240p"):
        with av.open(str(lesson.file(name))) as container:
            assert [each.type for each in container.streams] == ["video"]


def test_the_key_frames_are_indexed_for_scrubbing(lesson: Lesson) -> None:
    rendition = next(each for each in lesson.manifest.renditions if each.init)
    content = lesson.file(rendition.name).read_bytes()

    assert rendition.init
    assert len(rendition.i_frames) == 4
    for each in rendition.i_frames:
        assert content[each.offset + 4 : each.offset + 8] == b"moof"


def test_the_poster_is_a_jpeg_of_the_picture(lesson: Lesson) -> None:
    path = lesson.directory / lesson.manifest.poster

    assert path.read_bytes()[:2] == b"\xff\xd8"
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0))
        assert (picture.width, picture.height) == (1280, 720)


def test_nothing_of_the_sources_metadata_comes_through(lesson: Lesson) -> None:
    for path in lesson.directory.iterdir():
        assert b"secret place" not in path.read_bytes()


def test_progress_grows_from_zero_to_one(lesson: Lesson) -> None:
    assert lesson.progress[0] == 0
    assert lesson.progress[-1] == 1
    assert lesson.progress == sorted(lesson.progress)
    assert len(lesson.progress) > 3


def test_the_manifest_survives_json(lesson: Lesson) -> None:
    assert Manifest.from_dict(json.loads(lesson.manifest.to_json())) == lesson.manifest
