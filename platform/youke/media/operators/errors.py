"""Why operators cannot have what they ask for."""

from youke.kernel.errors import ConflictError, NotFoundError


class EncodingNotFoundError(NotFoundError):
    """There is no such encoding."""

    code = "encoding_not_found"


class NotTheNewestError(ConflictError):
    """The lesson has a newer encoding; see that one."""

    code = "not_the_newest"


class NotFailedError(ConflictError):
    """Only what has failed can be tried again."""

    code = "not_failed"


class NotCompleteError(ConflictError):
    """The lesson has no complete video."""

    code = "not_complete"


class OriginalNeededError(ConflictError):
    """The original is still needed: its lesson has no complete versions made of it."""

    code = "original_needed"


class NoSuchRungError(NotFoundError):
    """The lesson has no version {rung}."""

    code = "no_such_rung"


class RungNeededError(ConflictError):
    """The version {rung} is the only one that {profile} can play."""

    code = "rung_needed"
