"""Rate limits, counted in each web process (see docs/decisions)."""

import unicodedata
from collections.abc import Mapping

from flask import Response, request
from flask_limiter import Limiter

FAILED_SIGN_INS = "10 per minute"


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
limit_failed_sign_ins = limiter.shared_limit(
    FAILED_SIGN_INS,
    scope="sign-in",
    deduct_when=_failed,
    # GET shows the form; only the attempts count.
    exempt_when=lambda: request.method == "GET",
)
