"""The values that go in and out of the engine; nothing here does any work."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a source file is, measured from its packets and its first picture."""

    #: libavformat's name of the container, for instance "matroska,webm".
    container: str
    #: Bytes.
    size: int
    #: Seconds from the first to the end of the last packet of picture or sound.
    duration_s: float
    #: Seconds at which the picture ends; sound may go on.
    video_end_s: float
    #: Pixels as displayed: rotation and sample aspect ratio applied.
    width: int
    height: int
    #: Frames per second of the constant-rate output that suits this source.
    frame_rate: Fraction
    #: Whether the distances between the source's frames differ.
    variable_fps: bool
    video_codec: str
    pix_fmt: str
    bit_depth: int
    #: Transfer function is PQ or HLG.
    hdr: bool
    #: Pixels are RGB, so a YUV matrix must be chosen.
    rgb: bool
    interlaced: bool
    #: Degrees, one of -270..270.
    rotation: int
    #: Position of the chosen streams in the container.
    video_index: int
    audio_index: int | None
    audio_codec: str | None

    @property
    def has_audio(self) -> bool:
        """Whether there is sound."""
        return self.audio_index is not None

    @property
    def fps(self) -> float:
        """Frames per second as a number."""
        return float(self.frame_rate)

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        values = asdict(self)
        return values | {
            "frame_rate": str(self.frame_rate),
            "fps": round(self.fps, 3),
            "has_audio": self.has_audio,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`; what it does not know it ignores."""
        known = _known(cls, values)
        known["frame_rate"] = Fraction(values["frame_rate"])
        return cls(**known)


@dataclass(frozen=True)
class ByteRange:
    """A part of a file, in bytes."""

    offset: int
    length: int


@dataclass(frozen=True)
class Segment:
    """One HLS segment: a part of the rendition's single file."""

    duration_s: float
    offset: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """One encoded version of the video, stored in one file."""

    #: "1080p", "tv-1080p", "audio".
    name: str
    #: Which of "tv", "web", "mobile" play it.
    profiles: tuple[str, ...]
    #: "video" or "audio".
    kind: str
    #: "fmp4" or "mpegts".
    container: str
    #: Relative to the output directory.
    path: str
    #: Pixels and frames per second; none for audio.
    width: int | None
    height: int | None
    fps: float | None
    #: RFC 6381, for instance "avc1.640028,mp4a.40.2".
    codecs: str
    #: Bits per second: of the most expensive segment, and of all together.
    bandwidth: int
    average_bandwidth: int
    #: Bytes.
    size: int
    sha256: str
    duration_s: float
    #: Where the fragmented MP4's header lies.
    init: ByteRange | None
    segments: tuple[Segment, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`; what it does not know it ignores."""
        known = _known(cls, values)
        init = values.get("init")
        return cls(
            **known
            | {
                "profiles": tuple(values["profiles"]),
                "init": ByteRange(init["offset"], init["length"]) if init else None,
                "segments": tuple(
                    Segment(each["duration_s"], each["offset"], each["length"])
                    for each in values["segments"]
                ),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything that came out of one source."""

    source: Probe
    #: JPEG, relative to the output directory.
    poster: str
    renditions: tuple[Rendition, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return {
            "source": self.source.to_dict(),
            "poster": self.poster,
            "renditions": [each.to_dict() for each in self.renditions],
        }

    def to_json(self) -> str:
        """Give the manifest as a JSON document."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`."""
        return cls(
            source=Probe.from_dict(values["source"]),
            poster=values["poster"],
            renditions=tuple(map(Rendition.from_dict, values["renditions"])),
        )


def _known(cls: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(cls)}
    return {name: value for name, value in values.items() if name in names}
