"""Give a source an index, so that it can be cut: its packets, copied into Matroska.

MPEG streams, AVI, FLV and ASF, live recordings and fragmented files do not tell where
their key frames lie, or when each picture is shown. A copy costs a second for some
hundred megabytes and changes no picture.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from youke_transcoder import commands
from youke_transcoder.errors import FailureCode, Rejected, TranscodeFailed
from youke_transcoder.probing import probe
from youke_transcoder.process import Budget
from youke_transcoder.running import SLACK_BYTES, run_ffmpeg

if TYPE_CHECKING:
    from youke_transcoder.model import Probe
    from youke_transcoder.running import Means

#: The copy's name.
FILE = "normalised.mkv"
#: Containers whose clock may jump; ffmpeg mends that while it copies.
JUMPING = ("mpegts", "mpeg")
#: Seconds by which times may differ between the source and its copy.
SAME_S = 0.1
#: What the copy may take of the source's size: Matroska is mostly smaller.
GROWTH = 1.25
#: Ways of not working that are the source's fault: it stays as it is.
UNCOPIED = frozenset({FailureCode.ENCODER_FAILED, FailureCode.BAD_SOURCE})


def inspected(path: Path, directory: Path, *, means: Means) -> tuple[Path, Probe]:
    """Measure a source, and give the file to work with: itself or an indexed copy.

    The copy lies in `directory`, which may be used for nothing else. Where a copy is
    made and is faithful the answer's facts are the copy's. Raises what `probe` raises,
    and `TranscodeFailed` and `Cancelled`.
    """
    source = probe(path, means.limits)
    if source.seekable:
        return path, source
    chosen = tuple(
        each for each in (source.video_index, source.audio_index) if each is not None
    )
    try:
        copy = _copied(path, replace(source, remuxed=chosen), directory, means)
        found = probe(copy, means.limits)
    except (TranscodeFailed, Rejected) as error:
        if isinstance(error, TranscodeFailed) and error.code not in UNCOPIED:
            raise
        return path, source
    if not is_faithful(source, found):
        copy.unlink()
        return path, source
    return copy, replace(
        found, container=source.container, size=source.size, remuxed=chosen
    )


def normalised(path: Path, source: Probe, directory: Path, *, means: Means) -> Path:
    """Give the file that `inspected` gave for this probe, if need be made again."""
    if not source.remuxed:
        return path
    return _copied(path, source, directory, means)


def is_faithful(source: Probe, copy: Probe) -> bool:
    """Whether a copy can be cut and shows the same at the same times."""
    if not copy.seekable or copy.has_audio != source.has_audio:
        return False
    if any(name in source.container.split(",") for name in JUMPING):
        return copy.duration_s >= source.duration_s - 1
    # Elsewhere a muxer would squeeze the pictures after a jump into no time at all.
    return not source.tangled and abs(copy.duration_s - source.duration_s) <= SAME_S


def _copied(path: Path, source: Probe, directory: Path, means: Means) -> Path:
    with tempfile.TemporaryDirectory(prefix=".copy-", dir=directory) as name:
        run_ffmpeg(
            _copy(path, source, means),
            _budget(source, means),
            directory=Path(name),
            means=means,
            reads=[path],
            expected_s=source.duration_s,
        )
        return Path(name, FILE).replace(directory / FILE)


def _copy(path: Path, source: Probe, means: Means) -> list[str]:
    opened = commands.source(path, means.limits, fflags="+genpts")
    streams = [opened[str(each)] for each in source.remuxed]
    how: dict[str, Any] = {
        "c": "copy",
        # A recording that begins between key frames begins there in the copy as well.
        "copyinkf": None,
        "map_metadata": -1,
        "map_chapters": -1,
        "write_crc32": 0,
        # Nothing in the copy tells when it was made.
        "fflags": "+bitexact",
        "f": "matroska",
    }
    return commands.command(ffmpeg.output(*streams, FILE, **how), loglevel="error")


def _budget(source: Probe, means: Means) -> Budget:
    limits = means.limits
    return Budget(
        memory=limits.encode_memory,
        cpu_s=limits.encode_cpu_base_s,
        file_size=int(source.size * GROWTH) + SLACK_BYTES,
        open_files=limits.open_files,
        stall_s=limits.encode_stall_s,
    )
