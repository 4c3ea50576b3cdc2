"""Idempotency-Key: the same creating request, sent twice, creates once.

The key is stored with the answer in the transaction of the request, so a key is
known exactly when its effect is.
"""

import functools
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Response, make_response, request
from flask_login import current_user
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from youke.http.context import db_session
from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.errors import ConflictError, InvalidError

View = TypeVar("View", bound=Callable[..., Any])
HEADER = "Idempotency-Key"
LONGEST_KEY = 200
#: A client that repeats a request does so before this.
REPEATED_WITHIN = timedelta(days=7)


class KeyReusedError(ConflictError):
    """The idempotency key was used before for another request."""

    code = "idempotency_key_reused"


class KeyTooLongError(InvalidError):
    """An idempotency key has at most 200 characters."""

    code = "idempotency_key_too_long"


class IdempotentAnswer(Base):
    """The answer that was given for a key."""

    __tablename__ = "idempotent_answers"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


def forget_old_answers(session: Session) -> int:
    """Delete answers that are older than any repetition; return how many."""
    old = delete(IdempotentAnswer).where(
        IdempotentAnswer.created_at < now() - REPEATED_WITHIN
    )
    return len(session.execute(old.returning(IdempotentAnswer.key)).all())


def idempotent(view: View) -> View:
    """Answer a repeated `Idempotency-Key` with the first answer."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if not key:
            return view(*args, **kwargs)
        if len(key) > LONGEST_KEY:
            raise KeyTooLongError
        return _once(key, lambda: view(*args, **kwargs))

    return cast("View", guarded)


def _once(key: str, answer: Callable[[], Any]) -> Response:
    person: UUID = current_user.id
    fingerprint = _request_hash()
    if not _claim(person, key, fingerprint):
        return _replay(person, key, fingerprint)
    response = make_response(answer())
    stored = db_session().get_one(IdempotentAnswer, (person, key))
    stored.status, stored.body = response.status_code, response.get_data(as_text=True)
    return response


def _claim(person: UUID, key: str, fingerprint: str) -> bool:
    """Reserve the key; a second request with it waits here for the first's end."""
    row = {
        "person_id": person,
        "key": key,
        "request_hash": fingerprint,
        "status": 0,
        "body": "",
        "created_at": now(),
    }
    statement = insert(IdempotentAnswer).values(row).on_conflict_do_nothing()
    result = db_session().execute(statement.returning(IdempotentAnswer.key))
    return result.scalar_one_or_none() is not None


def _replay(person: UUID, key: str, fingerprint: str) -> Response:
    stored = db_session().get_one(IdempotentAnswer, (person, key))
    if stored.request_hash != fingerprint:
        raise KeyReusedError
    return Response(stored.body, stored.status, content_type="application/json")


def _request_hash() -> str:
    content = f"{request.method} {request.full_path}\n".encode() + request.get_data()
    return hashlib.sha256(content).hexdigest()
