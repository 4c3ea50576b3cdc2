"""The values that go in and out of the engine; nothing here does any work."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
    #: Seconds of the picture's key frames in presentation order, counted as the encoder
    #: counts; empty when the packets do not say.
    key_times_s: tuple[float, ...] = ()
    #: Whether decoding may begin at any of those key frames: the container has an
    #: index and the times of the packets only grow.
    seekable: bool = False
    #: Codec profile as libavcodec names it: "High", "LC".
    video_profile: str | None = None
    audio_profile: str | None = None
    #: Bits per second of picture and sound together, from the packets.
    bit_rate: int = 0
    #: Hz and channels of the chosen sound.
    sample_rate: int | None = None
    channels: int | None = None
    #: Pixels are square.
    square: bool = True
    #: Sound, if there is any, begins and ends with the picture and has no hole, and one
    #: header decodes all pictures: what a copy without encoding needs.
    steady: bool = False
    #: Decoding times fall somewhere: the clock jumps back.
    tangled: bool = False
    #: Seconds before zero at which the first packet is decoded.
    reorder_s: float = 0.0
    #: The file's streams that `normalising.normalised` copies into Matroska, because it
    #: has no index or no clear times. Then all facts but container and size are those
    #: of the copy. Empty for a file that is read itself.
    remuxed: tuple[int, ...] = ()

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
        own = known(cls, values)
        own["frame_rate"] = Fraction(values["frame_rate"])
        own["key_times_s"] = tuple(values.get("key_times_s", ()))
        own["remuxed"] = tuple(values.get("remuxed", ()))
        return cls(**own)


@dataclass(frozen=True)
class Chunk:
    """A run of whole segments that one worker encodes at a time."""

    index: int
    #: Output frames: the first one's number, and how many.
    first_frame: int
    frames: int
    #: Seconds to seek to: decoding begins at the key frame at or before this, which
    #: lies at or before the first frame.
    seek_s: float

    @property
    def end_frame(self) -> int:
        """Number of the first frame after the chunk."""
        return self.first_frame + self.frames


@dataclass(frozen=True, kw_only=True)
class Score:
    """How near an encode comes to its source, measured on samples."""

    #: "vmaf" (0 to 100) or "ssim" (0 to 1).
    metric: str
    mean: float
    #: The value that 5 % of the frames stay below.
    low: float

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return asdict(self)


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
class Piece:
    """A run of whole segments of one rendition, in a file of its own.

    Pieces in order, byte after byte and without the headers of all but the first,
    are the whole rendition.
    """

    #: "720p", "audio"; "source" for the source repackaged without encoding.
    rendition: str
    #: Number of the chunk; sound and "source" count their own.
    index: int
    #: Relative to the directory that it was made in.
    path: str
    #: Seconds from the start of the lesson to the first segment.
    start_s: float
    #: Pixels; none for sound.
    width: int | None
    height: int | None
    #: RFC 6381.
    codecs: str
    init: ByteRange
    segments: tuple[Segment, ...]
    #: Bytes.
    size: int
    sha256: str

    @property
    def duration_s(self) -> float:
        """Seconds of all segments."""
        return sum(each.duration_s for each in self.segments)

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`; what it does not know it ignores."""
        return cls(
            **known(cls, values)
            | {
                "init": ByteRange(**values["init"]),
                "segments": tuple(Segment(**each) for each in values["segments"]),
            }
        )


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
    #: RFC 6381. "avc1.640028,mp4a.40.2" is a picture with its sound, "avc1.640028" one
    #: whose sound is the rendition "audio", if there is any.
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
    #: The key frames with what stands before them in their fragments, for scrubbing;
    #: each lasts until the next. Empty where they are not indexed.
    i_frames: tuple[Segment, ...] = ()
    #: How near the picture comes to the source's, where it was measured.
    score: Score | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`; what it does not know it ignores."""
        own = known(cls, values)
        init, score = values.get("init"), values.get("score")
        return cls(
            **own
            | {
                "profiles": tuple(values["profiles"]),
                "init": ByteRange(init["offset"], init["length"]) if init else None,
                "segments": _segments(values["segments"]),
                "i_frames": _segments(values.get("i_frames", ())),
                "score": Score(**score) if score else None,
            }
        )


@dataclass(frozen=True, kw_only=True)
class Storyboard:
    """Small pictures of the lesson at even distances, laid out on sheets."""

    #: JPEG, relative to the output directory, in order.
    sheets: tuple[str, ...]
    #: Seconds from one picture to the next.
    interval_s: float
    #: How many pictures there are on all sheets, and on a full one across and down.
    tiles: int
    columns: int
    rows: int
    #: Pixels of one picture.
    width: int
    height: int
    #: Seconds of the lesson.
    duration_s: float

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return asdict(self) | {"sheets": list(self.sheets)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`; what it does not know it ignores."""
        own = known(cls, values)
        own["sheets"] = tuple(values["sheets"])
        return cls(**own)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything that came out of one source."""

    source: Probe
    #: JPEG, relative to the output directory.
    poster: str
    renditions: tuple[Rendition, ...]
    storyboard: Storyboard | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return {
            "source": self.source.to_dict(),
            "poster": self.poster,
            "renditions": [each.to_dict() for each in self.renditions],
            "storyboard": self.storyboard.to_dict() if self.storyboard else None,
        }

    def to_json(self) -> str:
        """Give the manifest as a JSON document."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`."""
        board = values.get("storyboard")
        return cls(
            source=Probe.from_dict(values["source"]),
            poster=values["poster"],
            renditions=tuple(map(Rendition.from_dict, values["renditions"])),
            storyboard=Storyboard.from_dict(board) if board else None,
        )


def _segments(values: Iterable[Mapping[str, Any]]) -> tuple[Segment, ...]:
    return tuple(
        Segment(each["duration_s"], each["offset"], each["length"]) for each in values
    )


def known(cls: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Select the values that a dataclass has fields for."""
    names = {field.name for field in fields(cls)}
    return {name: value for name, value in values.items() if name in names}
