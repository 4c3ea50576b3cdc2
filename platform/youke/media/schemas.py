"""What media sends and receives."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from youke.kernel.schema import Schema


class UploadIn(Schema):
    """A file that is about to be uploaded."""

    filename: str = Field(min_length=1, max_length=255, pattern=r"^[^\x00]*$")
    #: Bytes.
    size: int = Field(ge=0, le=2**62)


class PartOut(Schema):
    """Where one part goes: a presigned URL for a PUT."""

    number: int
    url: str


class UploadOut(Schema):
    """An upload, the parts that are stored, and where the others go."""

    id: UUID
    lesson: UUID
    state: str
    filename: str
    size: int
    part_size: int
    stored: list[int]
    parts: list[PartOut]
    expires_at: datetime
