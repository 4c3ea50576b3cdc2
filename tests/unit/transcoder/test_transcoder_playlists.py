"""Playlists are text about renditions, and other parsers must agree about it."""

import subprocess
import sys
from dataclasses import replace

import m3u8
import pytest

from youke_transcoder.hls import bandwidths, read_playlist
from youke_transcoder.model import ByteRange, Rendition, Segment
from youke_transcoder.playlists import (
    Planned,
    for_profile,
    i_frames_playlist,
    main_playlist,
    media_playlist,
)

VIDEO = Rendition(
    name="360p",
    profiles=("web", "mobile"),
    kind="video",
    container="fmp4",
    path="360p.mp4",
    width=640,
    height=360,
    fps=29.97,
    codecs="avc1.64001e,mp4a.40.2",
    bandwidth=700_000,
    average_bandwidth=500_000,
    size=1_001_500,
    sha256="0" * 64,
    duration_s=8.5,
    init=ByteRange(0, 1500),
    segments=(Segment(6.006, 1500, 700_000), Segment(2.494, 701_500, 300_000)),
)
LARGE = replace(VIDEO, name="720p", profiles=("web",), bandwidth=2_000_000)
AUDIO = replace(
    VIDEO,
    name="audio",
    profiles=("mobile",),
    kind="audio",
    width=None,
    height=None,
    fps=None,
    codecs="mp4a.40.2",
    bandwidth=99_000,
)
TV = replace(VIDEO, name="tv-360p", profiles=("tv",), container="mpegts", init=None)
#: As new encodings are stored: the picture without its sound.
SILENT = replace(
    VIDEO,
    codecs="avc1.64001e",
    i_frames=(Segment(2.002, 1500, 50_000), Segment(6.498, 201_500, 65_000)),
)


def named(rendition: Rendition | Planned) -> str:
    return f"{rendition.name}.m3u8"


def test_a_media_playlist_gives_the_byte_range_of_every_segment() -> None:
    parsed = m3u8.loads(media_playlist(VIDEO, "https://s3/360p.mp4?sign=a%2Fb&x=1"))

    assert parsed.is_endlist
    assert parsed.playlist_type == "vod"
    assert parsed.target_duration == 6
    assert [each.byterange for each in parsed.segments] == [
        "700000@1500",
        "300000@701500",
    ]
    assert {each.uri for each in parsed.segments} == {
        "https://s3/360p.mp4?sign=a%2Fb&x=1"
    }
    assert parsed.segment_map[0].byterange == "1500@0"


def test_mpeg_ts_has_no_map() -> None:
    text = media_playlist(TV, "tv.ts")

    assert "EXT-X-MAP" not in text
    assert m3u8.loads(text).segments[0].byterange == "700000@1500"


def test_the_target_duration_is_the_longest_segment_rounded() -> None:
    rendition = replace(VIDEO, segments=(Segment(6.5, 0, 1), Segment(0.2, 1, 1)))

    assert "#EXT-X-TARGETDURATION:7\n" in media_playlist(rendition, "a.mp4")


def test_the_main_playlist_starts_cheap_and_ends_with_sound_alone() -> None:
    text = main_playlist(
        [LARGE, replace(AUDIO, profiles=("web",)), VIDEO], "web", named
    )
    parsed = m3u8.loads(text)

    assert [each.uri for each in parsed.playlists] == [
        "360p.m3u8",
        "720p.m3u8",
        "audio.m3u8",
    ]
    first = parsed.playlists[0].stream_info
    assert (first.bandwidth, first.average_bandwidth) == (700_000, 500_000)
    assert first.resolution == (640, 360)
    assert first.frame_rate == pytest.approx(29.97)
    assert first.codecs == "avc1.64001e,mp4a.40.2"
    last = parsed.playlists[-1].stream_info
    assert last.resolution is None
    assert last.codecs == "mp4a.40.2"


def test_pictures_that_are_stored_without_sound_share_one_and_pay_for_it() -> None:
    large = replace(SILENT, name="720p", bandwidth=2_000_000, average_bandwidth=900_000)
    parsed = m3u8.loads(main_playlist([large, SILENT, AUDIO], "web", named))

    (sound,) = parsed.media
    assert (sound.type, sound.group_id, sound.uri) == ("AUDIO", "sound", "audio.m3u8")
    assert (sound.default, sound.autoselect) == ("YES", "YES")
    assert [each.uri for each in parsed.playlists] == ["360p.m3u8", "720p.m3u8"]
    for picture, each in zip((SILENT, large), parsed.playlists, strict=True):
        about = each.stream_info
        assert about.audio == "sound"
        assert about.codecs == "avc1.64001e,mp4a.40.2"
        assert about.bandwidth == picture.bandwidth + AUDIO.bandwidth
        average = picture.average_bandwidth + AUDIO.average_bandwidth
        assert about.average_bandwidth == average


