"""What a heartbeat adds to what a person has seen of a lesson: pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from youke.engagement import rules
from youke.engagement.intervals import Interval, first, length_s, merged, without


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What one person has seen of one lesson, in seconds; see `models.Watch`."""

    seen: Sequence[Interval]
    day_seen: Sequence[Interval]
    day_began_at: datetime
    day_counted: bool
    times: int

    @property
    def seconds(self) -> float:
        """The seconds that were ever seen."""
        return length_s(self.seen)


def nothing_seen(at: datetime) -> Progress:
    """Return the progress of somebody who begins now."""
    return Progress(seen=(), day_seen=(), day_began_at=at, day_counted=False, times=0)


def at_moment(known: Progress, at: datetime) -> Progress:
    """Return the progress with a new day begun when the last one is over."""
    if at - known.day_began_at < rules.DAY:
        return known
    return replace(known, day_began_at=at, day_seen=(), day_counted=False)


def watched_more(
    known: Progress, sent: Sequence[Interval], *, credit_s: float
) -> tuple[Progress, float]:
    """Return the progress with what is new of this day, and the seconds it takes.

    No more than the credit is believed, the earliest seconds first.
    """
    taken = first(without(sent, known.day_seen), most_s=credit_s)
    more = replace(
        known,
        seen=merged([*known.seen, *taken]),
        day_seen=merged([*known.day_seen, *taken]),
    )
    return more, length_s(taken)


def with_view(known: Progress, duration_s: float) -> Progress:
    """Return the progress with this day's view counted as soon as it is one."""
    enough = length_s(known.day_seen) >= rules.view_threshold_s(duration_s)
    if known.day_counted or not enough:
        return known
    return replace(known, day_counted=True, times=known.times + 1)
