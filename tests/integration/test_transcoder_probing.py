"""The probe measures what the plan, the opening and the chunks need to know."""

import json
from pathlib import Path

import pytest
from transcoder_media import AAC, X264, Drawing, draw, ffmpeg

from youke_transcoder import Probe, probe

YUV = ("-pix_fmt", "yuv420p")


def test_an_ordinary_file_is_described(tmp_path: Path) -> None:
    source = probe(draw(tmp_path, Drawing(seconds=5, sound=5)))

    assert source.key_times_s == pytest.approx([0, 1, 2, 3, 4])
    assert source.seekable
    assert (source.video_profile, source.audio_profile) == (
        "Constrained Baseline",
        "LC",
    )
    assert (source.sample_rate, source.channels) == (48_000, 1)
    assert source.square
    assert source.bit_rate == pytest.approx(8 * source.size / 5, rel=0.05)


def test_the_probe_survives_json(tmp_path: Path) -> None:
    source = probe(draw(tmp_path, Drawing()))

    assert Probe.from_dict(json.loads(json.dumps(source.to_dict()))) == source


def test_key_frames_are_counted_from_where_the_encoder_counts(tmp_path: Path) -> None:
    """Sound begins half a second before the picture, and the file does not at zero."""
    flat = draw(tmp_path, Drawing(seconds=5, sound=5))
    late = tmp_path / "late.mkv"
    ffmpeg(
        *("-itsoffset", "7.5", "-i", flat, "-itsoffset", "7", "-i", flat),
        *("-map", "0:v", "-map", "1:a", "-c", "copy", "-copyts", late),
    )

    source = probe(late)

    assert source.key_times_s == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5], abs=0.03)


def test_a_key_frame_in_every_frame_is_named_once_a_second(tmp_path: Path) -> None:
    options = ("-c:v", "mjpeg", *YUV, *AAC, "-color_range", "pc", "-strict", "-1")
    path = draw(tmp_path, Drawing(name="a.mov", seconds=3, sound=3, options=options))

    assert probe(path).key_times_s == pytest.approx([0, 29 / 30, 58 / 30, 87 / 30])


def test_matroska_with_an_index_can_be_cut(tmp_path: Path) -> None:
    options = (*YUV, *X264, "-bf", "2", *AAC)
    path = draw(tmp_path, Drawing(name="a.mkv", seconds=3, sound=3, options=options))

    assert probe(path).seekable


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("live.mkv", (*X264, *AAC, "-live", "1")),
        ("tv.ts", (*X264, *AAC)),
        ("old.avi", ("-c:v", "mpeg4", "-c:a", "libmp3lame")),
        ("disc.mpg", ("-c:v", "mpeg2video", "-c:a", "mp2")),
    ],
)
def test_without_an_index_nothing_can_be_cut(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    drawing = Drawing(name=name, seconds=30, sound=30, options=(*YUV, *options))

    assert not probe(draw(tmp_path, drawing)).seekable


def test_pixels_that_are_not_square_are_told(tmp_path: Path) -> None:
    options = ("-vf", "setsar=64/45", *YUV, *X264, *AAC)

    assert not probe(draw(tmp_path, Drawing(options=options))).square
