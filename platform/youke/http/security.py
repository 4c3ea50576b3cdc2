"""Headers and forgery protection for every answer."""

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect

from youke.http.context import public_s3_endpoint

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
csrf = CSRFProtect()


class SessionCookies(SecureCookieSessionInterface):
    """Session cookies that stay on TLS wherever they were given over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002  Flask's signature
        """Say whether this request came over TLS, as far as trusted proxies tell."""
        return request.is_secure


def install_security(app: Flask) -> None:
    """Refuse forged requests and tell browsers what pages may do."""
    app.session_interface = SessionCookies()
    csrf.init_app(app)
    app.before_request(_refuse_forgery)
    app.after_request(_headers)


def bearer_token() -> str | None:
    """Return the token that the request names itself, which no forger can."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _refuse_forgery() -> None:
    """Want the CSRF token wherever the session cookie could have spoken."""
    if request.method in SAFE_METHODS or bearer_token() or _is_unknown_program():
        return
    if request.endpoint != "auth_api.issue_token":
        csrf.protect()


def _is_unknown_program() -> bool:
    """Say whether it calls the API without a cookie: it is asked who it is instead."""
    cookie = current_app.config["SESSION_COOKIE_NAME"]
    return request.path.startswith("/api/") and cookie not in request.cookies


def content_security_policy(s3: str) -> str:
    """Return the policy: our own scripts only, media and uploads with the store."""
    return "; ".join(
        [
            "default-src 'self'",
            f"img-src 'self' data: blob: {s3}",
            # hls.js begins a track of captions with an empty text of this kind.
            f"media-src 'self' blob: data: {s3}",
            f"connect-src 'self' {s3}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy", content_security_policy(public_s3_endpoint())
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Vary", "Cookie")
    return response
