"""Decide whether a file may become a lesson. Pure: facts go in, a rejection comes out.

The first half needs only the container's header, so that nothing is read, let alone
decoded, of a file that is refused for what it says about itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from youke_transcoder.errors import Rejected, RejectionCode
from youke_transcoder.limits import AUDIO_CODECS, VIDEO_CODECS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from youke_transcoder.limits import Limits

#: Containers whose header states the duration; elsewhere libavformat estimates it.
DECLARING = ("mov", "matroska", "avi", "flv", "asf", "ogg")
#: Containers that can name the place of every key frame.
INDEXED = ("mov", "matroska")
#: Seconds of the end that an index may leave out; one jump there costs no more.
UNINDEXED_S = 20.0
#: Seconds of silence that a player bears: at the start, in the middle, at the end.
LATE_S, HOLE_S, MISSING_S = 0.3, 0.2, 1.0
#: Frame rates that people mean.
STANDARD_RATES = tuple(
    Fraction(value)
    for value in (
        *(5, 6, 8, 10, 12, Fraction(25, 2), 15, 20),
        *(Fraction(24000, 1001), 24, 25, Fraction(30000, 1001), 30),
        *(48, 50, Fraction(60000, 1001), 60, 90, 100, 120, 240),
    )
)
#: A rate this near to a standard one, as a share of it, is the standard one.
SNAP = 0.01
#: Frame distances within this factor of the usual one count as constant.
JITTER = 1.5


@dataclass(frozen=True, kw_only=True)
class StreamFacts:
    """One stream as the container's header describes it."""

    index: int
    #: "video", "audio", or another word.
    kind: str
    codec: str | None
    width: int = 0
    height: int = 0
    cover: bool = False
    default: bool = False
    #: Seconds, where the header says so.
    declared_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class HeaderFacts:
    """The container as its header describes it."""

    container: str
    declared_s: float | None
    streams: tuple[StreamFacts, ...]

    def without(self, stream: StreamFacts) -> HeaderFacts:
        """Describe the same container as if it did not have this stream."""
        rest = tuple(each for each in self.streams if each != stream)
        return replace(self, streams=rest)


@dataclass(frozen=True)
class Span:
    """Seconds from the first packet to the end of the last, and how many packets."""

    start_s: float
    end_s: float
    packets: int


def choose_streams(facts: HeaderFacts) -> tuple[StreamFacts, StreamFacts | None]:
    """Choose the picture and the sound: those marked as default, else the first."""

    def ordered(kind: str) -> list[StreamFacts]:
        found = [each for each in facts.streams if each.kind == kind and not each.cover]
        return sorted(found, key=lambda each: not each.default)

    video = ordered("video")
    if not video:
        raise Rejected(RejectionCode.NO_VIDEO, "there is no picture in the file")
    return video[0], next(iter(ordered("audio")), None)


def judge_header(facts: HeaderFacts, limits: Limits) -> None:
    """Raise `Rejected` for what the header alone makes impossible."""
    if len(facts.streams) > limits.max_streams:
        raise Rejected(RejectionCode.TOO_MANY_STREAMS, f"{len(facts.streams)} streams")
    video, audio = choose_streams(facts)
    _judge_codec(video, VIDEO_CODECS)
    if audio:
        _judge_codec(audio, AUDIO_CODECS)
    size = f"{video.width} x {video.height} pixels"
    if video.width * video.height > limits.max_pixels:
        raise Rejected(RejectionCode.TOO_LARGE_PIXELS, size)
    if min(video.width, video.height) < limits.min_side:
        raise Rejected(RejectionCode.TOO_SMALL, size)
    if facts.declared_s and facts.declared_s > limits.max_duration_s:
        raise Rejected(RejectionCode.TOO_LONG, f"says {facts.declared_s:.0f} s")


