"""Estimate what a recipe will cost before anything is encoded. Pure.

CPU time is right within a factor of two: it depends on what moves in the picture. Bytes
are a limit that the encoder cannot pass; slides stay at a tenth of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from youke_transcoder.recipes import AUDIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from youke_transcoder.recipes import Recipe, Rung

#: CPU seconds per million pixels, between what slides and what a noisy camera take
#: (x264 "veryfast", FFmpeg 9, cores of 2024).
DECODING = 0.004
ENCODING = 0.018
#: The same for the sound, per second, both passes.
SOUND = 0.02
#: Times that other presets and codecs take as long as x264's "veryfast".
PRESETS = {
    "ultrafast": 0.4,
    "superfast": 0.7,
    "faster": 1.5,
    "fast": 1.8,
    "medium": 2.0,
    "slow": 2.8,
}
CODECS = {"hevc": 3.0, "av1": 3.0}
#: Shares that containers add to the bytes: fragments, and the packets of MPEG-TS.
FRAGMENTS, TRANSPORT = 0.01, 0.1
#: Bits per second of the sound.
SOUND_RATE = 98_000


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a recipe takes."""

    #: Seconds of one processor.
    cpu_s: float
    #: Bytes that all renditions take together, at most.
    bytes_at_most: int
    #: The same by the rendition's name.
    renditions: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return asdict(self)


def estimate(recipe: Recipe) -> Cost:
    """Estimate the cost of everything that a recipe makes."""
    source = recipe.source
    decoded = source.width * source.height * source.fps * source.video_end_s
    rungs = sum(_encoding_s(rung, recipe) for rung in recipe.rungs)
    sound_s = SOUND * recipe.duration_s if source.has_audio else 0.0
    sizes = dict(_sizes(recipe))
    return Cost(
        cpu_s=round(DECODING * decoded / 1e6 + rungs + sound_s, 1),
        bytes_at_most=sum(sizes.values()),
        renditions=sizes,
    )


def _encoding_s(rung: Rung, recipe: Recipe) -> float:
    megapixels = rung.width * rung.height * recipe.frames / 1e6
    slower = PRESETS.get(rung.preset, 1.0) if rung.codec == "h264" else 1.0
    return ENCODING * megapixels * slower * CODECS.get(rung.codec, 1.0)


def _sizes(recipe: Recipe) -> list[tuple[str, int]]:
    sound = SOUND_RATE * recipe.duration_s / 8 if recipe.source.has_audio else 0.0
    sizes: list[tuple[str, int]] = []
    for rung in recipe.rungs:
        bits = 1000 * (rung.peak_kbit * recipe.duration_s + rung.buffer_kbit)
        if rung.profiles:
            sizes.append((rung.name, int(bits / 8 * (1 + FRAGMENTS))))
        if rung.tv:
            sizes.append((f"tv-{rung.name}", int((bits / 8 + sound) * (1 + TRANSPORT))))
    return [*sizes, *([(AUDIO, int(sound * (1 + FRAGMENTS)))] if sound else [])]
