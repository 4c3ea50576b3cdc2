"""What can go wrong with uploads and playback."""

from youke.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)


class EmptyFileError(InvalidError):
    """The file is empty."""

    code = "empty_file"


class FileTooLargeError(TooLargeError):
    """A video has at most {most} bytes."""

    code = "file_too_large"


class UploadNotFoundError(NotFoundError):
    """There is no such upload."""

    code = "upload_not_found"


class UploadOverError(ConflictError):
    """The upload was given up; please start again."""

    code = "upload_over"


class PartsMissingError(ConflictError):
    """Some parts have not arrived yet; send them and complete again."""

    code = "parts_missing"


class WithdrawFirstError(ConflictError):
    """The lesson is published; withdraw it before you delete it."""

    code = "withdraw_first"


class NotPlayableError(ConflictError):
    """The lesson cannot be watched yet."""

    code = "not_playable"


class UnknownProfileError(NotFoundError):
    """There is no profile {profile}; there are tv, web and mobile."""

    code = "unknown_profile"


class PlaybackRefusedError(ForbiddenError):
    """The link to this video has expired; please open the lesson again."""

    code = "playback_refused"


class EncodingLostError(ConflictError):
    """The work was given to somebody else or is no longer wanted."""

    code = "encoding_lost"


class StillWorkedOnError(ConflictError):
    """Another worker is at it and lives."""

    code = "still_worked_on"


class NothingToEncodeError(ConflictError):
    """The lesson has no complete file that could be encoded."""

    code = "nothing_to_encode"


class OriginalGoneError(ConflictError):
    """The original has been dropped, so no other versions can be made of it."""

    code = "original_dropped"


class InWorkError(ConflictError):
    """The lesson's video is being prepared already."""

    code = "in_work"


class NotInWorkError(ConflictError):
    """Nothing is being prepared for this lesson."""

    code = "not_in_work"


class DiskFullError(UnavailableError):
    """The worker's disk is full; the work goes on when there is room again."""

    code = "disk_full"


class EngineUnavailableError(UnavailableError):
    """The worker's machine cannot encode ({reason}); another one may."""

    code = "engine_unavailable"


class SourceDamagedError(NotFoundError):
    """The uploaded file is gone or is not what it was."""

    code = "source_damaged"
