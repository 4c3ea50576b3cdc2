"""What can go wrong with watching."""

from youke.kernel.errors import ConflictError, InvalidError


class InvalidIntervalsError(InvalidError):
    """The watched intervals are not valid: {problem}."""

    code = "invalid_intervals"


class InvalidPositionError(InvalidError):
    """The position must be a number of seconds that is not negative."""

    code = "invalid_position"


class NothingToWatchError(ConflictError):
    """The lesson has no video that could be watched yet."""

    code = "nothing_to_watch"
