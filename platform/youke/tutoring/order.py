"""Who comes when, why, and how long it may take: pure decisions.

The order is the ascending `queue_key`. Its two numbers are columns of the ticket,
so the database sorts exactly as this module does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import ceil, floor
from uuid import UUID

from youke.kernel.clock import LOCAL_ZONE

#: Minutes that an answer takes as long as a session has shown nothing else …
USUAL_MINUTES = 6.0
#: … which weighs as much as so many answers of the session.
USUAL_WEIGHT = 5
#: A range's ends as shares of the mean time: answers differ from each other.
QUICK, SLOW = 0.75, 1.5


class Rank(IntEnum):
    """Classes of tickets; those of a lower one come first."""

    #: Was called before and put back by a tutor.
    RETURNED = 0
    #: The student's first question of the weekend.
    FIRST = 1
    #: The student has another question in a queue of the weekend, or answered.
    AGAIN = 2
    #: Was called and the student was not there.
    ABSENT = 3


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All on which a ticket's place in its queue depends."""

    rank: Rank
    #: Number of the session's turn at which the ticket joined or was put at the end.
    turn: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """All on which it depends whether a tutor gets a ticket before others."""

    standing: Standing
    #: The tutor to whom the ticket was handed over.
    wanted_tutor: UUID | None = None
    #: Whether the calling tutor is the one who has just put the ticket back.
    set_aside: bool = False


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Minutes until the ticket is called: from now or from the session's start."""

    from_min: int
    to_min: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a ticket stands where it stands: a translation key and its data."""

    sentence: str
    position: int

    @property
    def data(self) -> dict[str, int]:
        """What the sentence speaks of."""
        return {"position": self.position, "ahead": self.position - 1}


def N_(sentence: str) -> str:  # noqa: N802  the marker that Babel's extraction knows
    """Mark a sentence for translation where it is shown."""
    return sentence


REASONS = {
    Rank.RETURNED: N_(
        "Place {position}: your question was called before, so it comes first"
        " (ahead of you: {ahead})."
    ),
    Rank.FIRST: N_(
        "Place {position}: this is your first question of the weekend, and first"
        " questions come in the order of joining (ahead of you: {ahead})."
    ),
    Rank.AGAIN: N_(
        "Place {position}: you have asked before this weekend, so first questions of"
        " others come before yours (ahead of you: {ahead})."
    ),
    Rank.ABSENT: N_(
        "Place {position}: you were not there when you were called, so your question"
        " went to the end (ahead of you: {ahead})."
    ),
}


def rank_on_joining(*, asked_this_weekend: bool) -> Rank:
    """Return the class of a new ticket: who has not asked yet comes first."""
    return Rank.AGAIN if asked_this_weekend else Rank.FIRST


def queue_key(standing: Standing) -> tuple[int, int]:
    """Return what the queue is sorted by, lowest first."""
    return standing.rank, standing.turn


def claim_key(claim: Claim, tutor: UUID) -> tuple[bool, int, int]:
    """Return what a tutor's next ticket is the lowest of.

    Others come before a ticket that this tutor has just put back, and before one
    that was handed to another tutor; yet neither waits while nobody else does.
    """
    another = claim.wanted_tutor is not None and claim.wanted_tutor != tutor
    return claim.set_aside or another, *queue_key(claim.standing)


def reason(standing: Standing, position: int) -> Reason:
    """Return why the ticket has this position (1 is the next)."""
    return Reason(sentence=REASONS[standing.rank], position=position)


def minutes_per_answer(answered: int, minutes: float) -> float:
    """Return the mean minutes of an answer, from the usual towards the measured."""
    return (USUAL_WEIGHT * USUAL_MINUTES + minutes) / (USUAL_WEIGHT + answered)


def estimate(
    position: int, *, tutors: int, minutes: float = USUAL_MINUTES
) -> Estimate | None:
    """Return when the ticket at this position (1 is the next) is called.

    At best the tutors finish at once and are quick with those ahead; at worst they
    have just begun and are slow. None when there is no tutor.
    """
    if tutors < 1:
        return None
    rounds_at_best = (position - 1) // tutors
    rounds_at_worst = ceil(position / tutors)
    return Estimate(
        from_min=floor(rounds_at_best * minutes * QUICK),
        to_min=ceil(rounds_at_worst * minutes * SLOW),
    )


def weekend_of(moment: datetime) -> tuple[datetime, datetime]:
    """Return begin and end of the local week that the moment's weekend closes."""
    here = moment.astimezone(LOCAL_ZONE)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=here.weekday())
    return monday, monday + timedelta(days=7)
