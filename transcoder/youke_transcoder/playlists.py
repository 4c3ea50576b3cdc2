"""HLS playlists (RFC 8216) of stored renditions, as pure text.

The process that serves playback imports this module, so it needs nothing but `model`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from youke_transcoder.model import Rendition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from youke_transcoder.model import ByteRange, Piece, Segment

#: EXT-X-MAP outside I-frame playlists needs 6, byte ranges 4 (RFC 8216 section 7).
VERSIONS = {"fmp4": 7, "mpegts": 4}
#: Name of the group with the sound of all pictures that are stored without.
SOUND = "sound"
#: Name of the group with the captions.
CAPTIONS = "captions"
#: How RFC 6381 names of our sound begin.
AAC = "mp4a"
#: Seconds by which the times of neighbouring pieces may miss each other: sound is cut
#: between its own frames, of which 15 rates out of 16 have none on the grid.
TOLERANCE_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A rendition that is still being made, as far as it is known before."""

    name: str
    profiles: tuple[str, ...]
    kind: str
    width: int | None
    height: int | None
    fps: float | None
    codecs: str
    bandwidth: int
    average_bandwidth: int
    i_frames: tuple[Segment, ...] = ()


Variant = Rendition | Planned
V = TypeVar("V", Rendition, Planned)


def for_profile(renditions: Iterable[V], profile: str) -> list[V]:
    """Select what a device class ("tv", "web", "mobile") plays."""
    return [each for each in renditions if profile in each.profiles]


def main_playlist(
    renditions: Sequence[V],
    profile: str,
    uri_for: Callable[[V], str],
    *,
    i_frames_uri_for: Callable[[V], str] | None = None,
    captions: Sequence[str] = (),
) -> str:
    """Write a profile's multivariant playlist.

    Pictures without sound share the one sound of `renditions`, whatever profiles that
    names. Cheapest picture first, because several players start with the first variant
    and a quick start matters more than the first seconds' sharpness; audio alone last.

    :param uri_for: names each rendition's playlist.
    :param i_frames_uri_for: the same for its key frames; without it none are listed.
    :param captions: the EXT-X-MEDIA lines of that group.
    """
    wanted = for_profile(renditions, profile)
    sound = _shared_sound(renditions, wanted)
    lines: list[str] = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound:
        lines.append(_sound_tag(_checked(uri_for(sound))))
    lines += captions
    for each in sorted(wanted, key=lambda each: (each.kind != "video", each.bandwidth)):
        attributes = _attributes(each, sound, captions=bool(captions))
        lines += [f"#EXT-X-STREAM-INF:{attributes}", _checked(uri_for(each))]
    if i_frames_uri_for:
        for each in wanted:
            lines += _i_frame_tag(each, i_frames_uri_for)
    return "\n".join([*lines, ""])


def media_playlist(rendition: Rendition, url: str) -> str:
    """Write one rendition's playlist: byte ranges of the one file behind `url`."""
    uri = _checked(url)
    lines = [
        *_head(VERSIONS[rendition.container], _target_duration(rendition.segments)),
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if rendition.init:
        lines.append(_map_tag(uri, rendition.init))
    lines += _segment_lines(uri, rendition.segments)
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def growing_playlist(
    pieces: Sequence[Piece],
    url_for: Callable[[Piece], str],
    *,
    complete: bool,
    until_s: float = math.inf,
    target_s: int | None = None,
) -> str:
    """Write the playlist of what there is so far; it starts at 0, not at a live edge.

    :param pieces: neighbours in order, from the start; see `covered`.
    :param complete: nothing will be added.
    :param until_s: segments from this second on are left out.
    :param target_s: seconds that no segment to come is longer than, because the target
        duration must not change; without it the longest of the present ones.
    """
    shown = [(piece, _until(piece, until_s)) for piece in pieces]
    longest = _target_duration(each for _, segments in shown for each in segments)
    lines = [
        *_head(VERSIONS["fmp4"], target_s or longest),
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0",
    ]
    for piece, segments in shown:
        if segments:
            uri = _checked(url_for(piece))
            lines += [_map_tag(uri, piece.init), *_segment_lines(uri, segments)]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if complete else []), ""])


def covered(*choices: Iterable[Piece]) -> tuple[Piece, ...]:
    """Choose neighbouring pieces from the start on as far as there are any.

    :param choices: the best ones first; of two that begin at the same time the earlier
        choice's is taken.
    """
    chosen: list[Piece] = []
    left = [list(each) for each in choices]
    end_s = 0.0
    while (found := _beginning_at(end_s, left)) is not None:
        chosen.append(found)
        end_s = found.start_s + found.duration_s
    return tuple(chosen)


def mixed(
    pieces: Iterable[Piece], heights: Mapping[str, int], wanted: str
) -> tuple[Piece, ...]:
    """Choose for each chunk what a viewer of the wanted rung gets at present.

    Its own piece, else the best one of a lower rung, else the least of the higher ones;
    where there is none it ends.

    :param heights: pixels of all rungs by their names.
    """
    by_name: dict[str, list[Piece]] = {}
    for each in pieces:
        by_name.setdefault(each.rendition, []).append(each)
    return covered(*(by_name.get(name, ()) for name in preferences(heights, wanted)))


