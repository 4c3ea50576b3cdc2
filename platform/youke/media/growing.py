"""Playlists of a lesson that is still being encoded: they grow as pieces land."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Self

from sqlalchemy.orm import Session

from youke.media import pieces
from youke.media.models import (
    Encoding,
    EncodingState,
    Opening,
    Stage,
    StepKind,
    StepState,
)
from youke.media.pieces import KeptPiece
from youke_transcoder import playlists
from youke_transcoder.hls import bandwidths
from youke_transcoder.model import Piece
from youke_transcoder.playlists import Planned
from youke_transcoder.recipes import AUDIO, SOURCE, Recipe, Rung

#: Bits per second of our sound with its packaging.
SOUND_BITS = 104_000
SOUND_CODEC = "mp4a.40.2"
#: H.264 High by the level that x264 takes for so many lines. Players want a name in
#: advance; the pieces' own headers have the last word.
CODECS = {240: "avc1.640015", 360: "avc1.64001e", 720: "avc1.64001f"}
LARGE_CODEC = "avc1.640028"
#: The average of a planned rung against its peak: CRF stays far below.
AVERAGE_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Growing:
    """What there is so far of an encoding, and what viewers are told of it."""

    recipe: Recipe
    #: The source repackaged is shown, not renditions of ours.
    is_copy: bool
    #: All of the source is repackaged.
    is_copied: bool
    kept: dict[str, list[KeptPiece]]

    @classmethod
    def of(cls, session: Session, encoding: Encoding) -> Self:
        """Read it; for a published encoding what it was while it grew."""
        return cls(
            recipe=Recipe.from_dict(encoding.planned or encoding.recipe or {}),
            is_copy=encoding.opening == Opening.COPY.value,
            is_copied=not is_growing(encoding) or _has_opened(encoding),
            kept=pieces.of(session, encoding),
        )

    def main_playlist(
        self,
        profile: str,
        uri_for: Callable[[str], str],
        *,
        captions: Sequence[str] = (),
    ) -> str:
        """Return a multivariant playlist that stays the same until publication."""
        return playlists.main_playlist(
            self._planned(), profile, lambda each: uri_for(each.name), captions=captions
        )

    def media_playlist(self, name: str, url_for: Callable[[str], str]) -> str | None:
        """Return the playlist of what there is; None for a name that nobody was told.

        :param url_for: gives the address of an object by its key.
        """
        chosen = self._chosen(name)
        if chosen is None:
            return None
        keys = {
            each.piece.sha256: each.key
            for each in chain.from_iterable(self.kept.values())
        }
        return playlists.growing_playlist(
            chosen,
            lambda piece: url_for(keys[piece.sha256]),
            complete=self.is_copy and self.is_copied,
            until_s=self._reach_s,
            target_s=self._target_s,
        )

    def knows(self, name: str) -> bool:
        """Say whether viewers were told of this rendition while it grew."""
        return self._chosen(name) is not None

    def _planned(self) -> list[Planned]:
        if self.is_copy:
            return [_copy(self._plain(SOURCE)[0], self.recipe)]
        rungs = [_rung(each, self.recipe) for each in self._rungs]
        return [*rungs, _sound(self.recipe)] if self._has_sound else rungs

    def _chosen(self, name: str) -> Sequence[Piece] | None:
        if self.is_copy:
            return playlists.covered(self._plain(SOURCE)) if name == SOURCE else None
        if name == AUDIO and self._has_sound:
            return self._heard
        return self._seen(name) if name in self._heights else None

    def _seen(self, name: str) -> tuple[Piece, ...]:
        there = chain.from_iterable(map(self._plain, self._heights))
        return playlists.mixed(there, self._heights, name)

    @cached_property
    def _heard(self) -> tuple[Piece, ...]:
        """The final sound, or what stands in for its first seconds."""
        return playlists.covered(
            self._plain(AUDIO, Stage.FINAL), self._plain(AUDIO, Stage.OPENING)
        )

    @cached_property
    def _reach_s(self) -> float:
        """The second up to which there is both picture and sound."""
        if self.is_copy:
            return playlists.reach_s(playlists.covered(self._plain(SOURCE)))
        seen = playlists.reach_s(self._seen(next(iter(self._heights))))
        return min(seen, playlists.reach_s(self._heard)) if self._has_sound else seen

    @property
    def _target_s(self) -> int | None:
        """How long segments are at most; the same from the start."""
        if self.is_copy:
            return None
        return round(self.recipe.segment_frames / self.recipe.frame_rate)

    @property
    def _has_sound(self) -> bool:
        return self.recipe.source.has_audio

    @property
    def _rungs(self) -> list[Rung]:
        """The rungs that may stand in for each other: those of one codec."""
        return [each for each in self.recipe.rungs if each.codec == "h264"]

    @cached_property
    def _heights(self) -> dict[str, int]:
        return {each.name: each.lines for each in self._rungs}

    def _plain(self, name: str, stage: Stage | None = None) -> list[Piece]:
        return [
            each.piece
            for each in self.kept.get(name, ())
            if stage in {None, each.stage}
        ]


def is_growing(encoding: Encoding) -> bool:
    """Say whether there is more to come."""
    return encoding.state == EncodingState.WORKING.value


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return which stored rendition a viewer gets who asks for one that is not there.

    The best one that is not larger, else the smallest; for the repackaged source the
    largest.
    """
    heights = {each: _lines(each) for each in names if _lines(each)}
    if name == SOURCE:
        return max(heights, key=heights.__getitem__, default=None)
    if not _lines(name):
        return None
    known = heights | {name: _lines(name)}
    return next(
        (each for each in playlists.preferences(known, name) if each in heights), None
    )


def _lines(name: str) -> int:
    """Return the lines that a rung's name says, 0 for other names."""
    number = name.removesuffix("p")
    return int(number) if number != name and number.isdecimal() else 0


def _has_opened(encoding: Encoding) -> bool:
    return any(
        step.kind == StepKind.OPEN.value and step.state == StepState.DONE.value
        for step in encoding.steps
    )


def _copy(first: Piece, recipe: Recipe) -> Planned:
    """Describe the source repackaged, by its first piece and its probe."""
    peak, average = bandwidths(first.segments)
    return Planned(
        name=SOURCE,
        profiles=("tv", "web", "mobile"),
        kind="video",
        width=first.width,
        height=first.height,
        fps=recipe.source.fps,
        codecs=first.codecs,
        bandwidth=max(peak, recipe.source.bit_rate),
        average_bandwidth=recipe.source.bit_rate or average,
    )


def _rung(rung: Rung, recipe: Recipe) -> Planned:
    peak = rung.peak_kbit * 1000
    fitting = (codec for lines, codec in CODECS.items() if rung.lines <= lines)
    return Planned(
        name=rung.name,
        # Nothing is packaged for TV sets yet; they play what the web plays.
        profiles=(*rung.profiles, "tv"),
        kind="video",
        width=rung.width,
        height=rung.height,
        fps=float(recipe.frame_rate),
        codecs=next(fitting, LARGE_CODEC),
        bandwidth=peak,
        average_bandwidth=round(peak * AVERAGE_SHARE),
    )


def _sound(recipe: Recipe) -> Planned:
    return Planned(
        name=AUDIO,
        profiles=recipe.audio_only,
        kind="audio",
        width=None,
        height=None,
        fps=None,
        codecs=SOUND_CODEC,
        bandwidth=SOUND_BITS,
        average_bandwidth=SOUND_BITS,
    )
