"""A source in chunks gives every frame once, at its place, whatever the source is."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import transcoder_media as media
from numbered_media import SECONDS, SOURCES, X264, draw, frames, numbers

from youke_transcoder import (
    Cancelled,
    Chunk,
    FailureCode,
    Means,
    Piece,
    Recipe,
    TranscodeFailed,
    in_one_piece,
    plan,
    probe,
    transcode,
)
from youke_transcoder.assembling import assemble
from youke_transcoder.chunks import encode_chunk, open_chunk
from youke_transcoder.joining import join
from youke_transcoder.normalising import inspected
from youke_transcoder.sound import encode_sound


def encoded(path: Path, recipe: Recipe, out: Path) -> list[Piece]:
    out.mkdir(exist_ok=True)
    pieces: list[Piece] = []
    for chunk in recipe.chunks:
        rungs = recipe.rungs
        pieces += encode_chunk(path, recipe, chunk, out, rungs=rungs, means=Means())
    return pieces


def joined(pieces: list[Piece], name: str, directory: Path) -> Path:
    chosen = [each for each in pieces if each.rendition == name]
    return join(chosen, directory, directory / f"{name}.mp4").path


@pytest.mark.parametrize("kind", SOURCES)
def test_chunks_join_without_losing_or_doubling_a_picture(
    kind: str, tmp_path: Path
) -> None:
    drawn = draw(tmp_path, SOURCES[kind])
    source, facts = inspected(drawn, tmp_path, means=Means())
    recipe = plan(facts)

    pieces = encoded(source, recipe, tmp_path / "chunks")

    assert len(recipe.chunks) >= 2
    path = joined(pieces, "136p", tmp_path / "chunks")
    found = numbers(path)
    if SOURCES[kind].select == "1":
        # Where the sound has its packet of priming, it begins before the picture.
        late = found.count(0) - 1
        assert late <= 2
        assert found == [*[0] * late, *range(recipe.frames - late)]
    else:
        whole = encoded(source, in_one_piece(recipe), tmp_path / "whole")
        assert found == numbers(joined(whole, "136p", tmp_path / "whole"))
    _check_grid(path, recipe)


def _check_grid(path: Path, recipe: Recipe) -> None:
    """Times go on by one frame each; key frames stand every two seconds."""
    with av.open(str(path)) as container:
        packets = [each for each in container.demux(video=0) if each.pts is not None]
    times = sorted(map(_time, packets))
    assert times[0] * recipe.frame_rate == 2
    assert {later - sooner for sooner, later in pairwise(times)} == {
        1 / recipe.frame_rate
    }
    keys = [_time(each) for each in packets if each.is_keyframe]
    frames = [(key - times[0]) * recipe.frame_rate for key in keys]
    assert frames == list(range(0, recipe.frames, recipe.gop))
    media.play(path)


def _time(packet: av.Packet) -> Fraction:
    assert packet.pts is not None
    return packet.pts * packet.time_base


def test_the_last_picture_stays_while_the_sound_goes_on(tmp_path: Path) -> None:
    short = draw(tmp_path, SOURCES["B pictures"], seconds=20)
    source = tmp_path / "longer.mp4"
    media.ffmpeg(
        *("-i", short, "-f", "lavfi", "-i", f"sine=300:d={SECONDS}"),
        *("-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", source),
    )
    recipe = plan(probe(source))

    pieces = encoded(source, recipe, tmp_path / "out")

    found = numbers(joined(pieces, "136p", tmp_path / "out"))
    assert len(recipe.chunks) >= 2
    assert found == [*range(500), *[499] * (recipe.frames - 500)]


def test_the_opening_is_the_beginning_of_the_final_rungs(tmp_path: Path) -> None:
    source = draw(tmp_path, SOURCES["B pictures"], size="854:480")
    recipe = plan(probe(source), ("web", "mobile"))
    rest = tmp_path / "rest"
    rest.mkdir()

    opening = open_chunk(source, recipe, rest, means=Means())
    later = [
        piece
        for chunk in recipe.chunks[1:]
        for piece in encode_chunk(
            source, recipe, chunk, rest, rungs=recipe.rungs, means=Means()
        )
    ]

    assert [each.rendition for each in opening] == ["360p", "240p", "audio"]
    pictures = [*opening[:-1], *later]
    assert numbers(joined(pictures, "240p", rest)) == list(range(recipe.frames))
    assert opening[0].duration_s == pytest.approx(12, abs=0.01)
    assert opening[-1].duration_s == pytest.approx(12, abs=0.1)


def lies(recipe: Recipe) -> Recipe:
    """Say of the second chunk that it begins at a key frame behind its start."""
    second = recipe.chunks[1]
    false = replace(second, seek_s=second.seek_s + 5)
    return replace(recipe, chunks=(recipe.chunks[0], false, *recipe.chunks[2:]))


def test_a_seek_that_lands_late_is_noticed(tmp_path: Path) -> None:
    source = draw(tmp_path, SOURCES["B pictures"])
    recipe = lies(plan(probe(source)))
    out = tmp_path / "out"

    with pytest.raises(TranscodeFailed) as failed:
        encoded(source, recipe, out)

    assert failed.value.code is FailureCode.BAD_SEEK
    assert [each.name for each in out.iterdir()] == ["136p-00000.mp4"]


def test_a_source_that_cannot_be_cut_after_all_is_encoded_in_one_piece(
    tmp_path: Path,
) -> None:
    source = draw(tmp_path, SOURCES["B pictures"])
    recipe = lies(plan(probe(source)))
    shares: list[float] = []

    manifest = transcode(source, tmp_path / "out", recipe, on_progress=shares.append)

    path = tmp_path / "out" / manifest.renditions[-2].path
    assert numbers(path) == list(range(recipe.frames))
    assert shares == sorted(shares)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recipe, Path, list[Piece]]:
    """All pieces of one lesson with flashes and beeps around its cuts."""
    directory = tmp_path_factory.mktemp("parts")
    source = directory / "source.mp4"
    at = "+".join(f"between(t,{each},{each}+0.2)" for each in FLASHES_S)
    media.ffmpeg(
        *("-f", "lavfi", "-i", f"color=black:s=1280x720:r=25:d={SECONDS}"),
        *(
            "-f",
            "lavfi",
            "-i",
            f"aevalsrc='0.5*sin(2*PI*900*t)*({at})':s=44100:d={SECONDS}",
        ),
        *("-vf", f"negate=enable='{at}',format=yuv420p"),
        *(*X264, "-bf", "3", "-g", "55", "-c:a", "aac", source),
    )
    recipe = plan(probe(source))
    pieces = encoded(source, recipe, directory)
    pieces += encode_sound(source, recipe, directory, means=Means())
    return recipe, directory, pieces


FLASHES_S = (0.6, 11.72, 12.2, 17.88, 25.4)
Parts = tuple[Recipe, Path, list[Piece]]


def test_sound_and_picture_stay_together_over_all_joins(
    parts: Parts, tmp_path: Path
) -> None:
    recipe, directory, pieces = parts

    manifest = assemble(pieces, recipe, directory, tmp_path, means=Means())

    paths = {each.name: tmp_path / each.path for each in manifest.renditions}
    assert len(recipe.chunks) >= 2
    for picture, sound in (
        ("720p", "audio"),
        ("240p", "audio"),
        ("tv-720p", "tv-720p"),
    ):
        flashes, beeps = _flashes(paths[picture]), _beeps(paths[sound])
        assert len(flashes) == len(beeps) == len(FLASHES_S)
        for flash, beep in zip(flashes, beeps, strict=True):
            assert abs(flash - beep) <= 0.040
        first = flashes[0] - FLASHES_S[0]
        for flash, drawn in zip(flashes, FLASHES_S, strict=True):
            assert flash - drawn == pytest.approx(first, abs=0.001)


def _flashes(path: Path) -> list[float]:
    bright = [
        (float(each.time or 0), each.to_ndarray(format="gray").mean() > 128)
        for each in frames(path)
    ]
    return [time for (_, before), (time, now) in pairwise(bright) if now and not before]


def _beeps(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    times = np.concatenate(
        [float(each.time or 0) + np.arange(each.samples) / 48_000 for each in frames]
    )
    loud = times[abs(np.concatenate([each.to_ndarray()[0] for each in frames])) > 0.02]
    return [float(loud[0]), *(float(b) for a, b in pairwise(loud) if b - a > 0.1)]


def test_the_segments_of_all_rungs_share_one_grid(parts: Parts, tmp_path: Path) -> None:
    recipe, directory, pieces = parts

    manifest = assemble(pieces, recipe, directory, tmp_path, means=Means())

    grids = {
        each.name: [round(segment.duration_s, 3) for segment in each.segments]
        for each in manifest.renditions
        if each.kind == "video"
    }
    assert grids["720p"] == [6, 6, 6, 6, 2]
    assert all(grid == grids["720p"] for grid in grids.values())


def without_one(pieces: list[Piece]) -> list[Piece]:
    return [each for each in pieces if (each.rendition, each.index) != ("480p", 1)]


def renumbered(pieces: list[Piece]) -> list[Piece]:
    return [
        replace(each, start_s=each.start_s + 6)
        if (each.rendition, each.index) == ("480p", 1)
        else each
        for each in pieces
    ]


@pytest.mark.parametrize("change", [without_one, renumbered])
def test_pieces_that_do_not_make_a_whole_are_refused(
    change: Callable[[list[Piece]], list[Piece]], parts: Parts, tmp_path: Path
) -> None:
    recipe, directory, pieces = parts

    with pytest.raises(TranscodeFailed, match="480p"):
        assemble(change(pieces), recipe, directory, tmp_path, means=Means())

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", [400, -400])
def test_a_piece_with_one_other_byte_is_refused(
    place: int, parts: Parts, tmp_path: Path
) -> None:
    recipe, directory, pieces = parts
    here = tmp_path / "here"
    out = tmp_path / "out"
    here.mkdir()
    out.mkdir()
    for each in pieces:
        (here / each.path).write_bytes((directory / each.path).read_bytes())
    bad = here / "240p-00001.mp4"
    content = bytearray(bad.read_bytes())
    content[place] ^= 1
    bad.write_bytes(content)

    with pytest.raises(TranscodeFailed, match="240p-00001"):
        assemble(pieces, recipe, here, out, means=Means())

    assert list(out.iterdir()) == []


def test_a_chunk_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    source = draw(tmp_path, SOURCES["B pictures"])
    recipe = plan(probe(source))
    out = tmp_path / "out"
    out.mkdir()
    chunk: Chunk = recipe.chunks[1]

    with pytest.raises(Cancelled):
        encode_chunk(
            source,
            recipe,
            chunk,
            out,
            rungs=recipe.rungs,
            means=Means(should_stop=lambda: True),
        )

    assert list(out.iterdir()) == []


def test_a_chunk_tells_its_progress_from_zero_to_one(tmp_path: Path) -> None:
    source = draw(tmp_path, SOURCES["B pictures"])
    recipe = plan(probe(source))
    shares: list[float] = []

    encode_chunk(
        source,
        recipe,
        recipe.chunks[1],
        tmp_path,
        rungs=recipe.rungs,
        means=Means(on_progress=shares.append),
    )

    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] == 1
