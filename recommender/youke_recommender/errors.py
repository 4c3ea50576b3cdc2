"""What can go wrong in the engine; each docstring is the message people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pathlib import Path


class RecommenderError(Exception):
    """The recommender could not do what was asked."""

    #: A stable word for programs; the message is for people.
    code: ClassVar[str] = "recommender_error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class InvalidInteractionError(RecommenderError):
    """A weight or confidence must be a finite number that is not negative."""

    code = "invalid_interaction"

    def __init__(self, weight: float) -> None:
        self.weight = weight
        super().__init__(f"{type(self).__doc__} Got {weight!r}.")


class TooLittleDataError(RecommenderError):
    """There are no interactions to learn from."""

    code = "too_little_data"


class CatalogueTooLargeError(RecommenderError):
    """This model keeps a number for every pair of items and there are too many."""

    code = "catalogue_too_large"

    def __init__(self, items: int, limit: int) -> None:
        self.items = items
        self.limit = limit
        super().__init__(f"{type(self).__doc__} Items: {items}, limit: {limit}.")


class ModelFitError(RecommenderError):
    """Training ended in numbers that are not finite; nothing was kept."""

    code = "model_fit_failed"


class InvalidParameterError(RecommenderError):
    """A parameter is unknown or outside its range."""

    code = "invalid_parameter"

    def __init__(self, name: str, rule: str) -> None:
        self.name = name
        self.rule = rule
        super().__init__(f"{name}: {rule}")


class MissingExtraError(RecommenderError):
    """An optional package is needed that is not installed."""

    code = "missing_extra"

    def __init__(self, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{type(self).__doc__} Install it: pip install youke[{extra}]")


class ModelDamagedError(RecommenderError):
    """The model file is not whole, not ours or not sound, and must not be served."""

    code = "model_damaged"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{type(self).__doc__} ({reason})")


class InputFileError(RecommenderError):
    """A file of interactions cannot be read."""

    code = "bad_input_file"

    def __init__(self, path: Path, reason: str, *, line: int | None = None) -> None:
        self.path = path
        self.reason = reason
        self.line = line
        place = str(path) if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {reason}")
