"""Posters, storyboards and key-frame indexes of renditions, looked at by ffmpeg."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from transcoder_media import ffmpeg, play

from youke_transcoder import Cancelled, FailureCode, Rendition, TranscodeFailed
from youke_transcoder.fragments import read
from youke_transcoder.iframes import i_frames
from youke_transcoder.posters import make_poster
from youke_transcoder.running import Means
from youke_transcoder.storyboard import make_storyboard, vtt

#: As the engine writes a rung: two-second groups of pictures, one in each fragment.
RUNG = (
    *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "2"),
    *("-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-flags:v", "+cgop"),
    "-movflags",
    "frag_keyframe+delay_moov+default_base_moof+frag_discont+negative_cts_offsets",
)


def draw_scenes(path: Path, *scenes: str) -> Path:
    """Join scenes, each a filter chain of ffmpeg, into one rendition at 25 frames/s."""
    inputs = [part for each in scenes for part in ("-f", "lavfi", "-i", each)]
    joined = f"concat=n={len(scenes)},format=yuv420p"
    ffmpeg(*inputs, "-filter_complex", joined, *RUNG, path)
    return path


def rendition(path: Path, seconds: float, size: tuple[int, int]) -> Rendition:
    header, fragments = read(path)
    return Rendition(
        name=path.stem,
        profiles=("web",),
        kind="video",
        container="fmp4",
        path=path.name,
        width=size[0],
        height=size[1],
        fps=25.0,
        codecs=header.codecs,
        bandwidth=1,
        average_bandwidth=1,
        size=path.stat().st_size,
        sha256="",
        duration_s=seconds,
        init=header.place,
        segments=(),
        i_frames=i_frames(fragments),
    )


def picture(path: Path) -> NDArray[np.uint8]:
    """The first picture of a file, rows by columns by red, green, blue."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


