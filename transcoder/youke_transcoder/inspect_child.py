"""Measure our own outputs: `-m youke_transcoder.inspect_child FILE ...` prints JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import av
import av.error

from youke_transcoder.verifying import FileFacts, is_sampled

if TYPE_CHECKING:
    from fractions import Fraction

    from av.container import InputContainer
    from av.packet import Packet


class Reader:
    """Takes the packets of one file and remembers what verifying needs."""

    def __init__(self, container: InputContainer) -> None:
        """Start with nothing read."""
        self.container = container
        self.video = next(iter(container.streams.video), None)
        self.audio = next(iter(container.streams.audio), None)
        self.frames = 0
        self.keys: list[float] = []
        self.decoded = 0
        self.starts: dict[str, float] = {}
        self.ends: dict[str, float] = {}

    def read(self) -> None:
        """Take every packet; decode some key frames, which tells a lot."""
        for packet in self.container.demux():
            if packet.pts is not None and packet.time_base is not None:
                self._take(packet, packet.pts * packet.time_base)
        if self.video:
            self.decoded += len(self.video.codec_context.decode(None))

    def _take(self, packet: Packet[Any], time: Fraction) -> None:
        kind = packet.stream.type
        start = float(time)
        end = float(time + (packet.duration or 0) * packet.time_base)
        self.starts[kind] = min(start, self.starts.get(kind, start))
        self.ends[kind] = max(end, self.ends.get(kind, end))
        if kind == "video":
            self.frames += 1
            if packet.is_keyframe:
                if is_sampled(len(self.keys)):
                    self.decoded += len(packet.decode())
                self.keys.append(start)

    def facts(self) -> FileFacts:
        """Everything that was read."""
        video: Any = self.video.codec_context if self.video else None
        audio: Any = self.audio.codec_context if self.audio else None
        return FileFacts(
            width=video.width if video else 0,
            height=video.height if video else 0,
            frames=self.frames,
            key_times_s=tuple(self.keys),
            decoded_keys=self.decoded,
            video_extradata=(video.extradata or b"").hex() if video else None,
            audio_codec=audio.name if audio else None,
            audio_profile=audio.profile if audio else None,
            starts_s=self.starts,
            ends_s=self.ends,
        )


def inspect(path: str) -> FileFacts:
    """Measure one file; raises what PyAV raises."""
    with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
        reader = Reader(container)
        reader.read()
        return reader.facts()


def main(paths: list[str]) -> None:
    """Print a line of facts per file."""
    for path in paths:
        try:
            answer = asdict(inspect(path))
        except av.error.FFmpegError as error:
            answer = {"error": f"{path}: {error.strerror}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
