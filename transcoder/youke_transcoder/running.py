"""With which means the engine works, and one way to run ffmpeg with them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from youke_transcoder.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable


def ffmpeg_path() -> str:
    """Find ffmpeg: `YOUKE_FFMPEG`, else the one of the imageio-ffmpeg package."""
    configured = os.environ.get("YOUKE_FFMPEG")
    if configured:
        return configured
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a step of the work may use, and whom it tells."""

    ffmpeg: str = field(default_factory=ffmpeg_path)
    limits: Limits = DEFAULT_LIMITS
    #: Threads of each encoder; none lets the number of processors decide.
    threads: int | None = None
    #: Added to the niceness of every child process.
    nice: int = 0
    #: Told growing shares of the step, 0 to 1; what it raises ends the step.
    on_progress: Callable[[float], None] = lambda _: None
    #: Once it answers yes the step ends with `Cancelled`.
    should_stop: Callable[[], bool] = lambda: False
