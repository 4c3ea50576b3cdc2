"""Rate limits, counted in each web process (see docs/decisions)."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask import Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

View = TypeVar("View", bound=Callable[..., Any])

FAILED_SIGN_INS = "10 per minute"
#: Of all accounts together: enough for the slips of a school behind one address, few
#: for somebody who tries one password on everybody or keeps us busy with hashing.
FAILED_SIGN_INS_OF_ADDRESS = "100 per minute"


def _account_and_address() -> str:
    """Count by account and address: nobody locks out a stranger's account."""
    # All spellings of a name are one account, see accounts.
    username = unicodedata.normalize("NFKC", str(_sent().get("username"))).strip()
    return f"{request.remote_addr}:{username[:64]}"


def _sent() -> Mapping[str, object]:
    """Return what the view will read: a body may be a form and JSON at once."""
    if not request.path.startswith("/api/"):
        return request.form
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _failed(response: Response) -> bool:
    return response.status_code in {401, 422}


limiter = Limiter(key_func=_account_and_address, storage_uri="memory://")


def _limit(amount: str, scope: str, key: Callable[[], str]) -> Callable[[View], View]:
    limit = limiter.shared_limit(
        amount,
        scope=scope,
        key_func=key,
        deduct_when=_failed,
        # GET shows the form; only the attempts count.
        exempt_when=lambda: request.method == "GET",
    )
    return cast("Callable[[View], View]", limit)


def limit_failed_sign_ins(view: View) -> View:
    """Refuse guesses, whether at one account or at all of them."""
    of_account = _limit(FAILED_SIGN_INS, "sign-in", _account_and_address)
    of_address = _limit(FAILED_SIGN_INS_OF_ADDRESS, "sign-ins", get_remote_address)
    return of_address(of_account(view))
