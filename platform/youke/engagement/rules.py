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
#: Each further day on which a view was counted, …
AGAIN_WEIGHT = 0.1
#: … up to so many: coming back often may mean that a lesson is hard.
MOST_AGAIN = 2
#: Interest halves in so many weeks of school, about a term.
HALF_LIFE_WEEKS = 20.0


@dataclass(frozen=True, kw_only=True)
class Meter:
    """What a person's last heartbeat left: the account of claims, over all lessons."""

    session: str
    credit_s: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What one person did with one lesson, as far as it tells of interest."""

    #: Watched share of the lesson, 0 to 1.
    watched: float
    liked: bool
    #: Share of the watches of lessons about as long that were not longer, 0 to 1;
    #: None while too few are known.
    depth: float | None = None
    #: On how many days a view was counted.
    times: int = 1
    #: Weeks of school since.
    weeks: int = 0


def credit_s(
    meter: Meter, *, session: str, at: datetime, speed: float = FASTEST
) -> float:
    """Return how many new seconds a person may claim at this moment.

    Seconds claimed, of all lessons together, never exceed `ALLOWANCE_S` and `speed`
    (at most `FASTEST`) times the time since the first heartbeat: each heartbeat adds
    the time since the last one and takes away what it claims. Another session starts
    with the allowance, or with what is left when that is less, so that inventing
    sessions gains nothing.
    """
    elapsed_s = max(0.0, (at - meter.at).total_seconds())
    grown = meter.credit_s + min(speed, FASTEST) * elapsed_s
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


def confidence(signs: Signs) -> float:
    """Return how clearly a person showed interest in a lesson, 0 to 3.2.

    How deep the watching went (0 to 1; a glance counts nothing), half a point for
    watching to the end, a tenth for each of two further days, one and a half for a
    like; all of it halves in `HALF_LIFE_WEEKS` of school. Depth is measured against
    lessons about as long (D2Q, KDD 2022), or else ten minutes of a short lesson would
    say less than ten of a long one. Seconds are merged, so that watching twice counts
    once. About 1 is one clear sign, as `youke_recommender` wants it.
    """
    value = LIKE_WEIGHT if signs.liked else 0.0
    if signs.watched >= GLANCE_SHARE:
        value += signs.watched if signs.depth is None else signs.depth
        value += AGAIN_WEIGHT * min(max(signs.times - 1, 0), MOST_AGAIN)
    if signs.watched >= COMPLETE_SHARE:
        value += COMPLETION_WEIGHT
    return value * decay(signs.weeks)


def decay(weeks: int) -> float:
    """Return what is left of a sign of interest after so many weeks of school."""
    return float(0.5 ** (weeks / HALF_LIFE_WEEKS))
