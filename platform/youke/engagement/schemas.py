"""What engagement sends and receives."""

from uuid import UUID

from pydantic import Field

from youke.engagement import rules
from youke.http.paging import DEFAULT_LIMIT, MOST
from youke.kernel.schema import Schema


class WatchIn(Schema):
    """A player's heartbeat: where it is and what was seen, in seconds."""

    session: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")
    position_s: float
    intervals: list[tuple[float, float]] = Field(default_factory=list)
    #: How fast it plays; 1 is as recorded.
    speed: float = Field(default=rules.FASTEST, gt=0, le=16)
    #: Whether the picture could be seen: not in a hidden tab.
    visible: bool = True


class EventIn(WatchIn):
    """A heartbeat and the lesson that it is of."""

    lesson: UUID


class WatchesIn(Schema):
    """Heartbeats in their order, of a player that could not send them one by one."""

    events: list[EventIn] = Field(min_length=1, max_length=100)


class RefusedOut(Schema):
    """A lesson whose heartbeats say nothing any more, and why."""

    lesson: UUID
    code: str


class WatchesOut(Schema):
    """What of the heartbeats was not taken; the rest was."""

    refused: list[RefusedOut]


class ForgetQuery(Schema):
    """What is forgotten beside the watch history."""

    likes: bool = False


class OwnLessonsQuery(Schema):
    """Place in the list of what one watched or likes."""

    cursor: str | None = None
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MOST)


class LikesOut(Schema):
    """A lesson's likes, and whether the asking person's is among them."""

    likes: int
    liked: bool
