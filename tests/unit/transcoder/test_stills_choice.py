"""Which picture becomes the poster, and where a storyboard's pictures lie."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from youke_transcoder.model import Manifest, Probe, Storyboard
from youke_transcoder.posters import Look, candidate_times, choose, look
from youke_transcoder.storyboard import COLUMNS, MOST_TILES, grid, tile_size, vtt


def stripes(width: int, low: int = 40, high: int = 220) -> NDArray[np.uint8]:
    """Vertical stripes of so many pixels."""
    columns = (np.arange(96) // width) % 2
    return np.tile(np.where(columns, high, low).astype(np.uint8), (54, 1))


def ramp() -> NDArray[np.uint8]:
    """The same levels without any edge."""
    return np.tile(np.linspace(40, 220, 96).astype(np.uint8), (54, 1))


def test_a_sharp_picture_is_chosen_before_a_blurred_one() -> None:
    looks = [look(each) for each in (ramp(), stripes(8), ramp())]
    assert choose(looks) == 1


def test_a_fade_loses_against_the_picture_that_it_comes_from() -> None:
    looks = [look(stripes(8, 120, 140)), look(stripes(8)), look(stripes(8, 100, 160))]
    assert choose(looks) == 1


@pytest.mark.parametrize(
    "empty",
    [
        np.zeros((54, 96), np.uint8),
        np.full((54, 96), 255, np.uint8),
        stripes(2, 0, 40),  # a title on black: sharp, but hardly anything
    ],
    ids=["black", "white", "dark"],
)
def test_black_and_blank_pictures_are_avoided(empty: NDArray[np.uint8]) -> None:
    assert choose([look(empty), look(ramp()), look(empty)]) == 1


def test_of_nothing_but_blank_pictures_the_least_empty_is_taken() -> None:
    looks = [Look(0, 0, 0), Look(5, 4, 1), Look(2, 1, 90)]
    assert choose(looks) == 1


@given(st.floats(1, 4 * 3600))
def test_candidates_are_spread_inside_the_lesson(duration_s: float) -> None:
    times = candidate_times(duration_s)
    assert list(times) == sorted(times)
    assert duration_s * 0.06 <= times[0] < times[-1] <= duration_s * 0.94


@given(st.integers(1, 8000))
def test_a_grid_holds_every_picture_and_not_too_many(keys: int) -> None:
    layout = grid(keys)
    assert layout.tiles == len(range(0, keys, layout.step))
    assert layout.tiles <= MOST_TILES
    assert layout.columns <= COLUMNS
    per_sheet = layout.columns * layout.rows
    assert (layout.sheets - 1) * per_sheet < layout.tiles <= layout.sheets * per_sheet


@pytest.mark.parametrize(
    ("picture", "tile"),
    [
        ((426, 240), (160, 90)),
        ((240, 426), (90, 160)),  # a phone held upright
        ((1080, 240), (160, 36)),
        ((64, 64), (64, 64)),  # never enlarged
    ],
)
def test_tiles_keep_their_shape(
    picture: tuple[int, int], tile: tuple[int, int]
) -> None:
    assert tile_size(*picture) == tile


BOARD = Storyboard(
    sheets=("sprite-0.jpg", "sprite-1.jpg"),
    interval_s=3600.5,
    tiles=5,
    columns=2,
    rows=2,
    width=160,
    height=90,
    duration_s=14_500.25,
)


def test_the_index_says_where_each_picture_lies() -> None:
    assert vtt(BOARD, lambda name: f"https://s3/{name}?a=1&b=2") == (
        "WEBVTT\n"
        "\n"
        "00:00:00.000 --> 01:00:00.500\n"
        "https://s3/sprite-0.jpg?a=1&b=2#xywh=0,0,160,90\n"
        "\n"
        "01:00:00.500 --> 02:00:01.000\n"
        "https://s3/sprite-0.jpg?a=1&b=2#xywh=160,0,160,90\n"
        "\n"
        "02:00:01.000 --> 03:00:01.500\n"
        "https://s3/sprite-0.jpg?a=1&b=2#xywh=0,90,160,90\n"
        "\n"
        "03:00:01.500 --> 04:00:02.000\n"
        "https://s3/sprite-0.jpg?a=1&b=2#xywh=160,90,160,90\n"
        "\n"
        "04:00:02.000 --> 04:01:40.250\n"
        "https://s3/sprite-1.jpg?a=1&b=2#xywh=0,0,160,90\n"
    )


def test_a_sheet_is_signed_once_for_all_its_pictures() -> None:
    asked: list[str] = []

    def sign(name: str) -> str:
        asked.append(name)
        return name

    vtt(BOARD, sign)
    assert asked == list(BOARD.sheets)


def test_a_storyboard_survives_json() -> None:
    assert Storyboard.from_dict(BOARD.to_dict() | {"newer": 1}) == BOARD


SOURCE = Probe(
    container="mov,mp4",
    size=1,
    duration_s=10.0,
    video_end_s=10.0,
    width=64,
    height=64,
    frame_rate=Fraction(25),
    variable_fps=False,
    video_codec="h264",
    pix_fmt="yuv420p",
    bit_depth=8,
    hdr=False,
    rgb=False,
    interlaced=False,
    rotation=0,
    video_index=0,
    audio_index=None,
    audio_codec=None,
)


def test_a_manifest_without_a_storyboard_can_still_be_read() -> None:
    manifest = Manifest(source=SOURCE, poster="p.jpg", renditions=())
    old = {k: v for k, v in manifest.to_dict().items() if k != "storyboard"}
    assert Manifest.from_dict(old) == manifest
    drawn = Manifest(source=SOURCE, poster="p", renditions=(), storyboard=BOARD)
    assert Manifest.from_dict(drawn.to_dict()) == drawn
