"""Fragmented MP4 is read as ffmpeg wrote it, and nothing else is taken for it."""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest
import transcoder_media as media
from transcoder_media import Drawing, draw, ffmpeg

from youke_transcoder import TranscodeFailed
from youke_transcoder.fragments import Reader, cut_piece, grouped, piece_of, read

FRAGMENTED = ("-movflags", "frag_keyframe+delay_moov+default_base_moof+skip_trailer")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven seconds with a key frame every second."""
    directory = tmp_path_factory.mktemp("fragments")
    return draw(directory, Drawing(seconds=7, sound=7))


@pytest.fixture(scope="module")
def picture(source: Path) -> Path:
    path = source.with_name("picture.mp4")
    ffmpeg("-i", source, "-an", "-c", "copy", *FRAGMENTED, path)
    return path


@pytest.fixture(scope="module")
def both(source: Path) -> Path:
    path = source.with_name("both.mp4")
    ffmpeg("-i", source, "-c", "copy", *FRAGMENTED, path)
    return path


def test_fragments_cover_the_file_and_the_time(picture: Path) -> None:
    header, fragments = read(picture)

    assert header.codecs.startswith("avc1.42")
    assert [(each.width, each.height) for each in header.tracks] == [(320, 240)]
    position = header.place.length
    for number, each in enumerate(fragments):
        (run,) = each.runs
        assert each.offset == position
        assert (run.samples, run.keys, run.key) == (30, 1, True)
        assert (run.start_s, run.duration_s) == (number, 1)
        position = each.end
    assert position == picture.stat().st_size


def test_the_first_sample_is_where_a_demuxer_finds_it(picture: Path) -> None:
    _, fragments = read(picture)

    with av.open(str(picture)) as container:
        packets = [
            (packet.pos, packet.size)
            for packet in container.demux(video=0)
            if packet.is_keyframe and packet.pos is not None
        ]

    ends = [each.offset + each.first_length for each in fragments]
    assert ends == [place + size for place, size in packets]


def test_sound_and_picture_in_one_fragment_are_told_apart(both: Path) -> None:
    header, fragments = read(both)

    assert header.codecs.endswith(",mp4a.40.2")
    assert [run.track.kind for run in fragments[0].runs] == ["vide", "soun"]
    for kind in ("vide", "soun"):
        runs = [
            run for each in fragments for run in each.runs if run.track.kind == kind
        ]
        for earlier, later in pairwise(runs):
            assert later.decode_time == earlier.decode_time + earlier.duration


def test_a_growing_file_gives_each_fragment_once(picture: Path, tmp_path: Path) -> None:
    content = picture.read_bytes()
    _, expected = read(picture)
    growing = tmp_path / "growing.mp4"
    growing.touch()
    found = []

    with growing.open("rb") as file, growing.open("ab") as writer:
        reader = Reader(file)
        for start in range(0, len(content), 3000):
            writer.write(content[start : start + 3000])
            writer.flush()
            new = list(reader.more())
            assert all(each.end <= start + 3000 for each in new)
            found += new
        assert reader.ended

    assert tuple(found) == expected


def test_pieces_make_the_file_again(picture: Path, tmp_path: Path) -> None:
    header, fragments = read(picture)
    groups = list(grouped(fragments, 3))

    with picture.open("rb") as file:
        pieces = [
            cut_piece(file, header, [group], to=tmp_path / f"240p-{number}.mp4")
            for number, group in enumerate(groups)
        ]

    joined = header.place.length
    content = picture.read_bytes()[:joined]
    for number, piece in enumerate(pieces):
        stored = (tmp_path / piece.path).read_bytes()
        assert piece == piece_of(tmp_path / piece.path, "240p", number, per_segment=3)
        assert hashlib.sha256(stored).hexdigest() == piece.sha256
        assert media.play(tmp_path / piece.path) == 30 * len(groups[number])
        content += stored[piece.init.length :]
    assert content == picture.read_bytes()
    assert [piece.start_s for piece in pieces] == [0, 3, 6]
    assert [piece.duration_s for piece in pieces] == [3, 3, 1]


@pytest.mark.parametrize(
    "options",
    [
        ("-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", "log-level=error"),
        ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1"),
    ],
    ids=["hevc", "av1"],
)
def test_other_codecs_are_named_too(options: tuple[str, ...], tmp_path: Path) -> None:
    source = draw(tmp_path, Drawing(name="a.mp4", sound=None, seconds=1))
    path = tmp_path / "other.mp4"
    ffmpeg("-i", source, *options, "-pix_fmt", "yuv420p", *FRAGMENTED, path)

    header, _ = read(path)

    # Main profile at level 2, the smallest that 320 x 240 at 30 frames a second fit.
    assert header.codecs in {"hvc1.1.6.L60.90", "av01.0.00M.08"}


def cut(content: bytes) -> bytes:
    return content[:-100]


def without_header(content: bytes) -> bytes:
    return content[content.find(b"moof") - 4 :]


def more_samples_than_room(content: bytes) -> bytes:
    place = content.find(b"trun") + 8
    return content[:place] + b"\xff\xff\xff\xff" + content[place + 4 :]


def sample_beyond_its_fragment(content: bytes) -> bytes:
    place = content.find(b"trun") + 12
    return content[:place] + b"\x00\xff\xff\xff" + content[place + 4 :]


def box_too_long_for_its_parent(content: bytes) -> bytes:
    place = content.find(b"traf") - 4
    return content[:place] + b"\x00\xff\xff\xff" + content[place + 4 :]


def box_of_no_length(content: bytes) -> bytes:
    place = content.find(b"moof") - 4
    return content[:place] + b"\0\0\0\1" + b"moof" + bytes(8) + content[place + 16 :]


def strange_track(content: bytes) -> bytes:
    place = content.find(b"tfhd") + 8
    return content[:place] + b"\0\0\0\7" + content[place + 4 :]


@pytest.mark.parametrize(
    "spoil",
    [
        cut,
        without_header,
        more_samples_than_room,
        sample_beyond_its_fragment,
        box_too_long_for_its_parent,
        box_of_no_length,
        strange_track,
        lambda _: b"",
    ],
)
def test_a_spoilt_file_is_refused(
    spoil: Callable[[bytes], bytes], picture: Path, tmp_path: Path
) -> None:
    path = tmp_path / "spoilt.mp4"
    path.write_bytes(spoil(picture.read_bytes()))

    with pytest.raises(TranscodeFailed, match="bad_output"):
        read(path)
