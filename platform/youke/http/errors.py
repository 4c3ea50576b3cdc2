"""One table maps our errors to HTTP: RFC 9457 for programs, a page for people."""

import logging
from http import HTTPStatus
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Response, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from youke.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
    YoukeError,
)

logger = logging.getLogger(__name__)

STATUS_OF: dict[type[YoukeError], HTTPStatus] = {
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
#: Codes of errors that the framework raises, by status.
CODE_OF = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many_requests",
}
RETRY_AFTER_S = 2
#: What the framework's own errors tell clients besides.
PASSED_ON = frozenset({"Allow"})


def install_errors(app: APIFlask) -> None:
    """Answer every error of this application in the one form."""
    app.error_processor(_framework_error)
    app.register_error_handler(YoukeError, _our_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_down)
    app.register_error_handler(PoolTimeoutError, _database_down)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _defect)


def status_of(error: YoukeError) -> HTTPStatus:
    """Return the HTTP status for an error of ours, by its nearest kind."""
    for kind in type(error).__mro__:
        if kind in STATUS_OF:
            return STATUS_OF[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem(status: int, code: str, detail: str, **more: object) -> BaseResponse:
    """Answer with a problem document (RFC 9457), or a page outside the API."""
    if _wants_page():
        return _page(status, code, detail)
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "code": code}
    response = jsonify(body | {"detail": detail} | more)
    response.status_code = status
    response.content_type = "application/problem+json"
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    return response


def translated(error: YoukeError) -> str:
    """Return an error's message in the reader's language."""
    template: str = gettext(error.template())
    return template.format_map(error.data)


def _wants_page() -> bool:
    return not request.path.startswith(("/api/", "/healthz", "/readyz"))


def _page(status: int, code: str, detail: str) -> BaseResponse:
    if status == HTTPStatus.UNAUTHORIZED:
        target = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return redirect(url_for("accounts.sign_in", next=target))
    title = gettext(HTTPStatus(status).phrase)
    return Response(
        render_template(
            "error.html", status=status, title=title, detail=detail, code=code
        ),
        status,
    )


def _forget_transaction() -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()


def _our_error(error: YoukeError) -> BaseResponse:
    _forget_transaction()
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # its data is for operators
        logger.warning("%s %s", error, error.data, extra={"action": error.code})
        return problem(status, error.code, translated(error))
    data = {k: v for k, v in error.data.items() if isinstance(v, str | int | list)}
    return problem(status, error.code, translated(error), **data)


def _http_error(error: HTTPException) -> BaseResponse:
    _forget_transaction()
    if isinstance(error.get_response(), BaseResponse) and (error.code or 500) < 400:  # noqa: PLR2004  redirects pass
        return BaseResponse.force_type(error.get_response(), request.environ)
    status = HTTPStatus(error.code or 500)
    code = CODE_OF.get(status, status.phrase.lower().replace(" ", "_"))
    response = problem(status, code, gettext(error.description or status.phrase))
    said = dict(error.get_headers(request.environ))
    response.headers.extend({k: v for k, v in said.items() if k in PASSED_ON})
    return response


def _framework_error(error: HTTPError) -> Any:
    _forget_transaction()
    status = HTTPStatus(error.status_code)
    code = CODE_OF.get(status, "error")
    fields = _flat(error.detail) if isinstance(error.detail, dict) else {}
    if any(message.startswith("Extra inputs") for message in fields.values()):
        code = "unknown_field"
    return problem(status, code, gettext(error.message), errors=fields)


def _flat(detail: dict[str, Any]) -> dict[str, str]:
    """Return the first message for each field of APIFlask's nested detail."""
    return {
        field: messages[0]
        for place in detail.values()
        if isinstance(place, dict)
        for field, messages in place.items()
    }


def _database_down(error: Exception) -> BaseResponse:
    logger.warning("Database unavailable", extra={"action": "db_down"}, exc_info=error)
    return _our_error(UnavailableError())


def _database_error(error: DBAPIError) -> BaseResponse:
    down = error.connection_invalidated
    return _database_down(error) if down else _defect(error)


def _defect(error: Exception) -> BaseResponse:
    """Log a defect of ours; people get no traces."""
    logger.error("Unhandled error", extra={"action": "defect"}, exc_info=error)
    _forget_transaction()
    return problem(500, "internal", gettext("Something broke on our side."))
