"""What captions send."""

from datetime import datetime

from youke.kernel.schema import Schema


class CaptionsOut(Schema):
    """A lesson's captions in one language (BCP 47)."""

    language: str
    label: str
    cues: int
    automatic: bool
    created_at: datetime


class CaptionsListOut(Schema):
    """All captions of a lesson."""

    items: list[CaptionsOut]
