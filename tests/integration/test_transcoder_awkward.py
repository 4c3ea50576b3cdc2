"""Awkward but honest sources come out upright, even, progressive and in time."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
import transcoder_media as media
from transcoder_media import AAC, X264, Drawing, draw, ffmpeg

from youke_transcoder import Manifest, Probe, plan, probe, transcode

YUV = ("-pix_fmt", "yuv420p")


def make(path: Path, tmp_path: Path) -> tuple[Probe, Manifest, Path]:
    """Probe and transcode for phones; the path is that of the best rung."""
    source = probe(path)
    manifest = transcode(path, tmp_path / "out", plan(source, profiles=("mobile",)))
    return source, manifest, tmp_path / "out" / manifest.renditions[0].path


def _pixel_format(path: Path) -> str:
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).format.name


def test_a_phone_video_on_its_side_comes_out_upright(tmp_path: Path) -> None:
    flat = draw(tmp_path, Drawing())
    turned = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", turned)

    source, manifest, best = make(turned, tmp_path)

    assert (source.width, source.height) == (240, 320)
    rung = manifest.renditions[0]
    assert (rung.width, rung.height) == (240, 320)
    with av.open(str(best)) as container:
        frame = next(container.decode(video=0))
        assert frame.rotation == 0
        # testsrc2 has its red bar on the left; turned to the left it lies below.
        red, green, blue = frame.to_ndarray(format="rgb24")[310, 200]
        assert red > 200
        assert max(green, blue) < 60


def test_an_odd_size_in_full_chroma_becomes_even(tmp_path: Path) -> None:
    options = ("-vf", "scale=321:241,format=yuv444p", *X264, *AAC)
    path = draw(tmp_path, Drawing(options=options))

    source, manifest, best = make(path, tmp_path)

    assert (source.width, source.height, source.pix_fmt) == (321, 241, "yuv444p")
    assert (manifest.renditions[0].width, manifest.renditions[0].height) == (320, 240)
    assert _pixel_format(best) == "yuv420p"


def test_anamorphic_pixels_become_square(tmp_path: Path) -> None:
    options = ("-vf", "setsar=64/45", *YUV, *X264, *AAC)
    path = draw(tmp_path, Drawing(size="360x288", options=options))

    source, manifest, best = make(path, tmp_path)

    assert (source.width, source.height) == (512, 288)
    assert (manifest.renditions[0].width, manifest.renditions[0].height) == (426, 240)
    with av.open(str(best)) as container:
        assert container.streams.video[0].sample_aspect_ratio in {None, 1}


def test_a_lesson_without_sound_has_no_sound(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(sound=None, options=(*YUV, *X264)))

    source, manifest, best = make(path, tmp_path)

    assert not source.has_audio
    assert media.names(manifest) == ["240p"]
    assert manifest.renditions[0].codecs.startswith("avc1.")
    assert "," not in manifest.renditions[0].codecs
    with av.open(str(best)) as container:
        assert not container.streams.audio


def test_a_varying_rate_becomes_constant_and_keeps_its_time(tmp_path: Path) -> None:
    sparse = "select='if(lt(t,2),not(mod(n,6)),1)'"
    options = ("-vf", sparse, "-fps_mode", "vfr", *YUV, *X264, *AAC)
    path = draw(tmp_path, Drawing(seconds=4, sound=4, options=options))

    source, manifest, best = make(path, tmp_path)

    assert source.variable_fps
    assert source.frame_rate == 30
    times = media.frame_times(best)
    assert times == pytest.approx([number / 30 for number in range(120)], abs=0.001)
    assert manifest.renditions[0].duration_s == pytest.approx(4, abs=0.05)


def test_pictures_between_the_places_of_the_grid_are_all_kept(tmp_path: Path) -> None:
    """Half a frame late, and rounded to milliseconds, as recorders write Matroska."""
    flat = draw(tmp_path, Drawing(rate="24", size="160x120", seconds=3, sound=3))
    path = tmp_path / "between.mkv"
    maps = ("-map", "0:v", "-map", "1:a", "-c", "copy")
    ffmpeg("-itsoffset", "0.0208", "-i", flat, "-i", flat, *maps, path)

    _, _, best = make(path, tmp_path)

    with av.open(str(best)) as container:
        frames = [
            frame.to_ndarray(format="gray").astype(int)
            for frame in container.decode(video=0)
        ]
    still = [
        number
        for number, (one, two) in enumerate(pairwise(frames))
        if abs(one - two).mean() < 0.2
    ]
    # The first picture is there from the start, and the last stays until the end.
    assert set(still) <= {0, len(frames) - 2}


def test_interlaced_mpeg_2_becomes_progressive(tmp_path: Path) -> None:
    options = ("-vf", "interlace", "-c:v", "mpeg2video", "-flags", "+ilme+ildct")
    drawing = Drawing(name="a.mpg", rate="50", options=(*options, "-c:a", "mp2"))
    path = draw(tmp_path, drawing)

    source, _, best = make(path, tmp_path)

    assert source.interlaced
    assert source.frame_rate == 25
    with av.open(str(best)) as container:
        assert not next(container.decode(video=0)).interlaced_frame


def test_hdr_is_brought_down_to_bt_709(tmp_path: Path) -> None:
    colours = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    x265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", colours)
    path = draw(tmp_path, Drawing(options=(*x265, "-pix_fmt", "yuv420p10le", *AAC)))

    source, _, best = make(path, tmp_path)

    assert (source.hdr, source.bit_depth) == (True, 10)
    assert _pixel_format(best) == "yuv420p"
    with av.open(str(best)) as container:
        frame = next(container.decode(video=0))
        bt709 = 1
        assert (int(frame.color_trc), int(frame.colorspace)) == (bt709, bt709)


def test_five_frames_a_second_are_repeated_until_fifteen(tmp_path: Path) -> None:
    options = (*YUV, *X264, "-c:a", "pcm_s16le", "-ar", "8000", "-ac", "1")
    path = draw(tmp_path, Drawing(name="a.mkv", rate="5", options=options))

    source, manifest, best = make(path, tmp_path)

    assert source.frame_rate == 5
    assert manifest.renditions[0].fps == 15
    assert len(media.frame_times(best)) == 30


def test_a_thousand_frames_a_second_become_sixty(tmp_path: Path) -> None:
    options = (*YUV, *X264)
    path = draw(
        tmp_path, Drawing(size="64x64", rate="1000", sound=None, options=options)
    )

    source, manifest, _ = make(path, tmp_path)

    assert source.frame_rate == 1000
    assert manifest.renditions[0].fps == 60


def test_the_picture_stays_while_the_sound_goes_on(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(seconds=2, sound=5))

    _, manifest, best = make(path, tmp_path)

    assert {round(each.duration_s, 1) for each in manifest.renditions} == {5.0}
    assert len(media.frame_times(best)) == 150


def test_sound_that_starts_late_stays_late(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(seconds=4, sound=4))
    late = tmp_path / "late.mkv"
    copy = ("-map", "0:v", "-map", "1:a", "-c", "copy")
    ffmpeg("-i", path, "-itsoffset", "1.5", "-i", path, *copy, late)

    _, manifest, best = make(late, tmp_path)

    assert manifest.renditions[0].duration_s == pytest.approx(5.5, abs=0.05)
    with av.open(str(best.with_name("audio.mp4"))) as container:
        loud = next(
            float(frame.time or 0)
            for frame in container.decode(audio=0)
            if abs(frame.to_ndarray()).max() > 0.01
        )
        start = float(container.start_time) / av.time_base
    assert loud - start == pytest.approx(1.5, abs=0.06)


def test_the_sound_marked_as_default_is_used(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing())
    two = tmp_path / "two.mkv"
    maps = ("-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")
    ffmpeg(
        "-i", path, *maps, "-disposition:a:0", "0", "-disposition:a:1", "default", two
    )

    assert probe(two).audio_index == 2


@pytest.mark.parametrize(
    ("name", "options"),
    [
        (
            "live.webm",
            (
                "-c:v",
                "libvpx",
                "-deadline",
                "realtime",
                "-c:a",
                "libopus",
                "-live",
                "1",
            ),
        ),
        ("pieces.mp4", (*YUV, *X264, *AAC, "-movflags", "frag_keyframe+empty_moov")),
        ("tv.ts", (*YUV, *X264, *AAC)),
        ("old.avi", ("-c:v", "mpeg4", "-c:a", "libmp3lame")),
    ],
)
def test_a_duration_is_measured_where_none_is_declared(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    path = draw(tmp_path, Drawing(name=name, options=options))

    source, manifest, best = make(path, tmp_path)

    assert source.duration_s == pytest.approx(2, abs=0.1)
    assert manifest.renditions[0].duration_s == pytest.approx(2, abs=0.1)
    media.play(best)


def test_rgb_keeps_its_colours(tmp_path: Path) -> None:
    path = tmp_path / "red.mkv"
    picture = ("-f", "lavfi", "-i", "color=0xC83214:s=320x240:r=30:d=2,format=gbrp")
    ffmpeg(*picture, "-c:v", "libx264rgb", "-preset", "ultrafast", path)

    source, _, best = make(path, tmp_path)

    assert source.rgb
    with av.open(str(best)) as container:
        frame = next(container.decode(video=0))
        bt709 = 1
        assert int(frame.colorspace) == bt709
        middle = frame.to_ndarray(format="rgb24")[120, 160].tolist()
    assert middle == pytest.approx([0xC8, 0x32, 0x14], abs=6)


@pytest.mark.parametrize("rate", ["30000/1001", "24000/1001", "25", "50"])
def test_the_sources_rate_is_kept(rate: str, tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(rate=rate, sound=None, options=(*YUV, *X264)))

    assert probe(path).frame_rate == Fraction(rate)


def test_a_few_wrong_bits_do_not_stop_a_lesson(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(seconds=4, sound=4))
    content = bytearray(path.read_bytes())
    first = content.find(b"mdat") + 5000
    for place in range(first, len(content) - 20_000, 9973):
        content[place] ^= 0x10
    path.write_bytes(content)

    _, manifest, best = make(path, tmp_path)

    assert manifest.renditions[0].duration_s == pytest.approx(4, abs=0.05)
    assert media.play(best) == 120