def files(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def steps(seconds: int, size: str = "320x180") -> str:
    """A grey picture that becomes lighter by six levels every two seconds."""
    return (
        f"color=black:s={size}:r=25:d={seconds},geq=lum='40+6*floor(T/2)':cb=128:cr=128"
    )


# The sharp scene is green, so that the poster's colour says where it comes from.
BLACK = "color=black:s=640x360:r=25:d=16"
WHITE = "color=white:s=640x360:r=25:d=16"
BLURRED = "testsrc2=s=640x360:r=25:d=12,hue=s=0,gblur=12"
SHARP = "testsrc2=s=640x360:r=25:d=6,hue=s=0,colorchannelmixer=rr=0.4:gg=1:bb=0.4"


@pytest.mark.parametrize(
    "scenes",
    [(BLACK, BLURRED, SHARP, WHITE), (SHARP.replace("d=6", "d=9"), BLURRED, BLACK)],
    ids=["late", "early"],
)
def test_the_poster_is_the_sharpest_picture_and_nothing_else_is_left(
    tmp_path: Path, scenes: Sequence[str]
) -> None:
    file = draw_scenes(tmp_path / "360p.mp4", *scenes)
    with av.open(str(file)) as container:
        seconds = float((container.duration or 0) / 1_000_000)

    name = make_poster(file, seconds, tmp_path, Means())

    poster = picture(tmp_path / name).astype(int)
    assert poster.shape == (360, 640, 3)
    red, green, blue = poster.mean(axis=(0, 1))
    assert green > 1.3 * red
    assert green > 1.3 * blue
    assert files(tmp_path) == {"360p.mp4", "poster.jpg"}


def test_a_lesson_of_one_second_has_a_poster(tmp_path: Path) -> None:
    fading = "testsrc2=s=320x180:r=25:d=1,fade=d=0.5"
    file = draw_scenes(tmp_path / "180p.mp4", fading)
    make_poster(file, 1.0, tmp_path, Means())
    assert picture(tmp_path / "poster.jpg").mean() > 60


def test_a_large_picture_is_made_small_enough_for_a_poster(tmp_path: Path) -> None:
    file = draw_scenes(tmp_path / "big.mp4", "testsrc2=s=1080x1920:r=25:d=2")
    make_poster(file, 2.0, tmp_path, Means())
    height, width, _ = picture(tmp_path / "poster.jpg").shape
    assert (width, height) == (406, 720)


def test_a_black_lesson_still_has_a_poster(tmp_path: Path) -> None:
    file = draw_scenes(tmp_path / "black.mp4", "color=black:s=64x64:r=25:d=2")
    assert make_poster(file, 2.0, tmp_path, Means()) == "poster.jpg"


def test_what_is_no_video_gives_no_poster(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"\0" * 4096)
    with pytest.raises(TranscodeFailed) as caught:
        make_poster(tmp_path / "no.mp4", 60.0, tmp_path, Means())
    assert caught.value.code == FailureCode.ENCODER_FAILED
    assert files(tmp_path) == {"no.mp4"}


def test_drawing_stops_when_it_is_told_to(tmp_path: Path) -> None:
    file = draw_scenes(tmp_path / "180p.mp4", steps(60))
    means = Means(should_stop=lambda: True)
    with pytest.raises(Cancelled):
        make_poster(file, 60.0, tmp_path, means)
    board = rendition(file, 60.0, (320, 180))
    with pytest.raises(Cancelled):
        make_storyboard(board, tmp_path, means, gop_s=2.0)
    assert files(tmp_path) == {"180p.mp4"}


def test_every_tile_shows_the_moment_that_its_cue_names(tmp_path: Path) -> None:
    file = draw_scenes(tmp_path / "180p.mp4", steps(53))

    board = make_storyboard(
        rendition(file, 53.0, (320, 180)), tmp_path, Means(), gop_s=2.0
    )

    assert board.tiles == 27
    sheet = picture(tmp_path / board.sheets[0])[:, :, 0]
    assert sheet.shape == (3 * 90, 10 * 160)
    blocks = vtt(board, str).split("\n\n")[1:]
    assert len(blocks) == 27
    for number, block in enumerate(blocks):
        times, address = block.strip().splitlines()
        assert times.startswith(f"00:00:{2 * number:02}.000 --> ")
        x, y, width, height = map(int, address.split("xywh=")[1].split(","))
        tile = sheet[y : y + height, x : x + width]
        level = (40 + 6 * number - 16) * 255 / 219  # from the tv range to the full one
        assert tile[8:-8, 8:-8].mean() == pytest.approx(level, abs=3)
    assert blocks[-1].startswith("00:00:52.000 --> 00:00:53.000")


def test_a_long_lesson_gets_fewer_pictures_on_more_sheets(tmp_path: Path) -> None:
    short = draw_scenes(tmp_path / "short.mp4", steps(2, "64x36"))
    file = tmp_path / "long.mp4"
    copy = ("-c", "copy", *RUNG[-2:])
    ffmpeg("-stream_loop", "449", "-i", short, *copy, file)
    short.unlink()

    board = make_storyboard(
        rendition(file, 900.0, (64, 36)), tmp_path, Means(), gop_s=2.0
    )

    assert (board.tiles, board.interval_s) == (150, 6.0)
    assert board.sheets == ("sprite-0.jpg", "sprite-1.jpg")
    assert files(tmp_path) == {"long.mp4", *board.sheets}


def test_a_broken_rendition_leaves_no_half_storyboard(tmp_path: Path) -> None:
    file = draw_scenes(tmp_path / "180p.mp4", steps(10))
    whole = rendition(file, 10.0, (320, 180))
    file.write_bytes(b"\0" * 4096)
    with pytest.raises(TranscodeFailed):
        make_storyboard(whole, tmp_path, Means(), gop_s=2.0)
    assert files(tmp_path) == {"180p.mp4"}


def test_each_indexed_range_is_one_picture_that_decodes(tmp_path: Path) -> None:
    file = draw_scenes(tmp_path / "180p.mp4", "testsrc2=s=320x180:r=25:d=9")
    content = file.read_bytes()
    indexed = rendition(file, 9.0, (320, 180))
    assert indexed.init is not None

    assert [each.duration_s for each in indexed.i_frames] == [2.0, 2.0, 2.0, 2.0, 1.0]
    header = content[: indexed.init.length]
    for number, each in enumerate(indexed.i_frames):
        alone = tmp_path / f"{number}.mp4"
        alone.write_bytes(header + content[each.offset : each.offset + each.length])
        one = tmp_path / f"{number}.png"
        ffmpeg("-err_detect", "explode", "-i", alone, one)
        expected = tmp_path / "expected.png"
        ffmpeg("-ss", str(2 * number), "-i", file, "-frames:v", "1", expected)
        assert np.array_equal(picture(one), picture(expected))
    assert play(file) == 225


def test_a_fragment_that_does_not_begin_with_a_key_frame_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "other.mp4"
    by_time = ("-frag_duration", "500000", "-movflags", "default_base_moof+empty_moov")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=r=25:d=4", *RUNG[:-2], *by_time, path)
    with pytest.raises(TranscodeFailed):
        i_frames(read(path)[1])
