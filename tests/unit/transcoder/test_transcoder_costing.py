"""What a recipe costs is estimated by arithmetic alone."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from youke_transcoder import Probe, plan
from youke_transcoder.costing import estimate
from youke_transcoder.driving import default_jobs, lone


def source(**changes: Any) -> Probe:
    values: dict[str, Any] = {
        "container": "mov,mp4",
        "size": 1_000_000,
        "duration_s": 100.0,
        "video_end_s": 100.0,
        "width": 1920,
        "height": 1080,
        "frame_rate": Fraction(30),
        "variable_fps": False,
        "video_codec": "h264",
        "pix_fmt": "yuv420p",
        "bit_depth": 8,
        "hdr": False,
        "rgb": False,
        "interlaced": False,
        "rotation": 0,
        "video_index": 0,
        "audio_index": 1,
        "audio_codec": "aac",
    }
    return Probe(**values | changes)


def test_a_second_of_1080p_takes_between_what_slides_and_a_camera_take() -> None:
    cost = estimate(plan(source()))

    assert 1.5 * 100 < cost.cpu_s < 3.0 * 100


def test_the_bytes_follow_from_the_peaks() -> None:
    cost = estimate(plan(source()))

    assert cost.renditions.keys() == {
        *("1080p", "720p", "480p", "360p", "240p"),
        *("tv-1080p", "tv-720p", "audio"),
    }
    assert cost.renditions["1080p"] == pytest.approx(6000e3 / 8 * 100, rel=0.05)
    assert cost.bytes_at_most == sum(cost.renditions.values())


def test_a_slower_preset_and_a_newer_codec_cost_more() -> None:
    recipe = plan(source(), ("tv",))
    (top, rest) = recipe.rungs

    slower = replace(recipe, rungs=(replace(top, preset="medium"), rest))
    newer = replace(recipe, rungs=(replace(top, codec="av1"), rest))

    assert estimate(slower).cpu_s > 1.3 * estimate(recipe).cpu_s
    assert estimate(newer).cpu_s > 1.3 * estimate(recipe).cpu_s


def test_without_sound_no_sound_is_counted() -> None:
    silent = estimate(plan(source(audio_index=None, audio_codec=None)))

    assert "audio" not in silent.renditions
    assert silent.cpu_s < estimate(plan(source())).cpu_s


@pytest.mark.parametrize(
    ("width", "height", "processors", "jobs"),
    [(1920, 1080, 1, 1), (1920, 1080, 2, 2), (1920, 1080, 16, 6), (3840, 2160, 16, 3)],
)
def test_as_many_chunks_are_encoded_at_a_time_as_memory_has_room_for(
    width: int, height: int, processors: int, jobs: int
) -> None:
    assert default_jobs(source(width=width, height=height), processors) == jobs


@pytest.mark.parametrize(
    ("chunks", "jobs", "rest"), [(5, 2, 1), (6, 2, 0), (1, 1, 0), (7, 4, 3), (3, 4, 3)]
)
def test_the_last_chunks_share_the_processors_that_nobody_else_needs(
    chunks: int, jobs: int, rest: int
) -> None:
    assert lone(chunks, jobs) == rest
