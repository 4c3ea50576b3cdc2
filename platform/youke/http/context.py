"""What a request stands on: the settings, the database and the object store."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.storage import ObjectStore

_EXTENSION = "youke"
#: At the end of a host; an IPv6 address without one ends with a bracket.
PORT = re.compile(r":\d+$")


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The parts that live as long as the process."""

    settings: Settings
    database: Database
    store: ObjectStore


def install_runtime(app: Flask, runtime: Runtime) -> None:
    """Give the application its parts and every request its transaction."""
    app.extensions[_EXTENSION] = runtime
    app.after_request(_commit)
    app.teardown_request(_close)


def runtime() -> Runtime:
    """Return the parts of the present application."""
    parts: Runtime = current_app.extensions[_EXTENSION]
    return parts


def db_session() -> Session:
    """Return the request's session; it commits when the answer is below 400."""
    if "session" not in g:
        g.session = runtime().database.sessions()
    session: Session = g.session
    return session


def public_s3_endpoint() -> str:
    """Return the address at which this client reaches the object store.

    Unless one is set, it is the host by which the client reached us with the
    store's port: so a phone on the same network works without any setting.
    """
    settings = runtime().settings
    if settings.s3_public_endpoint:
        return settings.s3_public_endpoint
    store = urlsplit(settings.s3_endpoint)
    if store.port is None:  # not one that runs beside us
        return settings.s3_endpoint
    return f"{store.scheme}://{PORT.sub('', request.host)}:{store.port}"


def _commit(response: Response) -> Response:
    session: Session | None = g.get("session")
    if session is not None and response.status_code < HTTPStatus.BAD_REQUEST:
        session.commit()
    return response


def _close(_error: BaseException | None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()
