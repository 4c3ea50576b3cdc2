"""What accounts send and receive."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from youke.kernel.schema import Schema


class Credentials(Schema):
    """A user name and its password."""

    username: str = Field(min_length=1, max_length=64)
    #: Not trimmed: spaces are as good as any character.
    password: Annotated[str, StringConstraints(strip_whitespace=False)] = Field(
        min_length=1, max_length=1024
    )


class Token(Schema):
    """A bearer token for the Authorization header."""

    token: str


class DecisionIn(Schema):
    """Yes or no."""

    granted: bool


class DecisionOut(Schema):
    """What holds for a purpose, and what was decided; null while nobody was asked."""

    allowed: bool
    granted: bool | None


class OrganisationOut(Schema):
    """A school, class, district or city."""

    id: UUID
    kind: str
    name: str


class PersonOut(Schema):
    """The person who asks."""

    id: UUID
    username: str
    name: str
    roles: list[str]
    grade: int | None
    organisation: OrganisationOut | None
