"""Where a source is cut is decided by arithmetic alone."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke_transcoder import Probe, Recipe, in_one_piece, plan

RATES = [Fraction(15), Fraction(25), Fraction(30000, 1001), Fraction(50), Fraction(60)]


def source(seconds: float, keys: list[float], **changes: Any) -> Probe:
    values: dict[str, Any] = {
        "container": "mov,mp4",
        "size": 1_000_000,
        "duration_s": seconds,
        "video_end_s": seconds,
        "width": 640,
        "height": 360,
        "frame_rate": Fraction(25),
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
        "key_times_s": tuple(keys),
        "seekable": True,
    }
    return Probe(**values | changes)


def every(distance: float, seconds: float) -> list[float]:
    return [number * distance for number in range(int(seconds / distance) + 1)]


def lengths_s(recipe: Recipe) -> list[float]:
    return [float(each.frames / recipe.frame_rate) for each in recipe.chunks]


def test_the_first_chunk_is_short_and_the_others_a_minute() -> None:
    recipe = plan(source(2700, every(2, 2700)))

    first, *others = lengths_s(recipe)
    assert first == 12
    assert all(45 <= each <= 75 for each in others)


def test_no_chunk_is_a_small_remainder() -> None:
    for seconds in (25.0, 37.0, 49.0, 61.0, 125.0, 607.0):
        lengths = lengths_s(plan(source(seconds, every(2, seconds))))
        assert min(lengths) >= 12


def test_ten_workers_find_something_to_do_in_five_minutes() -> None:
    assert len(plan(source(300, every(2, 300))).chunks) >= 10


def test_a_source_of_two_scenes_length_is_not_cut() -> None:
    assert len(plan(source(17, every(2, 17))).chunks) == 1


def test_a_source_that_cannot_be_sought_is_not_cut() -> None:
    recipe = plan(source(600, every(2, 600), seekable=False))

    assert lengths_s(recipe) == [600]


def test_boundaries_lie_just_behind_key_frames_of_the_source() -> None:
    # Every ten seconds, so the grid of six meets them every thirty.
    recipe = plan(source(1800, every(10, 1800)))

    prerolls = [
        float(chunk.first_frame / recipe.frame_rate) - chunk.seek_s
        for chunk in recipe.chunks[2:]
    ]
    assert max(prerolls) < 2


def test_rare_key_frames_make_long_chunks_but_still_an_early_first_one() -> None:
    recipe = plan(source(900, [0.0, 200.0, 500.0]))

    starts = [float(each.first_frame / recipe.frame_rate) for each in recipe.chunks]
    assert starts[:2] == [0, 12]
    assert set(starts[2:]) <= {
        *range(200, 231),
        *range(500, 531),
    }
    assert len(starts) == 4


def test_time_stamps_in_milliseconds_do_not_cost_a_whole_preroll() -> None:
    rate = Fraction(30000, 1001)
    keys = [round(number * 2.002, 3) + 0.001 for number in range(100)]
    recipe = plan(source(200, keys, frame_rate=rate))

    for chunk in recipe.chunks[1:]:
        start = float(chunk.first_frame / rate)
        assert start - 0.1 < chunk.seek_s < start + 0.2


@pytest.mark.parametrize(
    ("container", "distance", "slack"),
    [
        ("mov,mp4,m4a,3gp,3g2,mj2", 2.0, 0.001),
        # Decoding times count there, so ffmpeg seeks 3/23 s earlier.
        ("matroska,webm", 2.0, 0.131),
        # There may be key frames that are not listed, right behind the one that is.
        ("matroska,webm", 1.0, 0.001),
    ],
)
def test_a_seek_aims_a_little_behind_the_key_frame(
    container: str, distance: float, slack: float
) -> None:
    recipe = plan(source(120, every(distance, 120), container=container))

    for chunk in recipe.chunks[1:]:
        start = float(chunk.first_frame / recipe.frame_rate)
        assert chunk.seek_s == pytest.approx(start + slack, abs=0.001)


def test_a_recipe_in_one_piece_is_another_work_with_the_same_sound() -> None:
    recipe = plan(source(600, every(2, 600)))

    single = in_one_piece(recipe)

    assert lengths_s(single) == [600]
    assert single.key != recipe.key
    assert single.key_of("360p") != recipe.key_of("360p")
    assert single.key_of("audio") == recipe.key_of("audio")


@given(
    seconds=st.floats(1, 4000),
    rate=st.sampled_from(RATES),
    keys=st.lists(st.floats(0, 4000), max_size=60, unique=True),
)
def test_any_cut_covers_every_frame_once_on_the_grid(
    seconds: float, rate: Fraction, keys: list[float]
) -> None:
    recipe = plan(source(seconds, sorted(keys), frame_rate=rate))

    chunks = recipe.chunks
    assert [each.index for each in chunks] == list(range(len(chunks)))
    assert chunks[0].first_frame == 0
    assert chunks[-1].end_frame == recipe.frames
    for before, after in pairwise(chunks):
        assert before.end_frame == after.first_frame
        assert after.first_frame % recipe.segment_frames == 0
    assert all(each.frames > 0 for each in chunks)


@given(
    rate=st.sampled_from(RATES),
    keys=st.lists(st.floats(0, 1000), min_size=1, max_size=300, unique=True),
)
def test_decoding_never_begins_after_the_frame_that_is_wanted(
    rate: Fraction, keys: list[float]
) -> None:
    recipe = plan(source(1000, sorted(keys), frame_rate=rate))

    for chunk in recipe.chunks[1:]:
        # Where ffmpeg does not seek earlier, which is the worse case.
        key = max(each for each in keys if each <= chunk.seek_s)
        # A key frame counts for the frame that it is nearest to.
        assert round(key * float(rate)) <= chunk.first_frame
