"""What the inbox of open questions sends and receives."""

from pydantic import Field

from youke.kernel.schema import Schema
from youke.tutoring.schemas import Named


class InboxQuery(Schema):
    """Which open questions, and where in the list."""

    subject: Named | None = None
    cursor: str | None = None
    limit: int = Field(default=24, ge=1, le=100)
