"""Playlists that grow: what is there is listed from the start, without a gap."""

from fractions import Fraction

import m3u8
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youke_transcoder.model import ByteRange, Piece, Segment
from youke_transcoder.playlists import (
    covered,
    growing_playlist,
    mixed,
    preferences,
    reach_s,
)

HEIGHTS = {"240p": 240, "360p": 360, "720p": 720, "1080p": 1080}
CHUNK_S, SEGMENT_S = 12, 6
CHUNKS = range(5)


def piece(rendition: str, index: int, *, start_s: float, lengths: list[float]) -> Piece:
    return Piece(
        rendition=rendition,
        index=index,
        path=f"{rendition}-{index}.mp4",
        start_s=start_s,
        width=None,
        height=None,
        codecs="avc1.64001e",
        init=ByteRange(0, 700),
        segments=tuple(
            Segment(seconds, 700 + 100 * number, 100)
            for number, seconds in enumerate(lengths)
        ),
        size=700 + 100 * len(lengths),
        sha256="0" * 64,
    )


def chunk(rendition: str, index: int) -> Piece:
    lengths = [float(SEGMENT_S)] * (CHUNK_S // SEGMENT_S)
    return piece(rendition, index, start_s=CHUNK_S * index, lengths=lengths)


def named(each: Piece) -> str:
    return f"https://s3/{each.path}?sign=x"


def names(pieces: tuple[Piece, ...]) -> list[str]:
    return [each.path.removesuffix(".mp4") for each in pieces]


def test_the_own_piece_is_best_then_lower_ones_then_the_least_higher() -> None:
    assert preferences(HEIGHTS, "720p") == ["720p", "360p", "240p", "1080p"]
    assert preferences(HEIGHTS, "240p") == ["240p", "360p", "720p", "1080p"]


def test_what_a_rung_lacks_is_taken_from_the_best_lower_one() -> None:
    landed = [
        *(chunk("240p", index) for index in CHUNKS),
        *(chunk("360p", index) for index in (0, 1, 3)),
        *(chunk("720p", index) for index in (1, 3)),
    ]

    best = ["360p-0", "720p-1", "240p-2", "720p-3", "240p-4"]
    assert names(mixed(landed, HEIGHTS, "720p")) == best
    assert names(mixed(landed, HEIGHTS, "1080p")) == best
    lowest = ["240p-0", "240p-1", "240p-2", "240p-3", "240p-4"]
    assert names(mixed(landed, HEIGHTS, "240p")) == lowest


@given(
    st.sets(st.tuples(st.sampled_from(list(HEIGHTS)), st.sampled_from(CHUNKS))),
    st.sampled_from(list(HEIGHTS)),
)
def test_every_rung_reaches_as_far_and_each_chunk_is_the_best_there_is(
    landed: set[tuple[str, int]], wanted: str
) -> None:
    chosen = mixed([chunk(*each) for each in landed], HEIGHTS, wanted)

    there = {index for _, index in landed}
    reach = next((index for index in range(len(CHUNKS) + 1) if index not in there), 0)
    assert [each.index for each in chosen] == list(range(reach))
    for each in chosen:
        rivals = {name for name, index in landed if index == each.index}
        lower = [name for name in rivals if HEIGHTS[name] <= HEIGHTS[wanted]]
        best = max(lower, key=HEIGHTS.__getitem__, default=None)
        assert each.rendition == (best or min(rivals, key=HEIGHTS.__getitem__))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(HEIGHTS)), st.sampled_from(CHUNKS))),
    st.sampled_from(list(HEIGHTS)),
)
def test_a_playlist_only_ever_grows_by_segments_at_its_end(
    landing: list[tuple[str, int]], wanted: str
) -> None:
    before: list[float | None] = []
    for number in range(len(landing) + 1):
        there = [chunk(*each) for each in landing[:number]]
        text = growing_playlist(
            mixed(there, HEIGHTS, wanted), named, complete=False, target_s=SEGMENT_S
        )
        parsed = m3u8.loads(text)
        now = [each.duration for each in parsed.segments]
        assert now[: len(before)] == before
        assert parsed.media_sequence == 0
        assert parsed.target_duration == SEGMENT_S
        before = now


def test_a_header_is_named_wherever_the_file_changes() -> None:
    pieces = (chunk("360p", 0), chunk("720p", 1), chunk("720p", 2))
    parsed = m3u8.loads(growing_playlist(pieces, named, complete=False))

    assert parsed.playlist_type == "event"
    assert not parsed.is_endlist
    assert parsed.start.time_offset == 0
    files = []
    for each in parsed.segments:
        assert each.init_section
        assert each.init_section.uri == each.uri
        assert each.init_section.byterange == "700@0"
        files.append(str(each.uri).removeprefix("https://s3/"))
    expected = ["360p-0", "360p-0", "720p-1", "720p-1", "720p-2", "720p-2"]
    assert files == [f"{each}.mp4?sign=x" for each in expected]


def test_it_ends_once_nothing_is_added() -> None:
    text = growing_playlist((chunk("360p", 0),), named, complete=True)

    assert m3u8.loads(text).is_endlist


def test_the_final_sound_takes_the_place_of_the_first_seconds() -> None:
    opening = piece("audio", 0, start_s=0, lengths=[6.016, 6.005])
    final = [
        piece("audio", 0, start_s=0, lengths=[6.016] * 10),
        piece("audio", 1, start_s=60.16, lengths=[6.016] * 10),
    ]

    assert covered([], [opening]) == (opening,)
    assert covered(final[:1], [opening]) == (final[0],)
    assert covered(final, [opening]) == tuple(final)
    assert covered(final[1:], [opening]) == (opening,)


def test_the_picture_waits_for_its_sound() -> None:
    picture = [chunk("360p", index) for index in CHUNKS]
    sound = [piece("audio", 0, start_s=0, lengths=[6.016, 6.016, 6.016])]
    text = growing_playlist(picture, named, complete=False, until_s=reach_s(sound))

    assert len(m3u8.loads(text).segments) == len(sound[0].segments)


def test_times_of_any_rate_are_on_the_grid_of_all_rungs() -> None:
    # 90 groups of 60 frames at 29.97: thirds of a millisecond add up.
    length = float(Fraction(180 * 1001, 30_000))
    pieces = [
        piece(name, index, start_s=index * 2 * length, lengths=[length, length])
        for index in range(200)
        for name in (("240p",) if index % 2 else ("240p", "720p"))
    ]

    chosen = mixed(pieces, HEIGHTS, "720p")
    assert len(chosen) == 200
    assert reach_s(chosen) == pytest.approx(400 * length)
