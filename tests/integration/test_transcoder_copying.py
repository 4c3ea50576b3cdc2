"""A conforming source is shown as it is: all its packets, in step, piece by piece."""

from itertools import pairwise
from pathlib import Path

import av
import pytest
import transcoder_media as media
from transcoder_media import AAC, X264, Drawing, draw, ffmpeg

from youke_transcoder import (
    Cancelled,
    Probe,
    TranscodeFailed,
    copying,
    plan,
    probe,
)
from youke_transcoder.conforming import conforms, reasons
from youke_transcoder.model import Piece
from youke_transcoder.normalising import inspected
from youke_transcoder.running import Means

YUV = ("-pix_fmt", "yuv420p")
REORDERED = (*YUV, "-c:v", "libx264", "-preset", "fast", "-g", "60", *AAC)


def copy(
    path: Path, out: Path, source: Probe | None = None
) -> tuple[tuple[Piece, ...], Path]:
    """Repackage a file and join the pieces, byte for byte."""
    recipe = plan(source or probe(path))
    out.mkdir()
    pieces = copying.repackage(path, recipe, out, means=Means())
    assert sorted(each.name for each in out.iterdir()) == [p.path for p in pieces]
    joined = out.with_suffix(".mp4")
    first, *rest = [(out / each.path).read_bytes() for each in pieces]
    header = pieces[0].init.length
    joined.write_bytes(first + b"".join(each[header:] for each in rest))
    return pieces, joined


def packets(path: Path) -> dict[str, list[tuple[float, int]]]:
    """Time and size of every packet by the kind of its stream."""
    found: dict[str, list[tuple[float, int]]] = {"video": [], "audio": []}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.pts is not None:
                time = float(packet.pts * packet.time_base)
                found[packet.stream.type].append((time, packet.size))
    return found


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("phone.mp4", (*YUV, *X264, *AAC)),
        ("editor.mp4", REORDERED),
        ("recorder.mkv", REORDERED),
        ("camera.mov", (*REORDERED, "-ar", "44100", "-ac", "2")),
        ("pieces.mp4", (*REORDERED, "-movflags", "frag_keyframe+empty_moov")),
        ("tv.ts", REORDERED),
        ("flash.flv", (*YUV, *X264, *AAC)),
    ],
)
def test_every_packet_keeps_its_place(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    drawing = Drawing(name=name, seconds=11, sound=11, options=options)
    work = tmp_path / "work"
    work.mkdir()
    path, source = inspected(draw(tmp_path, drawing), work, means=Means())
    assert reasons(source) == ()

    _, joined = copy(path, tmp_path / "out", source)

    before, after = packets(path), packets(joined)
    assert [size for _, size in after["video"]] == [s for _, s in before["video"]]
    shift = after["video"][0][0] - before["video"][0][0]
    for kind in ("video", "audio"):
        moved = [time + shift for time, _ in before[kind]]
        # Matroska counts in thousandths.
        assert [t for t, _ in after[kind]] == pytest.approx(moved, abs=0.0011)
    assert media.play(joined) == 330


def test_pieces_begin_with_key_frames_and_cover_the_lesson(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(seconds=90, sound=90, options=(*YUV, *X264, *AAC)))

    pieces, _ = copy(path, tmp_path / "out")

    assert [round(each.duration_s) for each in pieces] == [12, 60, 18]
    for earlier, later in pairwise(pieces):
        end = earlier.start_s + earlier.duration_s
        assert later.start_s == pytest.approx(end, abs=1e-6)
    for piece in pieces:
        frames = media.play(tmp_path / "out" / piece.path)
        assert frames == round(30 * piece.duration_s)
        assert {each.duration_s for each in piece.segments[:-1]} == {4}
        assert (piece.rendition, piece.width, piece.height) == ("source", 320, 240)
        assert piece.codecs == "avc1.42c00d,mp4a.40.2"


def test_a_lesson_without_sound_is_copied_too(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(seconds=3, sound=None, options=(*YUV, *X264)))
    assert conforms(probe(path))

    pieces, joined = copy(path, tmp_path / "out")

    assert media.play(joined) == 90
    assert [each.codecs for each in pieces] == ["avc1.42c00d"]


@pytest.mark.parametrize(("picture_s", "sound_s"), [(9, 4), (4, 9)])
def test_sound_that_does_not_last_does_not_conform(
    picture_s: float, sound_s: float, tmp_path: Path
) -> None:
    path = draw(tmp_path, Drawing(seconds=picture_s, sound=sound_s))

    assert not probe(path).steady


def test_sound_with_a_hole_or_a_late_start_does_not_conform(tmp_path: Path) -> None:
    flat = draw(tmp_path, Drawing(seconds=6, sound=6))
    hole, late = tmp_path / "hole.mkv", tmp_path / "late.mp4"
    missing = r"noise=drop=between(pts*tb\,1\,3)"
    ffmpeg("-i", flat, "-c", "copy", "-bsf:a", missing, hole)
    maps = ("-map", "0:v", "-map", "1:a", "-c", "copy")
    ffmpeg("-i", flat, "-itsoffset", "0.8", "-i", flat, *maps, late)

    assert probe(flat).steady
    assert not probe(hole).steady
    assert not probe(late).steady


def test_nothing_of_the_sources_metadata_comes_through(tmp_path: Path) -> None:
    options = (*Drawing.options, "-metadata", "title=secret place")
    path = draw(tmp_path, Drawing(options=options))
    assert b"secret place" in path.read_bytes()

    _, joined = copy(path, tmp_path / "out")

    assert b"secret place" not in joined.read_bytes()


def test_what_is_missing_is_noticed(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(seconds=6, sound=6))
    recipe = plan(probe(path))
    shorter = draw(tmp_path, Drawing(name="shorter.mp4", seconds=5, sound=5))
    out = tmp_path / "out"
    out.mkdir()

    with pytest.raises(TranscodeFailed, match="bad_output"):
        copying.repackage(shorter, recipe, out, means=Means())
    assert list(out.iterdir()) == []


def test_a_stopped_copy_leaves_nothing_behind(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(seconds=20, sound=20))
    recipe = plan(probe(path))
    out = tmp_path / "out"
    out.mkdir()

    def refuse(piece: Piece) -> None:
        assert (out / piece.path).exists()
        raise Cancelled

    with pytest.raises(Cancelled):
        copying.repackage(path, recipe, out, means=Means(), on_piece=refuse)
    assert list(out.iterdir()) == []
