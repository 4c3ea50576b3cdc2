"""HLS playlists (RFC 8216) for stored renditions, as pure text.

The process that serves playback imports this module, so it needs nothing but `model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from youke_transcoder.model import Rendition, Segment

#: EXT-X-MAP outside I-frame playlists needs 6, byte ranges 4 (RFC 8216 section 7).
VERSIONS = {"fmp4": 7, "mpegts": 4}


def for_profile(renditions: Iterable[Rendition], profile: str) -> list[Rendition]:
    """Select what a device class ("tv", "web", "mobile") plays."""
    return [each for each in renditions if profile in each.profiles]


def media_playlist(rendition: Rendition, url: str) -> str:
    """Write one rendition's playlist: byte ranges of the one file behind `url`."""
    uri = _checked(url)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSIONS[rendition.container]}",
        f"#EXT-X-TARGETDURATION:{_target_duration(rendition.segments)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if rendition.init:
        place = f"{rendition.init.length}@{rendition.init.offset}"
        lines.append(f'#EXT-X-MAP:URI="{uri}",BYTERANGE="{place}"')
    for segment in rendition.segments:
        lines += [
            f"#EXTINF:{segment.duration_s:.6f},",
            f"#EXT-X-BYTERANGE:{segment.length}@{segment.offset}",
            uri,
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def main_playlist(
    renditions: Iterable[Rendition], uri_for: Callable[[Rendition], str]
) -> str:
    """Write the multivariant playlist; `uri_for` names each rendition's playlist.

    Cheapest picture first, because several players start with the first variant and
    a quick start matters more than the first seconds' sharpness; audio alone last.
    """
    ordered = sorted(
        renditions, key=lambda each: (each.kind != "video", each.bandwidth)
    )
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for each in ordered:
        lines += [f"#EXT-X-STREAM-INF:{_attributes(each)}", _checked(uri_for(each))]
    return "\n".join([*lines, ""])


def _attributes(rendition: Rendition) -> str:
    attributes = [
        f"BANDWIDTH={rendition.bandwidth}",
        f"AVERAGE-BANDWIDTH={rendition.average_bandwidth}",
    ]
    if rendition.width and rendition.height:
        attributes.append(f"RESOLUTION={rendition.width}x{rendition.height}")
    if rendition.fps:
        attributes.append(f"FRAME-RATE={rendition.fps:.3f}")
    attributes.append(f'CODECS="{rendition.codecs}"')
    if rendition.kind == "video":
        attributes.append("CLOSED-CAPTIONS=NONE")
    return ",".join(attributes)


def _target_duration(segments: Iterable[Segment]) -> int:
    """Round the longest segment to the nearest second (RFC 8216 section 4.3.3.1)."""
    return max((int(each.duration_s + 0.5) for each in segments), default=1) or 1


def _checked(uri: str) -> str:
    """Refuse an address that would end its line or its quotation."""
    if not uri or '"' in uri or any(letter < " " for letter in uri):
        raise ValueError(f"not an address for a playlist: {uri!r}")
    return uri
