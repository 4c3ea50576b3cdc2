"""Check what came out instead of trusting an exit code. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.recipes import REORDERED_FRAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from youke_transcoder.fragments import Fragment
    from youke_transcoder.limits import Limits
    from youke_transcoder.model import Chunk, Rendition
    from youke_transcoder.recipes import Recipe

#: Seconds of one AAC frame at 48 kHz: sound can only end on such a grid.
AAC_FRAME_S = 1024 / 48_000
#: RFC 6381 names of AAC's object types, by libavcodec's name of the profile.
AAC_OBJECT_TYPES = {"LC": 2, "HE-AAC": 5, "HE-AACv2": 29}
#: One of so many key frames is decoded in a copy.
SAMPLED = 10
#: NAL unit type of a sequence parameter set.
SPS = 7
#: First byte of an avcC record.
AVCC_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """One output file, measured."""

    width: int
    height: int
    frames: int
    key_times_s: tuple[float, ...]
    #: Key frames that decoded into a picture, of those that were tried.
    decoded_keys: int
    #: Hexadecimal; none without a picture.
    video_extradata: str | None
    audio_codec: str | None
    audio_profile: str | None
    #: By "video" and "audio".
    starts_s: Mapping[str, float]
    ends_s: Mapping[str, float]


def codecs_string(facts: FileFacts) -> str:
    """RFC 6381 names of the streams, read from the streams themselves."""
    names = []
    if facts.video_extradata is not None:
        names.append(f"avc1.{avc_profile(bytes.fromhex(facts.video_extradata))}")
    if facts.audio_codec is not None:
        names.append(f"mp4a.40.{AAC_OBJECT_TYPES[facts.audio_profile or 'LC']}")
    return ",".join(names)


def avc_profile(extradata: bytes) -> str:
    """Profile, constraints and level of H.264 as six digits.

    The header is an avcC record in MP4 and a sequence parameter set after a start
    code in MPEG-TS.
    """
    if extradata[:1] == bytes([AVCC_VERSION]):
        return extradata[1:4].hex()
    position = extradata.find(b"\0\0\1")
    while position >= 0:
        if extradata[position + 3] & 0x1F == SPS:
            return extradata[position + 4 : position + 7].hex()
        position = extradata.find(b"\0\0\1", position + 3)
    raise TranscodeFailed(FailureCode.BAD_OUTPUT, "H.264 without parameter set")


def check_chunk(
    name: str, fragments: Sequence[Fragment], recipe: Recipe, chunk: Chunk
) -> None:
    """Raise `TranscodeFailed` unless the chunk has its frames at their places.

    Each fragment is a closed group of pictures at its place on the grid. The code is
    `BAD_SEEK` where other frames came out of a cut source than should.
    """
    code = FailureCode.BAD_SEEK if len(recipe.chunks) > 1 else FailureCode.BAD_OUTPUT
    found = sum(each.runs[0].samples for each in fragments)
    if found != chunk.frames:
        detail = f"{name}: {found} frames instead of {chunk.frames}"
        raise TranscodeFailed(code, detail)
    place = chunk.first_frame
    for each in fragments:
        run = each.runs[0]
        ticks = run.track.timescale / recipe.frame_rate
        if run.decode_time != place * ticks:
            detail = f"{name}: begins at {run.start_s:.3f} s instead of frame {place}"
            raise TranscodeFailed(code, detail)
        if len(each.runs) != 1 or not run.key or run.keys != 1:
            _fail(name, "a fragment is not one group of pictures")
        if run.duration != run.samples * ticks or run.samples > recipe.gop:
            _fail(name, f"{run.samples} frames last {run.duration_s:.3f} s")
        if run.start != run.decode_time + REORDERED_FRAMES * ticks:
            _fail(name, "the picture is not as late as its clock says")
        place += recipe.gop


def check_picture(name: str, facts: FileFacts, recipe: Recipe) -> None:
    """Raise `TranscodeFailed` unless frames and key frames are where they must be."""
    if facts.frames != recipe.frames:
        _fail(name, f"{facts.frames} frames instead of {recipe.frames}")
    start = facts.starts_s["video"]
    rate = float(recipe.frame_rate)
    grid = [round((time - start) * rate) for time in facts.key_times_s]
    if grid != list(range(0, recipe.frames, recipe.gop)):
        _fail(name, "key frames are not on the grid")
    tried = sum(map(is_sampled, range(len(grid))))
    if facts.decoded_keys != tried:
        _fail(name, f"{facts.decoded_keys} of {tried} key frames decode")


def is_sampled(number: int) -> bool:
    """Whether the key frame with this number is decoded in a copy.

    All of them were decoded when they were encoded.
    """
    return number % SAMPLED == 0


def check_sound(name: str, facts: FileFacts, recipe: Recipe) -> None:
    """Raise `TranscodeFailed` unless the sound is there and as long as the picture."""
    if facts.audio_codec != "aac":
        _fail(name, f"sound is {facts.audio_codec}")
    length = facts.ends_s["audio"] - facts.starts_s["audio"]
    # Dropping the priming packet may move the start by a packet.
    if abs(length - recipe.duration_s) > 2 * AAC_FRAME_S:
        _fail(name, f"sound lasts {length:.3f} s of {recipe.duration_s:.3f} s")


def check_sound_alone(name: str, fragments: Sequence[Fragment], recipe: Recipe) -> None:
    """Raise `TranscodeFailed` unless the sound goes on from start to end."""
    runs = [each.runs[0] for each in fragments]
    if abs(runs[0].start_s - recipe.delay_s) > AAC_FRAME_S:
        _fail(name, f"sound begins at {runs[0].start_s:.3f} s")
    for before, after in pairwise(runs):
        if before.decode_time + before.duration != after.decode_time:
            _fail(name, f"sound does not go on at {after.start_s:.3f} s")
    length_s = sum(run.duration_s for run in runs)
    if abs(length_s - recipe.duration_s) > 2 * AAC_FRAME_S:
        _fail(name, f"sound lasts {length_s:.3f} s of {recipe.duration_s:.3f} s")


def check_rendition(rendition: Rendition, recipe: Recipe, limits: Limits) -> None:
    """Raise `TranscodeFailed` unless the segments cover the file and the source."""
    position = rendition.init.length if rendition.init else 0
    for segment in rendition.segments:
        if segment.offset != position:
            _fail(rendition.name, f"a segment begins at {segment.offset}")
        position += segment.length
    if position != rendition.size:
        _fail(rendition.name, f"segments end at {position} of {rendition.size} bytes")
    source_s = recipe.source.duration_s
    if abs(rendition.duration_s - source_s) > limits.missing_allowed(source_s):
        _fail(rendition.name, f"{rendition.duration_s:.2f} s of {source_s:.2f} s")
    frame_s = max(float(1 / recipe.frame_rate), AAC_FRAME_S)
    if abs(rendition.duration_s - recipe.duration_s) > frame_s:
        _fail(rendition.name, f"lasts {rendition.duration_s:.3f} s")


def _fail(name: str, detail: str) -> None:
    raise TranscodeFailed(FailureCode.BAD_OUTPUT, f"{name}: {detail}")
