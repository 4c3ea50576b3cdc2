"""Decide whether a source can be shown as it is, without encoding. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from youke_transcoder.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from youke_transcoder.model import Probe

#: What every browser, phone and TV box plays.
VIDEO_PROFILES = ("Baseline", "Constrained Baseline", "Main", "High")
PIXELS = ("yuv420p", "yuvj420p")
AUDIO_PROFILES = ("LC",)
MAX_CHANNELS = 2
#: Hz; some players know no others.
SAMPLE_RATES = (22_050, 24_000, 32_000, 44_100, 48_000)
#: Pixels of the short and the long side.
MAX_SHORT, MAX_LONG = 1080, 1920
#: Bits per second that a school's network carries until the ladder is there.
MAX_BIT_RATE = 12_000_000
#: Seconds between key frames: a segment is at least as long.
MAX_GAP_S = 10.5


def conforms(source: Probe) -> bool:
    """Whether the source can be repackaged and shown at once."""
    return not reasons(source)


def reasons(source: Probe) -> tuple[str, ...]:
    """Say why a source must be encoded before anybody can watch it, if it must."""
    return tuple(
        reason
        for fits, reason in (*_picture(source), *_sound(source), *_container(source))
        if not fits
    )


def _picture(source: Probe) -> tuple[tuple[bool, str], ...]:
    short, long = sorted((source.width, source.height))
    return (
        (source.video_codec == "h264", f"picture is {source.video_codec}"),
        (source.video_profile in VIDEO_PROFILES, f"profile {source.video_profile}"),
        (source.pix_fmt in PIXELS and not source.hdr, f"pixels are {source.pix_fmt}"),
        (short <= MAX_SHORT and long <= MAX_LONG, f"{source.width} x {source.height}"),
        (source.frame_rate <= DEFAULT_LIMITS.max_fps, f"{source.fps:.0f} frames/s"),
        (source.square, "pixels are not square"),
        (not source.rotation, f"rotated by {source.rotation}"),
        (not source.interlaced, "interlaced"),
        (_gap_s(source) <= MAX_GAP_S, "key frames are too far apart"),
    )


def _sound(source: Probe) -> tuple[tuple[bool, str], ...]:
    if not source.has_audio:
        return ()
    return (
        (source.audio_codec == "aac", f"sound is {source.audio_codec}"),
        (_plain_aac(source), f"AAC is {source.audio_profile}"),
        ((source.channels or 0) <= MAX_CHANNELS, f"{source.channels} channels"),
        (source.sample_rate in SAMPLE_RATES, f"{source.sample_rate} Hz"),
    )


def _container(source: Probe) -> tuple[tuple[bool, str], ...]:
    return (
        (source.seekable, "no index or no clear times"),
        (source.steady, "sound does not accompany the picture throughout"),
        (source.bit_rate <= MAX_BIT_RATE, f"{source.bit_rate // 1000} kbit/s"),
    )


def _gap_s(source: Probe) -> float:
    """Seconds of the longest run without a key frame."""
    marks = (*source.key_times_s, source.video_end_s)
    return max((later - earlier for earlier, later in pairwise(marks)), default=0.0)


def _plain_aac(source: Probe) -> bool:
    """Whether the sound, if it is AAC at all, needs no extension of it."""
    return source.audio_codec != "aac" or source.audio_profile in AUDIO_PROFILES
