"""Captions in HLS (RFC 8216): a group of tracks, each a playlist of one segment. Pure.

The process that serves playback imports this module, so it needs nothing but text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Every variant names it (`SUBTITLES="captions"`) when there is a track.
GROUP = "captions"


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """Captions in one language."""

    #: BCP 47, for instance "zh-Hans".
    language: str
    #: For people; unlike those of all other tracks.
    name: str
    #: Of the track's playlist.
    uri: str


def media_tags(tracks: Iterable[Subtitles]) -> list[str]:
    """Write the lines that declare the group; none without tracks.

    No track is shown unasked; devices whose owner wants captions choose by language.
    """
    return [
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{GROUP}",NAME={_quoted(each.name)},'
        f"LANGUAGE={_quoted(each.language)},DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,"
        f"URI={_quoted(each.uri)}"
        for each in tracks
    ]


def subtitles_playlist(url: str, duration_s: float) -> str:
    """Write a track's playlist: the WebVTT behind `url` for the whole lesson."""
    _quoted(url)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:4",
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(duration_s))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXTINF:{duration_s:.6f},",
        url,
        "#EXT-X-ENDLIST",
    ]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """Write a quoted string; refuse what would end it or its line."""
    if not text or '"' in text or any(letter < " " for letter in text):
        raise ValueError(f"not a value for a playlist: {text!r}")
    return f'"{text}"'
