"""The HLS of a lesson of several chunks, judged from its playlists by other tools.

What is asked: RFC 8216, and the figures of Apple's authoring specification: one grid of
key frames for all rungs, declared and measured bandwidth within 10 %, a peak of at most
twice the average.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import m3u8
import pytest
import transcoder_media as media

from youke_transcoder import Recipe, plan, probe, transcode
from youke_transcoder.cli import write_playlists

PROFILES = ("tv", "web", "mobile")
SECONDS = 27
WITHIN = 0.1


@dataclass(frozen=True)
class Stream:
    """A media playlist as another parser reads it, and the bytes that it names."""

    name: str
    playlist: Any
    content: bytes

    @property
    def header(self) -> bytes:
        """What every segment needs before it; nothing in MPEG-TS."""
        (place,) = self.playlist.segment_map or [None]
        return self._cut(place.byterange) if place else b""

    @property
    def lengths(self) -> list[float]:
        """Seconds of the segments."""
        return [segment.duration for segment in self.playlist.segments]

    @property
    def starts(self) -> list[float]:
        """Seconds at which the segments begin."""
        return [sum(self.lengths[:number]) for number in range(len(self.lengths))]

    def segments(self) -> list[bytes]:
        return [self._cut(segment.byterange) for segment in self.playlist.segments]

    def _cut(self, byte_range: str) -> bytes:
        length, _, offset = byte_range.partition("@")
        part = self.content[int(offset) : int(offset) + int(length)]
        assert len(part) == int(length)
        return part

    def bits_between(self, start_s: float, end_s: float) -> float:
        """Bits of a stretch, those of a segment spread evenly over it."""
        total = 0.0
        for begin, length, part in zip(
            self.starts, self.lengths, self.segments(), strict=True
        ):
            shared = min(end_s, begin + length) - max(start_s, begin)
            total += 8 * len(part) * max(0.0, shared) / length
        return total


@dataclass(frozen=True)
class Lesson:
    folder: Path
    recipe: Recipe

    def main(self, profile: str) -> Any:
        return m3u8.load(str(self.folder / f"{profile}.m3u8"))

    def stream(self, uri: str) -> Stream:
        playlist: Any = m3u8.load(str(self.folder / uri))
        (file,) = {segment.uri for segment in playlist.segments}
        return Stream(uri, playlist, (self.folder / file).read_bytes())

    def pictures(self) -> list[Stream]:
        """All rungs, those for TV too."""
        named = {
            variant.uri
            for profile in PROFILES
            for variant in self.main(profile).playlists
            if variant.stream_info.resolution
        }
        return [self.stream(uri) for uri in sorted(named)]


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    """Moving pictures at 29.97 frames in chunks that two encoders made side by side."""
    folder = tmp_path_factory.mktemp("conformance")
    source = media.draw(
        folder,
        media.Drawing(
            size="1280x720", rate="30000/1001", seconds=SECONDS, sound=SECONDS
        ),
    )
    recipe = plan(probe(source))
    assert len(recipe.chunks) > 1
    manifest = transcode(source, folder / "out", recipe, jobs=2)
    write_playlists(manifest, folder / "out", PROFILES)
    return Lesson(folder / "out", recipe)


def packets(content: bytes) -> Iterator[tuple[Fraction, bool]]:
    """Times of the pictures in order, and whether each is a key frame."""
    with av.open(io.BytesIO(content), "r") as container:
        found = [
            (packet.pts * packet.time_base, packet.is_keyframe)
            for packet in container.demux(video=0)
            if packet.pts is not None and packet.time_base is not None
        ]
    yield from sorted(found)


def test_every_rung_has_all_frames_once_over_the_joins_of_chunks(
    lesson: Lesson,
) -> None:
    step = 1 / lesson.recipe.frame_rate
    for stream in lesson.pictures():
        times = [time for time, _ in packets(stream.content)]
        assert len(times) == lesson.recipe.frames, stream.name
        gaps = [later - earlier for earlier, later in pairwise(times)]
        # MPEG-TS counts in 1/90000 s, which is no multiple of this rate's frame.
        assert max(abs(gap - step) for gap in gaps) <= Fraction(1, 90_000), stream.name


def test_key_frames_and_segments_stand_on_one_grid(lesson: Lesson) -> None:
    wanted = None
    for stream in lesson.pictures():
        found = list(packets(stream.content))
        first, _ = found[0]
        keys = [float(time - first) for time, is_key in found if is_key]
        wanted = wanted or keys
        assert keys == pytest.approx(wanted, abs=0.001), stream.name
        # Every third key frame begins a segment.
        assert stream.starts == pytest.approx(keys[::3], abs=0.002), stream.name


def test_every_segment_decodes_alone_and_is_as_long_as_it_says(
    lesson: Lesson, tmp_path: Path
) -> None:
    file = tmp_path / "segment"
    for stream in [*lesson.pictures(), lesson.stream("audio.m3u8")]:
        for part, length in zip(stream.segments(), stream.lengths, strict=True):
            file.write_bytes(stream.header + part)
            frames = media.play(file)
            if stream.name != "audio.m3u8":
                assert frames == round(length * lesson.recipe.frame_rate), stream.name


def test_ffmpeg_plays_every_playlist_to_its_last_frame(lesson: Lesson) -> None:
    for stream in lesson.pictures():
        assert media.play(lesson.folder / stream.name) == lesson.recipe.frames
    media.play(lesson.folder / "audio.m3u8")


def test_all_renditions_last_equally_long(lesson: Lesson) -> None:
    lengths = [sum(stream.lengths) for stream in lesson.pictures()]
    lengths.append(sum(lesson.stream("audio.m3u8").lengths))

    assert max(lengths) - min(lengths) <= 1 / lesson.recipe.frame_rate


@pytest.mark.parametrize("profile", PROFILES)
def test_declared_bandwidth_is_what_is_measured(lesson: Lesson, profile: str) -> None:
    main = lesson.main(profile)
    shared = [lesson.stream(each.uri) for each in main.media if each.type == "AUDIO"]
    for variant in main.playlists:
        about, stream = variant.stream_info, lesson.stream(variant.uri)
        both = [stream, *(shared if variant.uri != "audio.m3u8" else ())]
        average = sum(8 * sum(map(len, s.segments())) for s in both) / sum(
            stream.lengths
        )
        rates = [
            sum(each.bits_between(start, start + length) for each in both) / length
            for start, length in zip(stream.starts, stream.lengths, strict=True)
            if length > max(stream.lengths) / 2
        ]
        assert about.average_bandwidth == pytest.approx(average, rel=0.01)
        assert about.bandwidth == pytest.approx(max(rates), rel=WITHIN), variant.uri
        assert max(rates) <= about.bandwidth + 1
        assert max(rates) <= 2 * average


@pytest.mark.parametrize("profile", PROFILES)
def test_playlists_keep_the_rules_of_their_version(
    lesson: Lesson, profile: str
) -> None:
    main = lesson.main(profile)
    assert main.version >= 7
    assert main.is_independent_segments
    for variant in main.playlists:
        playlist = lesson.stream(variant.uri).playlist
        assert playlist.is_endlist
        assert playlist.playlist_type == "vod"
        longest = max(segment.duration for segment in playlist.segments)
        assert round(longest) <= playlist.target_duration
        is_mp4 = playlist.segments[0].uri.endswith(".mp4")
        assert bool(playlist.segment_map) == is_mp4
        assert playlist.version >= (6 if is_mp4 else 4)


def test_every_listed_key_frame_is_one_picture(lesson: Lesson, tmp_path: Path) -> None:
    listed = lesson.main("web").iframe_playlists
    assert listed
    for each in listed:
        stream = lesson.stream(each.uri)
        peak = 0.0
        for part, length in zip(stream.segments(), stream.lengths, strict=True):
            file = tmp_path / "picture.mp4"
            file.write_bytes(stream.header + part)
            with av.open(str(file)) as container:
                (picture,) = [next(container.decode(video=0))]
            assert (picture.width, picture.height) == (
                each.iframe_stream_info.resolution
            )
            peak = max(peak, 8 * len(part) / length)
        assert each.iframe_stream_info.bandwidth == pytest.approx(peak, rel=WITHIN)
        assert sum(stream.lengths) == pytest.approx(lesson.recipe.duration_s)
