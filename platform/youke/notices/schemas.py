"""What notices send and receive."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from youke.kernel.schema import Schema


class NoticeQuery(Schema):
    """The place in the list."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class NoticeOut(Schema):
    """A notice in the reader's language, and what it was made from."""

    id: UUID
    kind: str
    text: str
    data: dict[str, Any]
    href: str
    created_at: datetime
    read: bool


class NoticePageOut(Schema):
    """A page of notices and the number of those not read yet."""

    items: list[NoticeOut]
    next: str | None
    unread: int


class UnreadOut(Schema):
    """How many notices have not been read."""

    unread: int
