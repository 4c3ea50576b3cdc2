"""Arithmetic on intervals of seconds, exact to the millisecond.

An interval is half open, [from, to), and a list of them is sorted and disjoint
unless it is said to come from a client.
"""

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from youke.engagement.errors import InvalidIntervalsError

Interval: TypeAlias = tuple[Decimal, Decimal]

#: A player sends its heartbeat after seconds or minutes, not after hours of jumping.
MOST_INTERVALS = 200
MILLISECOND = Decimal("0.001")
_PIECE = re.compile(r"\[([\d.]+),([\d.]+)\)")


def clean(sent: Sequence[tuple[float, float]], *, duration_s: float) -> list[Interval]:
    """Return what a client sent, merged and clipped to the lesson.

    :raises InvalidIntervalsError: when one is no interval, or there are too many.
    """
    if len(sent) > MOST_INTERVALS:
        raise InvalidIntervalsError(problem=f"more than {MOST_INTERVALS}")
    for start, end in sent:
        _check(start, end)
    # Clipped first: decimals are not made for the largest of floating numbers.
    within = [(min(a, duration_s), min(b, duration_s)) for a, b in sent]
    return merged([(seconds(a), seconds(b)) for a, b in within])


def merged(intervals: Sequence[Interval]) -> list[Interval]:
    """Return the union, sorted and disjoint; empty intervals vanish."""
    union: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[0] < i[1]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def without(intervals: Sequence[Interval], known: Sequence[Interval]) -> list[Interval]:
    """Return what of the intervals lies outside the known ones."""
    rest: list[Interval] = []
    for interval in intervals:
        start, end = interval
        for known_start, known_end in known:
            if known_end <= start or known_start >= end:
                continue
            if start < known_start:
                rest.append((start, known_start))
            start = min(known_end, end)
        if start < end:
            rest.append((start, end))
    return rest


def first(intervals: Sequence[Interval], *, most_s: float) -> list[Interval]:
    """Return the earliest part of the intervals that is at most so long."""
    left, kept = seconds(most_s), list[Interval]()
    for start, end in intervals:
        taken = min(end - start, left)
        if taken > 0:
            kept.append((start, start + taken))
        left -= taken
    return kept


def length_s(intervals: Sequence[Interval]) -> float:
    """Return the seconds in all intervals together."""
    return float(sum((end - start for start, end in intervals), Decimal(0)))


def seconds(value: float) -> Decimal:
    """Return a number of seconds, rounded down to the millisecond."""
    return (Decimal(repr(value)) // MILLISECOND) * MILLISECOND


def to_text(intervals: Sequence[Interval]) -> str:
    """Write intervals as PostgreSQL writes a multirange."""
    return "{" + ",".join(f"[{start},{end})" for start, end in intervals) + "}"


def from_text(text: str) -> list[Interval]:
    """Read intervals as PostgreSQL writes a multirange."""
    found = _PIECE.findall(text)
    return [(Decimal(start), Decimal(end)) for start, end in found]


def _check(start: float, end: float) -> None:
    if not (math.isfinite(start) and math.isfinite(end)):
        raise InvalidIntervalsError(problem="not a finite number")
    if start < 0:
        raise InvalidIntervalsError(problem="negative")
    if start > end:
        raise InvalidIntervalsError(problem="it ends before it begins")
