"""Which of two models is opened more often, and whether that is more than luck; pure.

What is compared is cards opened of cards shown. Students of one class are alike, so a
group of classes counts as one observation (Kohavi, Tang and Xu, "Trustworthy Online
Controlled Experiments", chapter 22: the ratio's variance by the delta method over the
units that were dealt out, not over the single views).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

#: Groups that each model needs before its error can be estimated, …
LEAST_GROUPS = 10
#: … and cards that each must have shown.
LEAST_SHOWN = 1_000
#: Standard errors of a 95 % interval.
WIDTH = 1.96


class Finding(StrEnum):
    """What can be said about a trial."""

    TOO_SMALL = "too_small"
    NO_DIFFERENCE = "no_difference"
    CONTROL_BETTER = "control_better"
    CHALLENGER_BETTER = "challenger_better"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """Cards shown and opened in a group of classes."""

    shown: int
    opened: int


@dataclass(frozen=True, kw_only=True)
class Arm:
    """What one model reached: opened of shown, with the error of that share."""

    groups: int
    shown: int
    opened: int
    #: 0 to 1; 0 when nothing was shown.
    rate: float
    #: Standard error of the rate; None with fewer than two groups.
    error: float | None


@dataclass(frozen=True, kw_only=True)
class Result:
    """Both models, the difference of their rates with its 95 % interval."""

    control: Arm
    challenger: Arm
    #: Challenger minus control.
    difference: float
    #: None as long as it is too small to tell.
    interval: tuple[float, float] | None
    finding: Finding


def compare(control: Sequence[Cluster], challenger: Sequence[Cluster]) -> Result:
    """Return what the groups of both models tell."""
    one, other = arm(control), arm(challenger)
    difference = other.rate - one.rate
    interval = _interval(one, other, difference)
    return Result(
        control=one,
        challenger=other,
        difference=difference,
        interval=interval,
        finding=_finding(interval),
    )


def arm(clusters: Sequence[Cluster]) -> Arm:
    """Return the rate of all groups together and its standard error."""
    used = [each for each in clusters if each.shown > 0]
    shown, opened = sum(c.shown for c in used), sum(c.opened for c in used)
    rate = opened / shown if shown else 0.0
    return Arm(
        groups=len(used),
        shown=shown,
        opened=opened,
        rate=rate,
        error=_error(used, rate, shown),
    )


def _error(clusters: Sequence[Cluster], rate: float, shown: int) -> float | None:
    count = len(clusters)
    if count <= 1:
        return None
    # Var(Σo / Σs) ≈ n/(n-1) · Σ(o_i - r·s_i)² / (Σs)²
    residuals = sum((c.opened - rate * c.shown) ** 2 for c in clusters)
    return math.sqrt(count / (count - 1) * residuals) / shown


def _interval(one: Arm, other: Arm, difference: float) -> tuple[float, float] | None:
    is_enough = all(
        each.groups >= LEAST_GROUPS and each.shown >= LEAST_SHOWN
        for each in (one, other)
    )
    if not is_enough or one.error is None or other.error is None:
        return None
    half = WIDTH * math.hypot(one.error, other.error)
    return difference - half, difference + half


def _finding(interval: tuple[float, float] | None) -> Finding:
    if interval is None:
        return Finding.TOO_SMALL
    low, high = interval
    if low > 0:
        return Finding.CHALLENGER_BETTER
    return Finding.CONTROL_BETTER if high < 0 else Finding.NO_DIFFERENCE
