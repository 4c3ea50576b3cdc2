"""What engagement sends and receives."""

from pydantic import Field

from youke.http.paging import DEFAULT_LIMIT, MOST
from youke.kernel.schema import Schema


class WatchIn(Schema):
    """A player's heartbeat: where it is and what was seen, in seconds."""

    session: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")
    position_s: float
    intervals: list[tuple[float, float]] = Field(default_factory=list)


class OwnLessonsQuery(Schema):
    """Place in the list of what one watched or likes."""

    cursor: str | None = None
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MOST)


class LikesOut(Schema):
    """A lesson's likes, and whether the asking person's is among them."""

    likes: int
    liked: bool
