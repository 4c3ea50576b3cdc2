"""What can go wrong with uploads and playback."""

from youke.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooLargeError,
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
