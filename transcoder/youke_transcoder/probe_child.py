"""The process that opens a stranger's file: `probe_child PATH LIMITS`.

It prints one JSON object: {"probe": ...} or {"rejected": code, "detail": ...}. The
process that started it has already limited its memory, CPU and network.
"""

from __future__ import annotations

import contextlib
import json
import math
import sys
from dataclasses import dataclass
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
    is_beside,
    is_seekable,
    judge_header,
    judge_spans,
    spaced,
)
from youke_transcoder.limits import AUDIO_CODECS, FORMATS, VIDEO_CODECS, Limits
from youke_transcoder.model import Probe
from youke_transcoder.tracks import Track

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame

#: Packets of picture that may fail before the file counts as unreadable.
PATIENCE = 300
#: Key frames nearer to each other are as good as one: seconds, and a little less than
#: the second that many encoders put between them.
KEYS_APART_S = 0.95
#: AVColorTransferCharacteristic of PQ and HLG.
HDR_TRANSFERS = (16, 18)
RGB_NAMES = ("gbr", "rgb", "bgr", "argb", "abgr", "0rgb", "0bgr", "pal8")


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
    #: The time of the last picture that the container's index knows.
    index_end_s: float | None


def _measure(container: InputContainer, limits: Limits, size: int) -> Probe:
    facts = _header(container)
    judge_header(facts, limits)
    video, audio = choose_streams(facts)
    index_end_s = _index_end(container, video.index)
    tracks, frame = _read(container, video.index)
    spans = {index: track.span for index, track in tracks.items() if track.times}
    judge_spans(facts, spans, limits)
    if frame is None:
        raise Rejected(RejectionCode.UNREADABLE, "no picture can be decoded")
    if audio and audio.index not in spans:
        facts = facts.without(audio)
    start = container.start_time
    first = min(span.start_s for span in spans.values())
    origin = first if start is None else start / av.time_base
    measured = Measured(facts, tracks, spans, origin, index_end_s)
    return _probe(container, frame, measured, size)


def _index_end(container: InputContainer, video_index: int) -> float | None:
    """Find the time of the last picture that the container's own index knows.

    Matroska's index is read by the first jump only.
    """
    stream = container.streams[video_index]
    if "matroska" in container.format.name:
        container.seek(0)
    entries = stream.index_entries
    if not len(entries) or stream.time_base is None:
        return None
    return float(entries[len(entries) - 1].timestamp * stream.time_base)


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
            index = packet.stream_index
            track = tracks.get(index)
            if track is None:
                track = tracks[index] = Track(packet.stream.time_base)
            track.add(packet)
            if index == video_index:
                track.note_headers(packet)
                if first.wanted:
                    first.try_packet(packet)
    except av.error.FFmpegError:
        # What could be read until here is judged by its length.
        if not tracks:
            raise
    except IndexError:
        # PyAV reads all packets, and only then asks for the end of a stream that has
        # appeared in the middle, of which it does not know.
        pass
    return tracks, first.frame


class FirstPicture:
    """Decodes until one picture comes out or patience ends."""

    def __init__(self) -> None:
        """Start without a picture."""
        self.frame: VideoFrame | None = None
        self._left = PATIENCE

    @property
    def wanted(self) -> bool:
        """Whether another packet should be tried."""
        return self.frame is None and self._left > 0

    def try_packet(self, packet: Packet[Any]) -> None:
        """Decode a packet."""
        self._left -= 1
        with contextlib.suppress(av.error.FFmpegError):
            self.frame = next(iter(packet.decode()), None)


def _probe(
    container: InputContainer, frame: VideoFrame, source: Measured, size: int
) -> Probe:
    """Put together what is known of an acceptable file."""
    video, audio = choose_streams(source.facts)
    stream = container.streams[video.index]
    pictures, span = source.tracks[video.index], source.spans[video.index]
    rate, varies = frame_rate(pictures.sorted_s(pictures.times), span.end_s)
    aspect = getattr(stream, "sample_aspect_ratio", None) or Fraction(1)
    width, height = displayed_size(frame.width, frame.height, aspect, frame.rotation)
    chosen = [video, audio] if audio else [video]
    ends = [
        source.spans[each.index].end_s for each in chosen if each.index in source.spans
    ]
    duration_s = round(max(ends) - source.origin_s, 6)
    bits = 8 * sum(source.tracks[each.index].size for each in chosen)
    return Probe(
        container=source.facts.container,
        size=size,
        duration_s=duration_s,
        video_end_s=round(span.end_s - source.origin_s, 6),
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
        square=aspect == 1,
        bit_rate=round(bits / max(duration_s, 0.001)),
        video_profile=_profile(container, video),
        steady=_is_steady(source, video, audio),
        reorder_s=_reorder_s(source, chosen, float(1 / rate)),
        **_places(source, video),
        **_sound(container, audio),
    )


def _is_steady(source: Measured, video: StreamFacts, audio: StreamFacts | None) -> bool:
    track = source.tracks[video.index]
    if track.headers > 1:
        return False
    if audio is None:
        return True
    sound = source.tracks[audio.index]
    return is_beside(
        source.spans[audio.index],
        source.spans[video.index],
        hole_s=sound.seconds(sound.hole),
    )


def _reorder_s(source: Measured, chosen: list[StreamFacts], frame_s: float) -> float:
    """Seconds before zero at which decoding begins, rounded up to milliseconds."""
    early = [0.0]
    for each in chosen:
        track = source.tracks[each.index]
        if track.dts is not None:
            # ffmpeg counts back by a frame for each that does not say.
            start_s = track.seconds(track.dts) - track.undated * frame_s
            early.append(source.origin_s - start_s)
    return math.ceil(1000 * max(early)) / 1000


def _places(source: Measured, video: StreamFacts) -> dict[str, Any]:
    """Where decoding may begin."""
    pictures = source.tracks[video.index]
    keys = spaced(pictures.sorted_s(pictures.keys), KEYS_APART_S)
    chosen = (each for each in choose_streams(source.facts) if each)
    tracks = [source.tracks[each.index] for each in chosen]
    tangled = any(each.tangled for each in tracks)
    return {
        "key_times_s": tuple(round(each - source.origin_s, 6) for each in keys),
        "tangled": tangled,
        "seekable": is_seekable(
            source.facts.container,
            keys,
            index_end_s=source.index_end_s,
            growing=not tangled and all(each.timed for each in tracks),
        ),
    }


def _sound(container: InputContainer, audio: StreamFacts | None) -> dict[str, Any]:
    if audio is None:
        return {"audio_index": None, "audio_codec": None}
    context: Any = container.streams[audio.index].codec_context
    return {
        "audio_index": audio.index,
        "audio_codec": audio.codec,
        "audio_profile": _profile(container, audio),
        "sample_rate": context.sample_rate or None,
        "channels": context.layout.nb_channels or None,
    }


def _profile(container: InputContainer, stream: StreamFacts) -> str | None:
    context: Any = container.streams[stream.index].codec_context
    return str(context.profile) if context.profile else None


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
