"""The rules by which heartbeats become seconds, views and signs of taste."""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: A view is counted after so many seconds …
VIEW_S = 30.0
#: … or after this share of a shorter lesson, …
VIEW_SHARE = 0.5
#: … once per person and lesson in this time.
DAY = timedelta(hours=24)

#: Players offer at most double speed; nobody sees more seconds in a second.
FASTEST = 2.0
#: What a session's first heartbeat may claim: as long as players wait before it.
ALLOWANCE_S = 30.0

#: From here on a lesson is done: it is not offered again.
SEEN_SHARE = 0.8
#: From here on it was watched to its end; few stay for the credits.
COMPLETE_SHARE = 0.9
#: Below this share somebody only looked in, which says nothing.
GLANCE_SHARE = 0.05

#: Before this there is nothing to go on with, in seconds.
RESUME_FROM_S = 5.0

COMPLETION_WEIGHT = 0.5
LIKE_WEIGHT = 1.5


@dataclass(frozen=True, kw_only=True)
class Meter:
    """What a person's last heartbeat for a lesson left: the account of claims."""

    session: str
    credit_s: float
    at: datetime


def credit_s(meter: Meter, *, session: str, at: datetime) -> float:
    """Return how many new seconds a heartbeat may claim at this moment.

    In a session, seconds claimed never exceed `ALLOWANCE_S` and `FASTEST` times
    the time since its first heartbeat: each heartbeat adds the time since the last
    one and takes away what it claims. Another session starts with the allowance, or
    with what is left when that is less, so that inventing sessions gains nothing.
    """
    elapsed_s = max(0.0, (at - meter.at).total_seconds())
    grown = meter.credit_s + FASTEST * elapsed_s
    return grown if session == meter.session else min(grown, ALLOWANCE_S)


def view_threshold_s(duration_s: float) -> float:
    """Return after how many seconds of a day a view is counted."""
    return min(VIEW_S, VIEW_SHARE * duration_s)


def share(seconds: float, duration_s: float) -> float:
    """Return the share of a lesson that so many seconds are, 0 to 1."""
    return min(1.0, seconds / duration_s) if duration_s > 0 else 0.0


def resume_at(position_s: float, duration_s: float) -> float | None:
    """Return where to go on, None at the very beginning or near the end."""
    begun = position_s >= RESUME_FROM_S
    return position_s if begun and position_s < COMPLETE_SHARE * duration_s else None


def confidence(watched: float, *, liked: bool) -> float:
    """Return how clearly a person showed interest in a lesson, 0 to 3.

    The watched share (0 to 1; a glance counts nothing), half a point for watching
    to the end and one and a half for a like. Seconds are merged, so watching twice
    counts once: it may mean that the lesson was hard, not that it was good. About 1
    is one clear sign, as `youke_recommender` wants it.
    """
    value = watched if watched >= GLANCE_SHARE else 0.0
    if watched >= COMPLETE_SHARE:
        value += COMPLETION_WEIGHT
    return value + LIKE_WEIGHT if liked else value
