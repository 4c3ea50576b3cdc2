"""What can go wrong with accounts."""

from youke.kernel.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)


class WrongPasswordError(UnauthenticatedError):
    """The user name or the password is wrong."""

    code = "wrong_password"


class UsernameTakenError(ConflictError):
    """The user name {username} is taken."""

    code = "username_taken"


class WeakPasswordError(InvalidError):
    """A password has {least} to {most} characters."""

    code = "weak_password"


class PersonNotFoundError(NotFoundError):
    """There is nobody with the user name {username}."""

    code = "person_not_found"
