"""What one source is made into: the recipe, its rungs, and the survey's advice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

from youke_transcoder.model import Chunk, Probe, Score, known

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Raised whenever the same recipe would give other bytes than before, so that no piece
#: of an older engine is joined with one of this.
VERSION = 1
#: Seconds between key frames, on one grid over all rungs.
GOP_S = 2
#: Groups of pictures in a segment.
SEGMENT_GOPS = 3
#: Frames by which x264 reorders with its default B-pyramid.
REORDERED_FRAMES = 2
#: Seconds of peak rate that the decoder's buffer holds. It keeps the TV boxes' VBV
#: small and a six-second segment within 1.25 times the peak.
BUFFER_S = 1.5
#: x264, for what is encoded before anybody measured: the low rungs always. With the
#: options of `encoders` it needs a third of the bytes less than "veryfast" without.
PRESET = "superfast"
CRF = 27
#: Rungs of at most so many lines are made first and are never encoded again.
LOW_LINES = 360
#: Names of the renditions that are no rungs.
AUDIO = "audio"
SOURCE = "source"


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One encode of the picture."""

    #: "720p": the short side, or the nominal one for pictures wider than 16:9.
    name: str
    width: int
    height: int
    #: kbit/s.
    peak_kbit: int
    #: Profiles that play it as fragmented MP4; "web" and "mobile" share.
    profiles: tuple[str, ...]
    #: Whether it is also copied into an MPEG-TS for TV.
    tv: bool
    #: "h264"; "hevc" or "av1" where a profile has the option.
    codec: str = "h264"
    #: As the encoder counts quality: lower is better.
    crf: int = CRF
    preset: str = PRESET
    #: x264's tuning for a kind of picture, if any.
    tune: str | None = None
    #: How near it comes to the source, once it is measured.
    score: Score | None = None

    @property
    def buffer_kbit(self) -> int:
        """VBV buffer in kbit."""
        return int(self.peak_kbit * BUFFER_S)

    @property
    def lines(self) -> int:
        """The nominal height."""
        return int(self.name.rstrip("p"))

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`; what it does not know it ignores."""
        score = values.get("score")
        changed = {
            "profiles": tuple(values["profiles"]),
            "score": Score(**score) if score else None,
        }
        return cls(**known(cls, values) | changed)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the survey of one source advises."""

    #: "slides", "camera", or "unknown" before anybody looked.
    kind: str = "unknown"
    #: Names of rungs that bring no visible gain over the next lower one.
    dropped: tuple[str, ...] = ()
    #: By the rung's name; the others keep theirs.
    crf: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, Score] = field(default_factory=dict)
    #: For all rungs but the low ones.
    preset: str | None = None
    tune: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`; what it does not know it ignores."""
        scores = values.get("scores", {}).items()
        changed = {
            "dropped": tuple(values.get("dropped", ())),
            "scores": {name: Score(**each) for name, each in scores},
        }
        return cls(**known(cls, values) | changed)


#: Nothing is known of the source but what its probe says.
STATIC = Choice()


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that is made of one source."""

    source: Probe
    frame_rate: Fraction
    #: Frames of every rung.
    frames: int
    #: Largest first: each is scaled from the one before it.
    rungs: tuple[Rung, ...]
    #: Profiles that get the sound alone.
    audio_only: tuple[str, ...]
    #: Without gap or overlap, all frames.
    chunks: tuple[Chunk, ...]

    @property
    def duration_s(self) -> float:
        """Seconds of every rendition: a whole number of frames."""
        return float(self.frames / self.frame_rate)

    @property
    def gop(self) -> int:
        """Frames between key frames."""
        return max(1, round(self.frame_rate * GOP_S))

    @property
    def segment_frames(self) -> int:
        """Frames of a segment."""
        return self.gop * SEGMENT_GOPS

    @property
    def delay_s(self) -> float:
        """Seconds by which picture and sound come late, so that no time is negative."""
        return float(REORDERED_FRAMES / self.frame_rate)

    @property
    def low_rungs(self) -> tuple[Rung, ...]:
        """The rungs that are made first: those of few lines, at least the smallest."""
        low = tuple(each for each in self.rungs if each.lines <= LOW_LINES)
        return low or self.rungs[-1:]

    @property
    def high_rungs(self) -> tuple[Rung, ...]:
        """The other rungs; small sources have none."""
        return self.rungs[: -len(self.low_rungs)]

    @property
    def key(self) -> str:
        """Name the work: the same for all that gives the same renditions."""
        names = [each.name for each in self.rungs]
        parts = [self.key_of(name) for name in names]
        devices = [[each.profiles, each.tv] for each in self.rungs]
        return _hash([parts, devices, self.key_of(AUDIO), self.audio_only])

    def key_of(self, rendition: str) -> str:
        """Name all that shapes one rendition's pieces: a rung's, or the sound's.

        It does not contain the source's content, only what is known of it.
        """
        grid = [str(self.frame_rate), self.frames, self.source.to_dict()]
        if rendition in {AUDIO, SOURCE}:
            return _hash([VERSION, rendition, *grid])
        rung = next(each for each in self.rungs if each.name == rendition)
        chunks = [asdict(each) for each in self.chunks]
        return _hash([VERSION, _shape(rung), chunks, *grid])

    def to_dict(self) -> dict[str, Any]:
        """Give the values as JSON knows them."""
        return {
            "source": self.source.to_dict(),
            "frame_rate": str(self.frame_rate),
            "frames": self.frames,
            "rungs": [each.to_dict() for each in self.rungs],
            "audio_only": list(self.audio_only),
            "chunks": [asdict(each) for each in self.chunks],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reverse `to_dict`."""
        return cls(
            source=Probe.from_dict(values["source"]),
            frame_rate=Fraction(values["frame_rate"]),
            frames=values["frames"],
            rungs=tuple(map(Rung.from_dict, values["rungs"])),
            audio_only=tuple(values["audio_only"]),
            chunks=tuple(Chunk(**each) for each in values["chunks"]),
        )


def whole(frames: int) -> tuple[Chunk, ...]:
    """Make one chunk of everything."""
    return (Chunk(index=0, first_frame=0, frames=frames, seek_s=0.0),)


def _shape(rung: Rung) -> dict[str, Any]:
    """Give what shapes a rung's bytes: not who plays it, not how good it is."""
    about = {"score", "profiles", "tv"}
    return {name: value for name, value in asdict(rung).items() if name not in about}


def _hash(values: list[Any]) -> str:
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
