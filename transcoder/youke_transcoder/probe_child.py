"""The process that opens a stranger's file: `probe_child PATH LIMITS`.

It prints one JSON object: {"probe": ...} or {"rejected": code, "detail": ...}. The
process that started it has already limited its memory, CPU and network.
"""

from __future__ import annotations

import json
import sys
from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error
from av.stream import Disposition

from youke_transcoder.boxes import walk
from youke_transcoder.errors import Rejected, RejectionCode
from youke_transcoder.judging import (
    HeaderFacts,
    Span,
    StreamFacts,
    choose_streams,
    displayed_size,
    frame_rate,
    judge_header,
    judge_spans,
)
from youke_transcoder.limits import AUDIO_CODECS, FORMATS, VIDEO_CODECS, Limits
from youke_transcoder.model import Probe

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame

#: Packets of picture that may fail before the file counts as unreadable.
PATIENCE = 300
#: AVColorTransferCharacteristic of PQ and HLG.
HDR_TRANSFERS = (16, 18)
RGB_NAMES = ("gbr", "rgb", "bgr", "argb", "abgr", "0rgb", "0bgr", "pal8")


@dataclass
class Track:
    """What the packets of one stream show."""

    times: array[float] = field(default_factory=lambda: array("d"))
    end_s: float = float("-inf")

    def add(self, packet: Packet[Any]) -> None:
        """Take note of a packet's time."""
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is None or packet.is_discard:
            return
        time = float(stamp * packet.time_base)
        self.times.append(time)
        self.end_s = max(
            self.end_s, time + float((packet.duration or 0) * packet.time_base)
        )


def probe(path: Path, limits: Limits) -> Probe:
    """Measure a file, or raise `Rejected`."""
    size = path.stat().st_size
    if size == 0:
        raise Rejected(RejectionCode.EMPTY_FILE, "the file has no content")
    if size > limits.max_bytes:
        raise Rejected(RejectionCode.TOO_LARGE, f"{size} bytes")
    with path.open("rb") as file:
        boxes = walk(file, size)
    if boxes.truncated:
        raise Rejected(RejectionCode.TRUNCATED, "the file ends before its end")
    try:
        with _open(path, limits) as container:
            return _measure(container, limits, size)
    except MemoryError:
        raise Rejected(RejectionCode.TOO_EXPENSIVE, "takes too much memory") from None
    except av.error.FFmpegError as error:
        code = (
            RejectionCode.UNREADABLE if boxes.mp4 else RejectionCode.UNSUPPORTED_FORMAT
        )
        raise Rejected(code, str(error.strerror)) from None


def _open(path: Path, limits: Limits) -> InputContainer:
    options = {
        "format_whitelist": ",".join(FORMATS),
        "protocol_whitelist": "file",
        "codec_whitelist": ",".join(VIDEO_CODECS + AUDIO_CODECS),
        "max_pixels": str(limits.max_pixels),
    }
    # "file:" keeps a name like "concat:a|b" from being read as another protocol.
    return av.open(f"file:{path.resolve()}", options=options, metadata_errors="replace")


@dataclass(frozen=True)
class Measured:
    """Everything that the packets and the header say."""

    facts: HeaderFacts
    tracks: dict[int, Track]
    spans: dict[int, Span]
    #: The time that the encoder will call zero.
    origin_s: float


def _measure(container: InputContainer, limits: Limits, size: int) -> Probe:
    facts = _header(container)
    judge_header(facts, limits)
    video, audio = choose_streams(facts)
    tracks, frame = _read(container, video.index)
    spans = {index: _span(track) for index, track in tracks.items() if track.times}
    judge_spans(facts, spans, limits)
    if frame is None:
        raise Rejected(RejectionCode.UNREADABLE, "no picture can be decoded")
    if audio and audio.index not in spans:
        facts = facts.without(audio)
    start = container.start_time
    first = min(span.start_s for span in spans.values())
    origin = first if start is None else start / av.time_base
    return _probe(container, frame, Measured(facts, tracks, spans, origin), size)


