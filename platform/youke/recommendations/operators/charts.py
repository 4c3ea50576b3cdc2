"""Charts as numbers: where lines and bars are on a scale of `WIDTH` by `HEIGHT`; pure.

The page stretches them to the room that it has, so text never is a part of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 300.0
#: Lines that help to read a height, the ground line among them.
TICKS = 5
#: Heights that are easy to divide into quarters, times a power of ten.
NICE = (1.0, 2.0, 4.0, 8.0)
#: What is smaller is nothing.
SMALLEST = 1e-9


@dataclass(frozen=True, kw_only=True)
class Series:
    """What one line shows: a value per label, None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A value and where it is."""

    x: float
    y: float
    value: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through its dots; where a value is missing it goes straight on."""

    name: str
    dots: Sequence[Dot]
    #: One per label, None where there is no dot.
    values: Sequence[float | None]

    @property
    def path(self) -> str:
        """The line as SVG wants it, empty without a value."""
        if not self.dots:
            return ""
        return "M" + "L".join(f"{dot.x:g} {dot.y:g}" for dot in self.dots)


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A height and what it stands for."""

    y: float
    value: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Lines over one another, with the heights that help to read them."""

    labels: Sequence[str]
    lines: Sequence[Line]
    #: From the top down.
    ticks: Sequence[Tick]

    @property
    def rows(self) -> list[tuple[str, list[float | None]]]:
        """The same as a table: each label with the value of each line."""
        return [
            (label, [line.values[place] for line in self.lines])
            for place, label in enumerate(self.labels)
        ]


def line_chart(labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Return the chart of some series; the ground is zero."""
    values = [v for each in series for v in each.values if v is not None]
    top = nice_top(max(values, default=0.0))
    step = WIDTH / max(len(labels) - 1, 1)
    # A single value stands in the middle.
    left = 0.0 if len(labels) > 1 else WIDTH / 2

    def dot(place: int, value: float) -> Dot:
        x, y = left + place * step, HEIGHT * (1 - value / top)
        return Dot(x=round(x, 1), y=round(y, 1), value=value, label=labels[place])

    lines = [
        Line(
            name=each.name,
            dots=[dot(p, v) for p, v in enumerate(each.values) if v is not None],
            values=each.values,
        )
        for each in series
    ]
    return Chart(labels=labels, lines=lines, ticks=_ticks(top))


def nice_top(largest: float) -> float:
    """Return a round number that is not below the largest value; 1 for nothing."""
    if largest < SMALLEST:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    found = (n * power for n in NICE if n * power >= largest)
    return next(found, 10 * power)


def gini(amounts: Sequence[float]) -> float:
    """Return how unevenly something is shared, from 0 (evenly) up to below 1.

    Gini's mean difference over twice the mean, by the order of the amounts.
    """
    count, total = len(amounts), sum(amounts)
    if not count or total <= 0:
        return 0.0
    weighted = sum(n * amount for n, amount in enumerate(sorted(amounts), start=1))
    return 2 * weighted / (count * total) - (count + 1) / count


def _ticks(top: float) -> list[Tick]:
    shares = [1 - n / (TICKS - 1) for n in range(TICKS)]
    return [Tick(y=round(HEIGHT * (1 - s), 1), value=top * s) for s in shares]
