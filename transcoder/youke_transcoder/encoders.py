"""How each encoder is told what a rung asks for. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from youke_transcoder.recipes import Rung

#: Nothing of the source's metadata (names, places, scripts) reaches an output.
CLEAN = {"map_metadata": -1, "map_chapters": -1, "f": "mp4"}
#: What saves bytes for little, measured with VMAF on both kinds of picture of
#: `bench/ladder.py`. Trellis quantisation: a tenth of the time, a fifth of the bytes.
#: Weaker adaptive quantisation: no time, a quarter of the bytes or more; without any,
#: dark and even surfaces would show steps, which VMAF does not see.
X264 = {"trellis": 1, "aq-strength": 0.5}
#: What "superfast" leaves out and should not: bits go where later pictures look, and
#: motion is followed to a quarter of a pixel with care.
SUPERFAST = {"mbtree": 1, "rc-lookahead": 10, "subq": 3}
#: A fragment per group of pictures, whose times go on from the chunk before. Without
#: an edit list and without negative offsets every player reads the same times: decoding
#: of frame n begins at n, and it is shown late by the reordering.
FRAGMENTED = {
    "movflags": "frag_keyframe+delay_moov+default_base_moof+frag_discont+skip_trailer",
    "use_editlist": 0,
    "avoid_negative_ts": "disabled",
}
#: Ticks per second of a picture's track at least, as libavformat chooses.
FINEST_TICKS = 10_000


def options(rung: Rung, *, gop: int, threads: int) -> dict[str, Any]:
    """Give the options of one rung's encoder, as ffmpeg names them."""
    return {
        "c:v": "libx264",
        "preset": rung.preset,
        "profile:v": "high",
        "crf": rung.crf,
        "maxrate": f"{rung.peak_kbit}k",
        "bufsize": f"{rung.buffer_kbit}k",
        # One grid: a key frame every so many frames and nowhere else.
        "g": gop,
        "keyint_min": gop,
        "sc_threshold": 0,
        "flags:v": "+cgop",
        "threads": threads,
        "fps_mode": "passthrough",
        **X264,
        **(SUPERFAST if rung.preset == "superfast" else {}),
        **({"tune": rung.tune} if rung.tune else {}),
        **CLEAN,
    }


def ticks(rate_numerator: int) -> int:
    """Ticks per second in which a frame of such a rate lasts a whole number."""
    found = rate_numerator
    while found < FINEST_TICKS:
        found *= 2
    return found