def judge_spans(facts: HeaderFacts, spans: dict[int, Span], limits: Limits) -> None:
    """Raise `Rejected` for what the packets show, whatever the header says."""
    video, audio = choose_streams(facts)
    if video.index not in spans:
        raise Rejected(RejectionCode.UNREADABLE, "the picture has no packets")
    chosen = [video, audio] if audio else [video]
    for stream in chosen:
        span = spans.get(stream.index, Span(0, 0, 0))
        _judge_missing(stream.declared_s, span.end_s - span.start_s, limits)
    if facts.declared_s and any(name in facts.container for name in DECLARING):
        start = min(span.start_s for span in spans.values())
        end = max(span.end_s for span in spans.values())
        _judge_missing(facts.declared_s, end - min(start, 0), limits)
    _judge_length(
        spans[video.index],
        [spans[each.index] for each in chosen if each.index in spans],
        limits,
    )
    pixels = video.width * video.height * spans[video.index].packets
    if pixels > limits.max_decoded_pixels:
        raise Rejected(RejectionCode.TOO_EXPENSIVE, "too many frames of this size")


def _judge_length(picture: Span, chosen: Sequence[Span], limits: Limits) -> None:
    duration = picture.end_s - picture.start_s
    if duration < limits.min_duration_s:
        raise Rejected(RejectionCode.TOO_SHORT, f"{duration:.2f} s of picture")
    # Sound that begins or ends a day later is a day of silence to be encoded.
    whole = max(each.end_s for each in chosen) - min(each.start_s for each in chosen)
    if whole > limits.max_duration_s:
        raise Rejected(RejectionCode.TOO_LONG, f"{whole:.0f} s")


def _judge_codec(stream: StreamFacts, allowed: Sequence[str]) -> None:
    if stream.codec not in allowed:
        raise Rejected(
            RejectionCode.UNSUPPORTED_CODEC, f"{stream.kind} is {stream.codec}"
        )


def _judge_missing(declared_s: float | None, found_s: float, limits: Limits) -> None:
    if declared_s and found_s < declared_s - limits.missing_allowed(declared_s):
        raise Rejected(
            RejectionCode.TRUNCATED, f"says {declared_s:.1f} s, holds {found_s:.1f} s"
        )


def frame_rate(times: Sequence[float], end_s: float) -> tuple[Fraction, bool]:
    """Choose the constant rate for frames at these sorted times; tell if they vary.

    A constant source keeps its average; a varying one gets the rate of its usual
    distance, so that the movement in its busy parts survives.
    """
    distances = sorted(later - earlier for earlier, later in pairwise(times))
    if not distances:
        return Fraction(25), False
    usual = distances[len(distances) // 2]
    average = len(times) / max(end_s - times[0], usual, 1e-6)
    varies = distances[-1] > usual * JITTER or usual <= 0
    rate = max(average, 1 / usual) if varies and usual > 0 else average
    return snap(rate), varies


def snap(rate: float) -> Fraction:
    """Choose the standard rate near to this one, or a whole number."""
    near = min(STANDARD_RATES, key=lambda each: abs(each - rate))
    if abs(near - rate) <= SNAP * near:
        return near
    return max(Fraction(round(rate)), Fraction(1))


def displayed_size(
    width: int, height: int, aspect: Fraction, rotation: int
) -> tuple[int, int]:
    """Compute width and height on a screen; only ever stretched, to lose no pixel."""
    if aspect > 1:
        width = round(width * aspect)
    elif 0 < aspect < 1:
        height = round(height / aspect)
    turned = round(rotation / 90) % 2 == 1
    return (height, width) if turned else (width, height)


def spaced(times: Sequence[float], apart_s: float) -> list[float]:
    """Keep of sorted times those that are at least so far from the one kept before."""
    kept: list[float] = []
    for time in times:
        if not kept or time - kept[-1] >= apart_s:
            kept.append(time)
    return kept


def is_seekable(
    container: str,
    keys_s: Sequence[float],
    *,
    index_end_s: float | None,
    growing: bool,
) -> bool:
    """Whether decoding may begin at any of these sorted times of key frames.

    The index must reach the last of them, so that no jump ends too early.
    """
    if not keys_s or index_end_s is None or not growing:
        return False
    known = any(name in container for name in INDEXED)
    return known and index_end_s >= keys_s[-1] - UNINDEXED_S


def is_beside(sound: Span, picture: Span, *, hole_s: float) -> bool:
    """Whether sound begins and ends with the picture and has no long hole."""
    return (
        abs(sound.start_s - picture.start_s) <= LATE_S
        and abs(sound.end_s - picture.end_s) <= MISSING_S
        and hole_s <= HOLE_S
    )
