"""The current person, and the policies that views declare."""

from collections.abc import Callable
from typing import Any, cast

from flask import Flask, Request
from flask import session as cookie
from flask_login import LoginManager, current_user

from youke.accounts.models import ADMINISTRATORS, Person, Role
from youke.accounts.service import person_for_token
from youke.http.context import db_session
from youke.http.security import bearer_token
from youke.kernel.errors import ForbiddenError, UnauthenticatedError


class SignedIn:
    """A person as Flask-Login sees it; everything else is the person's own."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, person: Person, token: str) -> None:
        self.person = person
        self.token = token

    def get_id(self) -> str:
        """Return the token: it, not the person, is what a sign-out ends."""
        return self.token

    def __getattr__(self, name: str) -> Any:
        """Let templates and views speak of the person directly."""
        return getattr(self.person, name)


def install_sign_in(app: Flask) -> None:
    """Know people by the token in their cookie or Authorization header."""
    manager = LoginManager(app)
    manager.user_loader(_from_cookie)
    manager.request_loader(_from_request)
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_PROTECTION=None,
    )


def current_person() -> Person:
    """Return who is asking.

    :raises UnauthenticatedError: when nobody is signed in.
    """
    if not current_user.is_authenticated:
        raise UnauthenticatedError
    return cast("Person", current_user.person)


def forget_cookie() -> None:
    """Start a new cookie session, so that none is carried over a sign-in."""
    cookie.clear()


def signed_in() -> None:
    """Let everybody in who is signed in."""
    current_person()


def having(*roles: Role) -> Callable[[], None]:
    """Let in whoever has one of the roles."""

    def check() -> None:
        if not set(roles) & set(current_person().roles):
            raise ForbiddenError

    return check


administrators = having(*ADMINISTRATORS)


def _from_token(token: str) -> SignedIn | None:
    person = person_for_token(db_session(), token)
    return SignedIn(person, token) if person else None


def _from_cookie(token: str) -> SignedIn | None:
    """Know the browser, unless the request speaks for somebody itself.

    Such a request is not asked for a forgery token, so it must not count as the
    browser's.
    """
    return None if bearer_token() else _from_token(token)


def _from_request(_request: Request) -> SignedIn | None:
    token = bearer_token()
    return _from_token(token) if token else None
