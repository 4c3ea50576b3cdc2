"""Read one track's part of a fragment: how many samples, how long, where the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.headers import Track, first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from youke_transcoder.headers import Box

#: Samples of one track in a fragment; ours have some hundred.
MAX_SAMPLES = 1_000_000

# Flags of tfhd and trun, and of a sample.
BASE_DATA_OFFSET, DESCRIPTION_INDEX = 0x01, 0x02
DEFAULT_DURATION, DEFAULT_SIZE, DEFAULT_FLAGS = 0x08, 0x10, 0x20
DATA_OFFSET, FIRST_FLAGS = 0x001, 0x004
DURATION, SIZE, FLAGS, COMPOSITION = 0x100, 0x200, 0x400, 0x800
NON_SYNC = 0x0001_0000


@dataclass(frozen=True, kw_only=True)
class Run:
    """The samples of one track in one fragment; times in the track's ticks."""

    track: Track
    #: Decoding time of the first sample, from tfdt.
    decode_time: int
    #: How long all of them last.
    duration: int
    #: Presentation time of the earliest sample, and of the end of the latest.
    start: int
    end: int
    samples: int
    #: Samples that are key frames, and whether the first is one.
    keys: int
    key: bool
    #: Bytes from the start of the file to the end of the first sample.
    first_end: int

    @property
    def start_s(self) -> float:
        """Seconds at which the decoding begins."""
        return self.decode_time / self.track.timescale

    @property
    def duration_s(self) -> float:
        """Seconds of all samples."""
        return self.duration / self.track.timescale


@dataclass(frozen=True)
class _Defaults:
    """What tfhd says about samples that do not say it themselves."""

    track: Track
    base: int
    duration: int
    size: int
    flags: int


def read_run(traf: Box, tracks: dict[int, Track], moof_offset: int) -> Run:
    """Read one track's part of a fragment that begins at `moof_offset`."""
    defaults = _defaults(first(traf, b"tfhd"), tracks, moof_offset)
    clock = first(traf, b"tfdt")
    time = clock.uint(4, 8 if clock.uint(0, 1) else 4)
    if time >= 2**63:
        raise _broken("a fragment before zero")
    tables = [each for each in traf.children() if each.kind == b"trun"]
    samples = [each for table in tables for each in _samples(table, defaults)]
    if not samples:
        raise _broken("a track without samples")
    shown: list[int] = []
    position = time
    for sample in samples:
        shown.append(position + sample.shift)
        position += sample.duration
    keys = [not sample.flags & NON_SYNC for sample in samples]
    return Run(
        track=defaults.track,
        decode_time=time,
        duration=position - time,
        start=min(shown),
        end=max(
            at + sample.duration for at, sample in zip(shown, samples, strict=True)
        ),
        samples=len(samples),
        keys=sum(keys),
        key=keys[0],
        first_end=defaults.base + _data_offset(tables[0]) + samples[0].size,
    )


def _defaults(tfhd: Box, tracks: dict[int, Track], moof_offset: int) -> _Defaults:
    flags, number = tfhd.uint(1, 3), tfhd.uint(4, 4)
    if number not in tracks:
        raise _broken(f"there is no track {number}")
    track, position, base = tracks[number], 8, moof_offset
    if flags & BASE_DATA_OFFSET:
        base, position = tfhd.uint(position, 8), position + 8
    position += 4 if flags & DESCRIPTION_INDEX else 0
    values = [track.default_duration, track.default_size, track.default_flags]
    for number, flag in enumerate((DEFAULT_DURATION, DEFAULT_SIZE, DEFAULT_FLAGS)):
        if flags & flag:
            values[number], position = tfhd.uint(position, 4), position + 4
    return _Defaults(track, base, *values)


@dataclass(frozen=True, slots=True)
class _Sample:
    duration: int
    size: int
    flags: int
    #: From decoding to presentation.
    shift: int


def _samples(trun: Box, defaults: _Defaults) -> Iterator[_Sample]:
    flags, count = trun.uint(1, 3), trun.uint(4, 4)
    position = 8 + (4 if flags & DATA_OFFSET else 0)
    first_flags = None
    if flags & FIRST_FLAGS:
        first_flags, position = trun.uint(position, 4), position + 4
    present = [each for each in (DURATION, SIZE, FLAGS, COMPOSITION) if flags & each]
    if count > MAX_SAMPLES or position + 4 * len(present) * count > trun.length:
        raise _broken("more samples than room")
    for number in range(count):
        values = {
            each: trun.uint(position + 4 * place, 4)
            for place, each in enumerate(present)
        }
        position += 4 * len(present)
        own = values.get(FLAGS, defaults.flags)
        shift = values.get(COMPOSITION, 0)
        yield _Sample(
            values.get(DURATION, defaults.duration),
            values.get(SIZE, defaults.size),
            own if number or first_flags is None else first_flags,
            shift - 2**32 if shift >= 2**31 else shift,
        )


def _data_offset(trun: Box) -> int:
    offset = trun.uint(8, 4) if trun.uint(1, 3) & DATA_OFFSET else 0
    return offset - 2**32 if offset >= 2**31 else offset


def _broken(detail: str) -> TranscodeFailed:
    return TranscodeFailed(FailureCode.BAD_OUTPUT, detail)
