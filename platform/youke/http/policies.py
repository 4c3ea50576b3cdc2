"""Who may call a view: every view says it, and what says nothing answers nobody."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, current_app, request

from youke.kernel.errors import ForbiddenError

View = TypeVar("View", bound=Callable[..., Any])


class Policy(Protocol):
    """Raises when the present person may not call the view."""

    def __call__(self) -> None:
        """Return for those who may, raise for those who may not."""


def policy(check: Policy) -> Callable[[View], View]:
    """Declare who may call this view."""

    def declare(view: View) -> View:
        cast("Any", view).youke_policy = check
        return view

    return declare


def anyone() -> None:
    """Let everybody in: sign-in, health, the API's description."""


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """Return the declared policy of a view, looking under its decorators."""
    seen: Any = view
    while seen is not None:
        if hasattr(seen, "youke_policy"):
            return cast("Policy", seen.youke_policy)
        seen = getattr(seen, "__wrapped__", None)
    return None


#: Views of libraries that cannot carry a declaration.
OPEN_ENDPOINTS = frozenset({"openapi.spec"})


def install_policies(app: Flask) -> None:
    """Check the declared policy before every view; no declaration, no entry."""
    app.before_request(_enforce)


def _enforce() -> None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN_ENDPOINTS:
        return
    check = policy_of(current_app.view_functions[endpoint])
    if check is None:
        raise ForbiddenError
    check()