def preferences(heights: Mapping[str, int], wanted: str) -> list[str]:
    """Order rungs by how well they stand in for the wanted one."""
    own = heights[wanted]

    def rank(name: str) -> tuple[bool, int]:
        return (heights[name] > own, abs(heights[name] - own))

    return sorted(heights, key=rank)


def reach_s(pieces: Sequence[Piece]) -> float:
    """Return the second to which neighbouring pieces reach."""
    return pieces[-1].start_s + pieces[-1].duration_s if pieces else 0.0


def i_frames_playlist(rendition: Rendition, url: str) -> str:
    """Write the playlist of a rendition's key frames, for pictures while scrubbing."""
    uri = _checked(url)
    lines = [
        *_head(VERSIONS[rendition.container], _target_duration(rendition.i_frames)),
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-I-FRAMES-ONLY",
    ]
    if rendition.init:
        lines.append(_map_tag(uri, rendition.init))
    lines += _segment_lines(uri, rendition.i_frames)
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _head(version: int, target_s: int) -> list[str]:
    """Return the lines that every media playlist begins with."""
    return [
        "#EXTM3U",
        f"#EXT-X-VERSION:{version}",
        f"#EXT-X-TARGETDURATION:{target_s}",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]


def _map_tag(uri: str, init: ByteRange) -> str:
    """Say where the header of the following segments lies."""
    return f'#EXT-X-MAP:URI="{uri}",BYTERANGE="{init.length}@{init.offset}"'


def _segment_lines(uri: str, segments: Iterable[Segment]) -> list[str]:
    """Write segments that lie in one file."""
    return [
        line
        for segment in segments
        for line in (
            f"#EXTINF:{segment.duration_s:.6f},",
            f"#EXT-X-BYTERANGE:{segment.length}@{segment.offset}",
            uri,
        )
    ]


def _target_duration(segments: Iterable[Segment]) -> int:
    """Round the longest segment to the nearest second (RFC 8216 section 4.3.3.1)."""
    return max((int(each.duration_s + 0.5) for each in segments), default=1) or 1


def _until(piece: Piece, until_s: float) -> list[Segment]:
    """Return the segments of a piece that begin before a second."""
    shown, start_s = [], piece.start_s
    for segment in piece.segments:
        if start_s > until_s - TOLERANCE_S:
            break
        shown.append(segment)
        start_s += segment.duration_s
    return shown


def _beginning_at(second: float, choices: Iterable[list[Piece]]) -> Piece | None:
    return next(
        (
            piece
            for choice in choices
            for piece in choice
            if abs(piece.start_s - second) < TOLERANCE_S
        ),
        None,
    )


def _shared_sound(renditions: Iterable[V], wanted: Iterable[V]) -> V | None:
    if not any(_is_silent(each) for each in wanted):
        return None
    return next((each for each in renditions if each.kind == "audio"), None)


def _is_silent(variant: Variant) -> bool:
    """Say whether the picture is stored without its sound."""
    return variant.kind == "video" and AAC not in variant.codecs


def _sound_tag(uri: str) -> str:
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{SOUND}",NAME="{SOUND}",DEFAULT=YES,'
        f'AUTOSELECT=YES,CHANNELS="2",URI="{uri}"'
    )


def _attributes(each: Variant, sound: Variant | None, *, captions: bool) -> str:
    """Say what a variant is and costs, its sound included."""
    added = sound if sound and _is_silent(each) else None
    peak = each.bandwidth + (added.bandwidth if added else 0)
    average = each.average_bandwidth + (added.average_bandwidth if added else 0)
    attributes = [f"BANDWIDTH={peak}", f"AVERAGE-BANDWIDTH={average}"]
    if each.width and each.height:
        attributes.append(f"RESOLUTION={each.width}x{each.height}")
    if each.fps:
        attributes.append(f"FRAME-RATE={each.fps:.3f}")
    codecs = f"{each.codecs},{added.codecs}" if added else each.codecs
    attributes.append(f'CODECS="{codecs}"')
    if sound and (added or each.kind == "audio"):
        attributes.append(f'AUDIO="{SOUND}"')
    if captions:
        attributes.append(f'SUBTITLES="{CAPTIONS}"')
    if each.kind == "video":
        attributes.append("CLOSED-CAPTIONS=NONE")
    return ",".join(attributes)


def _i_frame_tag(each: V, uri_for: Callable[[V], str]) -> list[str]:
    if not each.i_frames:
        return []
    peak = max(8 * frame.length / frame.duration_s for frame in each.i_frames)
    codec = each.codecs.partition(",")[0]
    attributes = f'BANDWIDTH={round(peak)},CODECS="{codec}"'
    if each.width and each.height:
        attributes += f",RESOLUTION={each.width}x{each.height}"
    return [f'#EXT-X-I-FRAME-STREAM-INF:{attributes},URI="{_checked(uri_for(each))}"']


def _checked(uri: str) -> str:
    """Refuse an address that would end its line or its quotation."""
    if not uri or '"' in uri or any(letter < " " for letter in uri):
        raise ValueError(f"not an address for a playlist: {uri!r}")
    return uri
