"""Run ffmpeg for pictures out of our own renditions: posters and storyboards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from youke_transcoder.errors import Cancelled, FailureCode, TranscodeFailed
from youke_transcoder.process import Budget
from youke_transcoder.running import run_ffmpeg

if TYPE_CHECKING:
    from pathlib import Path

    from youke_transcoder.running import Means

#: CPU seconds and bytes of one file that pictures may take; a poster takes half a
#: second, the sheets of four hours about ten.
CPU_S = 300
FILE_SIZE = 64 * 1024**2
JPEG = b"\xff\xd8\xff"


def trusted(file: Path, **options: Any) -> Any:
    """Open a file that our own encoder wrote."""
    import ffmpeg

    return ffmpeg.input(f"file:{file.resolve()}", protocol_whitelist="file", **options)


def draw(output: Any, file: Path, directory: Path, means: Means) -> None:
    """Run ffmpeg in `directory`; raise `TranscodeFailed` or `Cancelled`."""
    if means.should_stop():
        raise Cancelled
    limits = means.limits
    budget = Budget(
        memory=limits.encode_memory,
        cpu_s=CPU_S,
        file_size=FILE_SIZE,
        open_files=limits.open_files,
        stall_s=limits.encode_stall_s,
    )
    arguments = ["-loglevel", "error", *output.get_args()]
    run_ffmpeg(arguments, budget, directory=directory, means=means, reads=[file])


def check_jpeg(path: Path) -> None:
    """Raise `TranscodeFailed` unless the file is there and begins as a JPEG."""
    if not path.is_file() or not path.read_bytes().startswith(JPEG):
        raise TranscodeFailed(FailureCode.BAD_OUTPUT, f"{path.name} is no picture")
