"""Read the media playlists that ffmpeg writes, for the places of the segments."""

from __future__ import annotations

import re

from youke_transcoder.model import ByteRange, Segment

_MAP = re.compile(r'#EXT-X-MAP:URI="[^"]*",BYTERANGE="(\d+)@(\d+)"')
_SEGMENT = re.compile(
    r"#EXTINF:([0-9.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n", re.MULTILINE
)


def read_playlist(text: str) -> tuple[ByteRange | None, tuple[Segment, ...]]:
    """Find the place of the header, if there is one, and of each segment."""
    header = _MAP.search(text)
    return (
        ByteRange(int(header[2]), int(header[1])) if header else None,
        tuple(
            Segment(float(found[1]), int(found[3]), int(found[2]))
            for found in _SEGMENT.finditer(text)
        ),
    )


def bandwidths(segments: tuple[Segment, ...]) -> tuple[int, int]:
    """Bits per second: the peak over all segments, and the average.

    A last segment much shorter than the others says nothing about the peak
    (RFC 8216 section 4.1), unless it is the only one.
    """
    longest = max(each.duration_s for each in segments)
    telling = [each for each in segments if each.duration_s >= longest / 2]
    average = _rate(
        sum(each.length for each in segments), sum(each.duration_s for each in segments)
    )
    return max(_rate(each.length, each.duration_s) for each in telling), average


def _rate(length: int, duration_s: float) -> int:
    return round(8 * length / duration_s)
