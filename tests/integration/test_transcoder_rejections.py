"""Files that cannot become a lesson are told so with a code, and do no harm."""

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import transcoder_media as media
from transcoder_media import Drawing, draw, ffmpeg

from youke_transcoder import Limits, Rejected, TranscodeFailed, probe


def half(path: Path) -> Path:
    """The file, cut in the middle."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def text(directory: Path) -> Path:
    path = directory / "text.mp4"
    path.write_text("This is not a film.\n" * 50)
    return path


def empty(directory: Path) -> Path:
    path = directory / "empty.mp4"
    path.touch()
    return path


def noise(directory: Path) -> Path:
    path = directory / "noise.mp4"
    path.write_bytes(hashlib.shake_256(b"noise").digest(4096))
    return path


def cut_with_index_behind(directory: Path) -> Path:
    return half(draw(directory, Drawing(seconds=4, sound=4)))


def cut_with_index_in_front(directory: Path) -> Path:
    options = (*Drawing.options, "-movflags", "+faststart")
    return half(draw(directory, Drawing(seconds=4, sound=4, options=options)))


def last_bytes_missing(directory: Path) -> Path:
    options = (*Drawing.options, "-movflags", "+faststart")
    path = draw(directory, Drawing(options=options))
    path.write_bytes(path.read_bytes()[:-200])
    return path


def cut_matroska(directory: Path) -> Path:
    return half(draw(directory, Drawing(name="a.mkv", seconds=4, sound=4)))


def broken_index(directory: Path) -> Path:
    path = draw(directory, Drawing())
    content = bytearray(path.read_bytes())
    start = content.find(b"trak")
    content[start : start + 4] = b"xxxx"
    second = content.find(b"trak")
    content[second : second + 4] = b"xxxx"
    path.write_bytes(content)
    return path


def one_frame(directory: Path) -> Path:
    return draw(directory, Drawing(options=("-frames:v", "1", *media.X264)))


def tiny(directory: Path) -> Path:
    return draw(directory, Drawing(size="32x32", sound=None))


def very_long(directory: Path) -> Path:
    path = directory / "long.mp4"
    picture = ("-f", "lavfi", "-i", "color=black:s=64x64:r=1/60:d=36000")
    ffmpeg(*picture, *media.X264, path)
    return path


def pixel_bomb(directory: Path) -> Path:
    path = directory / "bomb.mp4"
    picture = ("-f", "lavfi", "-i", "color=black:s=16384x4096:r=1:d=1")
    ffmpeg(*picture, "-frames:v", "1", *media.X264, path)
    return path


def sound_only(directory: Path) -> Path:
    path = directory / "sound.m4a"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=2", *media.AAC, path)
    return path


def rare_codec(directory: Path) -> Path:
    options = ("-c:v", "magicyuv")
    return draw(directory, Drawing(name="a.avi", sound=None, options=options))


def picture_file(directory: Path) -> Path:
    path = directory / "picture.mp4"
    ffmpeg(*("-f", "lavfi", "-i", "testsrc2", "-frames:v", "1", "-f", "apng"), path)
    return path


CASES: list[tuple[Callable[[Path], Path], str]] = [
    (text, "unsupported_format"),
    (empty, "empty_file"),
    (noise, "unsupported_format"),
    (picture_file, "unsupported_format"),
    (cut_with_index_behind, "truncated"),
    (cut_with_index_in_front, "truncated"),
    (last_bytes_missing, "truncated"),
    (cut_matroska, "truncated"),
    (one_frame, "too_short"),
    (tiny, "too_small"),
    (very_long, "too_long"),
    (pixel_bomb, "too_large_pixels"),
    (sound_only, "no_video"),
    (rare_codec, "unsupported_codec"),
    (broken_index, "no_video"),
]


@pytest.mark.parametrize(
    ("make", "code"), CASES, ids=[make.__name__ for make, _ in CASES]
)
def test_a_bad_file_is_rejected_with_its_code(
    make: Callable[[Path], Path], code: str, tmp_path: Path
) -> None:
    with pytest.raises(Rejected) as caught:
        probe(make(tmp_path))
    assert caught.value.code == code
    assert str(tmp_path) not in caught.value.detail


def test_half_a_file_is_noticed_by_its_packets_alone(tmp_path: Path) -> None:
    """The boxes are mended so that only the times of the packets can tell."""
    path = cut_with_index_in_front(tmp_path)
    content = bytearray(path.read_bytes())
    place = content.find(b"mdat") - 4
    content[place : place + 4] = (len(content) - place).to_bytes(4, "big")
    path.write_bytes(content)

    with pytest.raises(Rejected, match=r"says 4\.0 s, holds") as caught:
        probe(path)
    assert caught.value.code == "truncated"


HLS = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"
CONCAT = "ffconcat version 1.0\nfile '{}'\n"


@pytest.mark.parametrize("playlist", [HLS, CONCAT], ids=["hls", "concat"])
@pytest.mark.parametrize("address", ["file:{directory}/other.ts", "other.ts"])
def test_a_playlist_named_mp4_does_not_open_the_file_it_names(
    playlist: str, address: str, tmp_path: Path
) -> None:
    # Whoever opens a pipe that nobody writes to waits for ever.
    other = tmp_path / "other.ts"
    os.mkfifo(other)
    path = tmp_path / "lesson.mp4"
    path.write_text(playlist.format(address.format(directory=tmp_path)))

    with pytest.raises(Rejected) as caught:
        probe(path, Limits(probe_timeout_s=60))
    assert caught.value.code == "unsupported_format"


def test_a_playlist_does_not_reach_the_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        port = listener.getsockname()[1]
        path = tmp_path / "lesson.mp4"
        path.write_text(HLS.format(f"http://127.0.0.1:{port}/a.ts"))

        with pytest.raises(Rejected):
            probe(path)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_name_that_looks_like_a_protocol_is_only_a_name(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing())
    odd = path.rename(tmp_path / "concat:a|b%d.mp4")

    assert probe(odd).width == 320


def test_a_probe_that_does_not_come_back_is_given_up(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing())

    with pytest.raises(TranscodeFailed) as caught:
        probe(path, Limits(probe_timeout_s=0))
    assert caught.value.code == "probe_timeout"


def test_a_file_above_the_size_limit_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        probe(text(tmp_path), Limits(max_bytes=10))
    assert caught.value.code == "too_large"
