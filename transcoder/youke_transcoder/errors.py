"""What can go wrong: the file's fault, ours, or a wish to stop."""

from __future__ import annotations

from enum import StrEnum


class RejectionCode(StrEnum):
    """Why a file will never become a lesson; trying again changes nothing."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    UNSUPPORTED_FORMAT = "unsupported_format"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    TOO_MANY_STREAMS = "too_many_streams"
    NO_VIDEO = "no_video"
    UNSUPPORTED_CODEC = "unsupported_codec"
    TOO_SMALL = "too_small"
    TOO_LARGE_PIXELS = "too_large_pixels"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_EXPENSIVE = "too_expensive"


class FailureCode(StrEnum):
    """Why the work on an acceptable file did not end."""

    PROBE_FAILED = "probe_failed"
    PROBE_TIMEOUT = "probe_timeout"
    ENCODER_FAILED = "encoder_failed"
    ENCODER_TIMEOUT = "encoder_timeout"
    ENCODER_BUDGET = "encoder_budget"
    BAD_SOURCE = "bad_source"
    BAD_OUTPUT = "bad_output"
    #: A chunk did not begin where a key frame should lie: encode in one piece.
    BAD_SEEK = "bad_seek"
    OUTPUT_TOO_LARGE = "output_too_large"
    DISK_FULL = "disk_full"
    #: The machine's fault: see `sandbox`.
    NO_SANDBOX = "no_sandbox"


class TranscoderError(Exception):
    """The transcoder could not do what it was asked."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else (self.__doc__ or "")


class Rejected(TranscoderError):  # noqa: N818  # a verdict on a file, not an error
    """The file cannot become a lesson."""

    def __init__(self, code: RejectionCode, detail: str = "") -> None:
        """Keep the stable code for programs and the detail for people and logs."""
        super().__init__(f"{code}: {detail or self.__doc__}")
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type[Rejected], tuple[RejectionCode, str]]:
        """Survive the way between processes with code and detail."""
        return type(self), (self.code, self.detail)


class TranscodeFailed(TranscoderError):  # noqa: N818  # reads as what happened
    """The file was acceptable, but the work on it failed."""

    def __init__(self, code: FailureCode, detail: str = "") -> None:
        """Keep the stable code for programs and the detail for people and logs."""
        super().__init__(f"{code}: {detail or self.__doc__}")
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type[TranscodeFailed], tuple[FailureCode, str]]:
        """Survive the way between processes with code and detail."""
        return type(self), (self.code, self.detail)


class Cancelled(TranscoderError):  # noqa: N818  # a wish that was granted
    """The caller asked the transcoder to stop."""
