"""Read the header of an MP4: boxes within boxes, the tracks, their RFC 6381 names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from youke_transcoder.boxes import HEADER, LARGE_HEADER
from youke_transcoder.errors import FailureCode, TranscodeFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Boxes of one level that are read; a header has a dozen.
MAX_BOXES = 10_000
#: Bytes of the fixed fields before the boxes in a sample entry.
VISUAL_ENTRY, AUDIO_ENTRY = 78, 28
#: Descriptors of MPEG-4 systems (ISO/IEC 14496-1).
ES, DECODER_CONFIG, DECODER_SPECIFIC = 0x03, 0x04, 0x05
#: Bytes of their fields before the descriptors within.
FIELDS = {ES: 3, DECODER_CONFIG: 13}
#: AAC's audio object type that says that a longer number follows.
ESCAPE = 31


@dataclass(frozen=True)
class Box:
    """A box's kind and content; positions count from the start of its content."""

    kind: bytes
    data: bytes
    start: int
    end: int

    @property
    def length(self) -> int:
        """Bytes of the content."""
        return self.end - self.start

    @property
    def content(self) -> bytes:
        """The bytes themselves."""
        return self.data[self.start : self.end]

    def uint(self, position: int, length: int) -> int:
        """Read a number; raise `TranscodeFailed` outside of the box."""
        if position + length > self.length:
            raise _broken(f"{self.kind!r} is too short")
        return uint(self.data, self.start + position, length)

    def children(self, skip: int = 0) -> Iterator[Box]:
        """Give the boxes within, which begin after `skip` bytes."""
        return boxes(self.data, self.start + skip, self.end)


@dataclass(frozen=True, kw_only=True)
class Track:
    """One track of the header."""

    id: int
    #: "vide" or "soun".
    kind: str
    #: Ticks per second.
    timescale: int
    #: RFC 6381.
    codec: str
    #: Pixels; zero for sound.
    width: int
    height: int
    #: What fragments need not repeat, from trex.
    default_duration: int
    default_size: int
    default_flags: int


def uint(data: bytes, position: int, length: int) -> int:
    """Read a number of so many bytes."""
    return int.from_bytes(data[position : position + length], "big")


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Give the boxes of one level; raise `TranscodeFailed` if one does not fit."""
    limit = len(data) if end is None else end
    for _ in range(MAX_BOXES):
        if start + HEADER > limit:
            return
        length, header = uint(data, start, 4), HEADER
        if length == 1:
            length, header = uint(data, start + 8, 8), LARGE_HEADER
        if length < header or start + length > limit:
            raise _broken("a box that is longer than its place")
        yield Box(data[start + 4 : start + 8], data, start + header, start + length)
        start += length


def first(box: Box, *path: bytes) -> Box:
    """Go down to the first box of each kind; raise `TranscodeFailed` without one."""
    for kind in path:
        found = next((each for each in box.children() if each.kind == kind), None)
        if found is None:
            raise _broken(f"no {kind!r} in {box.kind!r}")
        box = found
    return box


def read_tracks(moov: bytes) -> tuple[Track, ...]:
    """Read the tracks of a header, given as its `moov` box."""
    whole = next(boxes(moov))
    defaults = {
        each.uint(4, 4): each
        for each in first(whole, b"mvex").children()
        if each.kind == b"trex"
    }
    return tuple(
        _track(each, defaults) for each in whole.children() if each.kind == b"trak"
    )


def _track(trak: Box, defaults: dict[int, Box]) -> Track:
    tkhd, mdhd = first(trak, b"tkhd"), first(trak, b"mdia", b"mdhd")
    number = tkhd.uint(20 if tkhd.uint(0, 1) else 12, 4)
    timescale = mdhd.uint(20 if mdhd.uint(0, 1) else 12, 4)
    if number not in defaults or not timescale:
        raise _broken(f"track {number} has no defaults or no clock")
    kind = first(trak, b"mdia", b"hdlr").content[8:12].decode("latin-1")
    stsd = first(trak, b"mdia", b"minf", b"stbl", b"stsd")
    entry = next(stsd.children(8), None)
    if entry is None:
        raise _broken("a track without description")
    trex = defaults[number]
    return Track(
        id=number,
        kind=kind,
        timescale=timescale,
        codec=codec_name(entry),
        width=entry.uint(24, 2) if kind == "vide" else 0,
        height=entry.uint(26, 2) if kind == "vide" else 0,
        default_duration=trex.uint(12, 4),
        default_size=trex.uint(16, 4),
        default_flags=trex.uint(20, 4),
    )


def codec_name(entry: Box) -> str:
    """Name the codec of a sample entry as RFC 6381 and its supplements do."""
    name = entry.kind.decode("latin-1")
    if name in {"avc1", "avc3"}:
        config = _within(entry, b"avcC", VISUAL_ENTRY)
        return f"{name}.{config.content[1:4].hex()}"
    if name in {"hvc1", "hev1"}:
        return f"{name}.{_hevc(_within(entry, b'hvcC', VISUAL_ENTRY))}"
    if name == "av01":
        return f"{name}.{_av1(_within(entry, b'av1C', VISUAL_ENTRY))}"
    if name == "mp4a":
        return f"{name}.40.{_aac(_within(entry, b'esds', AUDIO_ENTRY))}"
    return name


def _within(entry: Box, kind: bytes, skip: int) -> Box:
    found = next((each for each in entry.children(skip) if each.kind == kind), None)
    if found is None:
        raise _broken(f"no {kind!r} in {entry.kind!r}")
    return found


def _aac(esds: Box) -> int:
    """Read the audio object type out of the descriptors within descriptors."""
    position = 4
    while position < esds.length:
        tag, position = esds.uint(position, 1), position + 1
        # A length in groups of seven bits, the last without the high bit.
        while esds.uint(position, 1) & 0x80:
            position += 1
        position += 1
        if tag == DECODER_SPECIFIC:
            kind = esds.uint(position, 1) >> 3
            return kind if kind != ESCAPE else 32 + (esds.uint(position, 2) >> 5 & 0x3F)
        position += FIELDS.get(tag, esds.length)
    raise _broken("sound without configuration")


def _av1(config: Box) -> str:
    """Profile, level, tier and depth (AV1 in ISO base media, section 5)."""
    level, bits = config.uint(1, 1), config.uint(2, 1)
    high, twelve, tier = bits & 0x40, bits & 0x20, "H" if bits & 0x80 else "M"
    depth = (12 if twelve else 10) if high else 8
    return f"{level >> 5}.{level & 0x1F:02d}{tier}.{depth:02d}"


def _hevc(config: Box) -> str:
    """Profile, compatibility, tier, level, constraints (ISO/IEC 14496-15, annex E)."""
    general = config.uint(1, 1)
    space = ("", "A", "B", "C")[general >> 6]
    compatible = int(f"{config.uint(2, 4):032b}"[::-1], 2)
    tier = "H" if general & 0x20 else "L"
    constraints = config.content[6:12].rstrip(b"\0")
    parts = [f"{space}{general & 0x1F}", f"{compatible:X}"]
    parts += [f"{tier}{config.uint(12, 1)}", *(f"{byte:X}" for byte in constraints)]
    return ".".join(parts)


def _broken(detail: str) -> TranscodeFailed:
    return TranscodeFailed(FailureCode.BAD_OUTPUT, detail)
