"""What can go wrong with accounts."""

from youke.kernel.errors import ConflictError, InvalidError, UnauthenticatedError


class WrongPasswordError(UnauthenticatedError):
    """The user name or the password is wrong."""

    code = "wrong_password"


class UsernameTakenError(ConflictError):
    """The user name {username} is taken."""

    code = "username_taken"


class WeakPasswordError(InvalidError):
    """A password has {least} to {most} characters."""

    code = "weak_password"
