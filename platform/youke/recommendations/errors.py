"""Why operators cannot have what they ask of models."""

from youke.kernel.errors import ConflictError, InvalidError, NotFoundError


class ModelNotFoundError(NotFoundError):
    """There is no such ranking model."""

    code = "model_not_found"


class NoEarlierModelError(ConflictError):
    """There is no earlier model to go back to."""

    code = "no_earlier_model"


class NotUsableError(ConflictError):
    """This model was refused, or its file is no longer kept."""

    code = "model_not_usable"


class AlreadyCurrentError(ConflictError):
    """This model is the one that serves already."""

    code = "model_already_current"


class NothingToPublishError(ConflictError):
    """No model waits to be published."""

    code = "nothing_to_publish"


class NoModelError(ConflictError):
    """No model serves yet."""

    code = "no_model"


class TrialRunningError(ConflictError):
    """A trial is running; stop it first."""

    code = "trial_running"


class NoTrialError(ConflictError):
    """No trial is running."""

    code = "no_trial"


class ShareError(InvalidError):
    """The challenger's share of the classes must be between 0.05 and 0.95."""

    code = "bad_share"


class ClassNotFoundError(NotFoundError):
    """There is no such class."""

    code = "class_not_found"


class TooManyPinsError(ConflictError):
    """A class can be recommended at most {most} lessons at a time."""

    code = "too_many_pins"
