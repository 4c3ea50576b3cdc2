"""Where the key frames of a rendition lie, so that players can scrub through them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.model import Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from youke_transcoder.fragments import Fragment


def i_frames(fragments: Sequence[Fragment]) -> tuple[Segment, ...]:
    """Index the key frames of a rendition with a picture and nothing else.

    Each fragment is a group of pictures, so its key frame is its first sample and
    reaches from the fragment's start to the end of that sample; it lasts until the
    next (RFC 8216 section 4.3.3.6). Raises `TranscodeFailed` unless it is so.
    """
    for each in fragments:
        if len(each.runs) != 1 or not each.runs[0].key or each.runs[0].keys != 1:
            raise TranscodeFailed(
                FailureCode.BAD_OUTPUT, "a fragment is not one group of pictures"
            )
    starts = [each.runs[0].decode_time for each in fragments]
    ends = [later for _, later in pairwise(starts)]
    ends += [
        each.runs[0].decode_time + each.runs[0].duration for each in fragments[-1:]
    ]
    return tuple(
        Segment(
            duration_s=(end - start) / each.runs[0].track.timescale,
            offset=each.offset,
            length=each.first_length,
        )
        for each, start, end in zip(fragments, starts, ends, strict=True)
    )
