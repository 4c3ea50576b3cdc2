"""What can go wrong, as a family of exceptions.

The docstring of an exception is its message and its attributes are its data. A
feature derives its own from the kinds below and gives each a stable `code`; one
table in `youke.http.errors` maps the kinds to HTTP.
"""

import inspect
from typing import ClassVar


class YoukeError(Exception):
    """Something went wrong."""

    #: Stable, for programs; the docstring is for people.
    code: ClassVar[str] = "error"

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The docstring's first paragraph with the data filled in."""
        return self.template().format_map(self.data)

    @classmethod
    def template(cls) -> str:
        """Return the message before its data, which is also its translation key."""
        return " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split())


class InvalidError(YoukeError):
    """The request does not make sense."""

    code = "invalid"


class UnauthenticatedError(YoukeError):
    """Please sign in first."""

    code = "unauthenticated"


class ForbiddenError(YoukeError):
    """Your account may not do this."""

    code = "forbidden"


class NotFoundError(YoukeError):
    """There is nothing at this address."""

    code = "not_found"


class ConflictError(YoukeError):
    """This is not possible in the present state."""

    code = "conflict"


class TooLargeError(YoukeError):
    """This is larger than what is accepted."""

    code = "too_large"


class UnavailableError(YoukeError):
    """A part of the service is not answering; please try again in a moment."""

    code = "unavailable"


class IllegalTransitionError(ConflictError):
    """{what} cannot go from {present} to {wanted}."""

    code = "illegal_transition"