def test_phones_may_take_the_shared_sound_alone() -> None:
    parsed = m3u8.loads(main_playlist([SILENT, AUDIO], "mobile", named))

    alone = parsed.playlists[-1]
    assert alone.uri == "audio.m3u8"
    assert alone.stream_info.bandwidth == AUDIO.bandwidth
    assert alone.stream_info.audio == "sound"


def test_a_lesson_without_sound_names_none() -> None:
    parsed = m3u8.loads(main_playlist([SILENT], "web", named))

    assert not parsed.media
    assert parsed.playlists[0].stream_info.codecs == "avc1.64001e"


def test_older_renditions_with_the_sound_inside_need_no_group() -> None:
    text = main_playlist([VIDEO, AUDIO, TV], "web", named)

    assert "EXT-X-MEDIA:" not in text
    assert "AUDIO=" not in text
    assert "AUDIO=" not in main_playlist([VIDEO, AUDIO, TV], "tv", named)


def test_key_frames_are_listed_for_scrubbing() -> None:
    text = main_playlist(
        [SILENT, AUDIO],
        "web",
        named,
        i_frames_uri_for=lambda each: f"{each.name}-keys.m3u8",
    )
    (listed,) = m3u8.loads(text).iframe_playlists

    assert listed.uri == "360p-keys.m3u8"
    assert listed.iframe_stream_info.bandwidth == round(8 * 50_000 / 2.002)
    assert listed.iframe_stream_info.codecs == "avc1.64001e"
    assert listed.iframe_stream_info.resolution == (640, 360)


def test_a_playlist_of_key_frames_places_each_and_lasts_as_long() -> None:
    parsed = m3u8.loads(i_frames_playlist(SILENT, "360p.mp4?s=1"))

    assert parsed.is_i_frames_only
    assert parsed.is_endlist
    assert parsed.segment_map[0].byterange == "1500@0"
    assert [each.byterange for each in parsed.segments] == [
        "50000@1500",
        "65000@201500",
    ]
    assert sum(each.duration or 0 for each in parsed.segments) == pytest.approx(8.5)


def test_captions_are_offered_with_every_picture() -> None:
    tag = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="en",URI="en.m3u8"'
    parsed = m3u8.loads(main_playlist([SILENT], "web", named, captions=[tag]))

    assert [each.type for each in parsed.media] == ["SUBTITLES"]
    assert parsed.playlists[0].stream_info.subtitles == "captions"


def test_a_profile_selects_its_renditions() -> None:
    everything = [LARGE, VIDEO, AUDIO, TV]

    assert for_profile(everything, "mobile") == [VIDEO, AUDIO]
    assert for_profile(everything, "tv") == [TV]


@pytest.mark.parametrize("address", ["", 'a"b', "a\nb", "a\r"])
def test_an_address_that_would_break_the_playlist_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        media_playlist(VIDEO, address)
    with pytest.raises(ValueError, match="not an address"):
        main_playlist([VIDEO], "web", lambda _: address)


def test_what_is_written_can_be_read_back() -> None:
    init, segments = read_playlist(media_playlist(VIDEO, "360p.mp4"))

    assert init == VIDEO.init
    assert segments == VIDEO.segments


def test_the_peak_ignores_a_short_last_segment() -> None:
    whole = Segment(6.0, 0, 600_000)
    scrap = Segment(0.1, 600_000, 100_000)

    peak, average = bandwidths((whole, scrap))

    assert peak == 800_000
    assert average == round(700_000 * 8 / 6.1)


def test_a_single_short_segment_is_its_own_peak() -> None:
    assert bandwidths((Segment(0.5, 0, 1000),)) == (16_000, 16_000)


def test_the_web_process_loads_no_heavy_library_for_playlists() -> None:
    code = "import sys, youke_transcoder.playlists; print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    loaded = set(answer.stdout.split())
    assert not loaded & {"av", "ffmpeg", "imageio_ffmpeg", "numpy", "flask", "youke"}
