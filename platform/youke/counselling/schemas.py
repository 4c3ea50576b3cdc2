"""What counselling sends and receives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from youke.kernel import schema

#: PostgreSQL keeps every character but this one.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


class Schema(schema.Schema):
    """A message of this zone: its errors, which may be logged, repeat no input."""

    model_config = ConfigDict(hide_input_in_errors=True)


class MessageIn(Schema):
    """Something to say."""

    text: Text = Field(min_length=1, max_length=4000)


class ThreadIn(MessageIn):
    """The first message of a conversation."""

    #: None: whoever is on duty.
    counsellor: UUID | None = None


class CallIn(Schema):
    """A call for help, from within a conversation or without one."""

    thread: UUID | None = None


class WrittenOut(Schema):
    """What arrived, and whether a person was asked to look at once."""

    id: UUID
    raised: bool


class ThreadOut(Schema):
    """A conversation, without a word of it."""

    id: UUID
    alias: str
    state: str
    opened_at: datetime
    latest_at: datetime
    unread: bool
    counsellor_id: UUID | None


class ThreadsOut(Schema):
    """One's own conversations."""

    items: list[ThreadOut]


class SaidOut(Schema):
    """A message."""

    author: str
    text: str
    at: datetime


class ConversationOut(ThreadOut):
    """A conversation as its two people read it."""

    said: list[SaidOut]
