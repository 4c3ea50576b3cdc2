"""What the packets of one stream show, noted in one pass over the file."""

from __future__ import annotations

from array import array
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from youke_transcoder.judging import Span

if TYPE_CHECKING:
    from av.packet import Packet

#: Ticks per second where a stream does not say: libavutil's AV_TIME_BASE.
TICKS = 1_000_000
#: Seconds by which decoding times may fall: where MPEG streams leave times out, what
#: libavformat fills in is wrong by some frames.
FALL_S = 0.5


class Track:
    """What the packets of one stream show; times in ticks of the stream."""

    __slots__ = (
        "_last_dts",
        "_leeway",
        "_time_base",
        "dts",
        "end",
        "headers",
        "hole",
        "keys",
        "size",
        "tangled",
        "timed",
        "times",
        "undated",
    )

    def __init__(self, time_base: Fraction | None) -> None:
        """Start without packets."""
        self._time_base = time_base or Fraction(1, TICKS)
        self._last_dts: int | None = None
        self._leeway = int(FALL_S / self._time_base)
        #: When the first packet is decoded that says so, and how many come before it.
        self.dts: int | None = None
        self.undated = 0
        #: Of the packets that are shown, in the order of the file.
        self.times = array("q")
        self.keys = array("q")
        self.end = 0
        #: Bytes.
        self.size = 0
        #: Every packet says when it is shown; decoding times fall far somewhere.
        self.timed = True
        self.tangled = False
        #: The longest time that no packet covers.
        self.hole = 0
        #: How often new headers for the decoder came along.
        self.headers = 0

    def add(self, packet: Packet[Any]) -> None:
        """Take note of a packet; runs some hundred thousand times."""
        pts, dts = packet.pts, packet.dts
        stamp = dts if pts is None else pts
        if stamp is None:
            return
        if pts is None:
            self.timed = False
        self._note_decoding(dts)
        self.size += packet.size
        if packet.is_discard:
            return
        end = stamp + (packet.duration or 0)
        if not self.times:
            self.end = end
        elif end > self.end:
            self.hole = max(self.hole, stamp - self.end)
            self.end = end
        self.times.append(stamp)
        if packet.is_keyframe:
            self.keys.append(stamp)

    def _note_decoding(self, dts: int | None) -> None:
        # Matroska knows no decoding times, so libavformat has none at some starts.
        last = self._last_dts
        if dts is None:
            self.undated += last is None
            return
        if last is None:
            self.dts = dts
        elif dts < last - self._leeway:
            self.tangled = True
        self._last_dts = dts

    def note_headers(self, packet: Packet[Any]) -> None:
        """Take note of headers that come with a packet."""
        if packet.is_keyframe and packet.has_sidedata("new_extradata"):
            self.headers += 1

    def seconds(self, stamp: int) -> float:
        """Seconds of a time in ticks."""
        return float(stamp * self._time_base)

    @property
    def span(self) -> Span:
        """From the first packet to the end of the last."""
        start, end = self.seconds(min(self.times)), self.seconds(self.end)
        return Span(start, end, len(self.times))

    def sorted_s(self, stamps: array[int]) -> list[float]:
        """Seconds of times in ticks, in order."""
        factor = float(self._time_base)
        return [stamp * factor for stamp in sorted(stamps)]
