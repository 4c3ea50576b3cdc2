"""What every player plays is shown as it is; anything else is encoded first."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from youke_transcoder import Probe
from youke_transcoder.conforming import conforms, reasons

PHONE = Probe(
    container="mov,mp4,m4a,3gp,3g2,mj2",
    size=300_000_000,
    duration_s=600,
    video_end_s=600,
    width=1920,
    height=1080,
    frame_rate=Fraction(30),
    variable_fps=False,
    video_codec="h264",
    pix_fmt="yuv420p",
    bit_depth=8,
    hdr=False,
    rgb=False,
    interlaced=False,
    rotation=0,
    video_index=0,
    audio_index=1,
    audio_codec="aac",
    key_times_s=tuple(range(0, 600, 10)),
    seekable=True,
    video_profile="High",
    audio_profile="LC",
    bit_rate=4_000_000,
    sample_rate=44_100,
    channels=2,
    steady=True,
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"width": 1080, "height": 1920},
        {"container": "matroska,webm", "video_profile": "Constrained Baseline"},
        {"audio_index": None, "audio_codec": None, "sample_rate": None},
        {"container": "mpegts", "remuxed": (0, 1)},
        # A few frames lost by a screen recorder disturb no player.
        {"variable_fps": True},
    ],
)
def test_what_every_player_plays_conforms(changes: dict[str, Any]) -> None:
    assert conforms(replace(PHONE, **changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"video_codec": "hevc"}, "picture is hevc"),
        ({"video_profile": "High 4:2:2"}, "profile High 4:2:2"),
        ({"pix_fmt": "yuv420p10le"}, "pixels are yuv420p10le"),
        ({"width": 2560, "height": 1440}, "2560 x 1440"),
        ({"width": 2000, "height": 1000}, "2000 x 1000"),
        ({"frame_rate": Fraction(120)}, "120 frames/s"),
        ({"square": False}, "pixels are not square"),
        ({"rotation": 90}, "rotated by 90"),
        ({"interlaced": True}, "interlaced"),
        ({"key_times_s": (0.0, 580.0)}, "key frames are too far apart"),
        ({"audio_codec": "opus"}, "sound is opus"),
        ({"audio_profile": "HE-AAC"}, "AAC is HE-AAC"),
        ({"channels": 6}, "6 channels"),
        ({"sample_rate": 96_000}, "96000 Hz"),
        ({"seekable": False}, "no index or no clear times"),
        ({"steady": False}, "sound does not accompany the picture throughout"),
        ({"bit_rate": 30_000_000}, "30000 kbit/s"),
    ],
)
def test_anything_else_says_why_not(changes: dict[str, Any], reason: str) -> None:
    source = replace(PHONE, **changes)

    assert reasons(source) == (reason,)
    assert not conforms(source)