def _header(container: InputContainer) -> HeaderFacts:
    declared = container.duration
    return HeaderFacts(
        container=container.format.name,
        declared_s=declared / av.time_base if declared else None,
        streams=tuple(map(_stream, container.streams)),
    )


def _stream(stream: Stream) -> StreamFacts:
    # No decoder at all leaves the context away, whatever the stub says.
    context: Any = stream.codec_context
    size = (0, 0)
    if stream.type == "video" and context is not None:
        size = (context.width, context.height)
    return StreamFacts(
        index=stream.index,
        kind=stream.type,
        codec=context.name if context is not None else None,
        width=size[0],
        height=size[1],
        cover=bool(stream.disposition & Disposition.attached_pic),
        default=bool(stream.disposition & Disposition.default),
        declared_s=_seconds(stream.duration, stream.time_base),
    )


def _seconds(stamp: int | None, time_base: Fraction | None) -> float | None:
    return float(stamp * time_base) if stamp and time_base else None


def _read(
    container: InputContainer, video_index: int
) -> tuple[dict[int, Track], VideoFrame | None]:
    """Take note of every packet's time, and decode until there is one picture."""
    tracks: dict[int, Track] = {}
    first = FirstPicture()
    try:
        for packet in container.demux():
            tracks.setdefault(packet.stream.index, Track()).add(packet)
            if packet.stream.index == video_index:
                first.try_packet(packet)
    except av.error.FFmpegError:
        # What could be read until here is judged by its length.
        if not tracks:
            raise
    return tracks, first.frame


class FirstPicture:
    """Decodes until one picture comes out or patience ends."""

    def __init__(self) -> None:
        """Start without a picture."""
        self.frame: VideoFrame | None = None
        self._left = PATIENCE

    def try_packet(self, packet: Packet[Any]) -> None:
        """Decode a packet if a picture is still wanted."""
        if self.frame is not None or self._left <= 0:
            return
        self._left -= 1
        try:
            self.frame = next(iter(packet.decode()), None)
        except av.error.FFmpegError:
            return


def _span(track: Track) -> Span:
    return Span(min(track.times), track.end_s, len(track.times))


def _probe(
    container: InputContainer, frame: VideoFrame, source: Measured, size: int
) -> Probe:
    """Put together what is known of an acceptable file."""
    video, audio = choose_streams(source.facts)
    stream = container.streams[video.index]
    times = sorted(source.tracks[video.index].times)
    rate, varies = frame_rate(times, source.spans[video.index].end_s)
    aspect = getattr(stream, "sample_aspect_ratio", None) or Fraction(1)
    width, height = displayed_size(frame.width, frame.height, aspect, frame.rotation)
    chosen = [video, audio] if audio else [video]
    ends = [
        source.spans[each.index].end_s for each in chosen if each.index in source.spans
    ]
    return Probe(
        container=source.facts.container,
        size=size,
        duration_s=round(max(ends) - source.origin_s, 6),
        video_end_s=round(source.spans[video.index].end_s - source.origin_s, 6),
        width=width,
        height=height,
        frame_rate=rate,
        variable_fps=varies,
        video_codec=str(video.codec),
        pix_fmt=frame.format.name,
        bit_depth=max(part.bits for part in frame.format.components),
        hdr=int(frame.color_trc) in HDR_TRANSFERS,
        rgb=frame.format.name.startswith(RGB_NAMES),
        interlaced=frame.interlaced_frame,
        rotation=frame.rotation,
        video_index=video.index,
        audio_index=audio.index if audio else None,
        audio_codec=audio.codec if audio else None,
    )


def main(path: str, limits: str) -> None:
    """Print what became of the file."""
    try:
        found = probe(Path(path), Limits(**json.loads(limits)))
        answer: dict[str, Any] = {"probe": found.to_dict()}
    except Rejected as rejected:
        answer = {"rejected": rejected.code, "detail": rejected.detail}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
