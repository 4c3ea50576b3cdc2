"""Draws what was measured as SVG, without a library: bars and curves.

A drawing has a title and a description for those who hear it, and names at the bars
and curves themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

WIDTH = 760
#: The plotting area: from LEFT to RIGHT, from TOP down.
LEFT, RIGHT, TOP = 64, 560, 84
BAR_LEFT, BAR_RIGHT, BAR_H, BAR_GAP = 250, 660, 22, 10
CURVES_H = 320
TICKS = 5
#: Points a curve is drawn with at most; a screen shows no more.
POINTS = 200
OURS, OTHERS = "#0f766e", ("#94a3b8", "#b45309", "#6d28d9", "#be123c", "#0369a1")
GRID = 'stroke="#e2e8f0" fill="none"'
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans SC', sans-serif"


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a drawing, and what its axes are called."""

    title: str
    subtitle: str = ""
    x: str = ""
    y: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One name and its value from 0 up."""

    name: str
    value: float
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """One name and its points, x rising."""

    name: str
    points: Sequence[tuple[float, float]]
    ours: bool = False


def bars(heading: Heading, values: Sequence[Bar]) -> str:
    """Draw horizontal bars in the order given, each with its number."""
    most = max((bar.value for bar in values), default=0) or 1
    parts = [
        part
        for place, bar in enumerate(values)
        for part in _bar(TOP + place * (BAR_H + BAR_GAP), bar, most)
    ]
    height = TOP + len(values) * (BAR_H + BAR_GAP) + 14
    said = "; ".join(f"{bar.name} {bar.value:.4g}" for bar in values)
    return _drawing(heading, said, height, parts)


def curves(heading: Heading, values: Sequence[Curve]) -> str:
    """Draw curves from 0 to the largest x and y, names at their ends."""
    points = [point for curve in values for point in curve.points]
    across, up = _scale(x for x, _ in points), _scale(y for _, y in points)
    limits = (across[0], up[0])
    colours = iter(OTHERS)
    chosen = [OURS if c.ours else next(colours, OTHERS[0]) for c in values]
    parts = [*_axes(heading, across, up), *_legend(values, chosen)]
    for curve, colour in zip(values, chosen, strict=True):
        parts.append(_curve(curve, colour, limits))
    said = "; ".join(
        f"{c.name} ends at {c.points[-1][1]:.4g}" for c in values if c.points
    )
    return _drawing(heading, said, TOP + CURVES_H + 60, parts)


def exposure(shown: NDArray[np.int64], upto: float = 0.2) -> list[tuple[float, float]]:
    """Return the share of all places that the most shown items take.

    Points are (share of the items, share of the places), for the head of the curve:
    up to this share of the items.
    """
    ordered = np.sort(shown)[::-1]
    total = max(int(ordered.sum()), 1)
    taken = np.concatenate([[0.0], np.cumsum(ordered) / total])
    # Closer together at the beginning, where the curve bends.
    places = (np.linspace(0, 1, POINTS) ** 2 * upto * len(ordered)).round().astype(int)
    return [(place / len(ordered), float(taken[place])) for place in np.unique(places)]


def _bar(y: float, bar: Bar, most: float) -> Iterator[str]:
    width = max((BAR_RIGHT - BAR_LEFT) * bar.value / most, 1)
    colour = OURS if bar.ours else OTHERS[0]
    yield _text(
        (BAR_LEFT - 10, y + 15), bar.name, anchor="end", weight=600 if bar.ours else 400
    )
    yield (
        f'<rect x="{BAR_LEFT}" y="{y}" width="{width:.1f}" height="{BAR_H}" rx="3" '
        f'fill="{colour}"/>'
    )
    yield _text((BAR_LEFT + width + 8, y + 15), f"{bar.value:.4g}", weight=600)


def _axes(
    heading: Heading, across: tuple[float, int], up: tuple[float, int]
) -> Iterator[str]:
    bottom = TOP + CURVES_H
    yield (
        f'<rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{CURVES_H}" '
        'fill="#f8fafc" stroke="#cbd5e1"/>'
    )
    for tick in range(across[1] + 1):
        x = LEFT + (RIGHT - LEFT) * tick / across[1]
        yield f'<path d="M{x:.1f} {TOP}V{bottom}" {GRID}/>'
        number = f"{across[0] * tick / across[1]:.3g}"
        yield _text((x, bottom + 18), number, anchor="middle")
    for tick in range(up[1] + 1):
        y = bottom - CURVES_H * tick / up[1]
        yield f'<path d="M{LEFT} {y:.1f}H{RIGHT}" {GRID}/>'
        yield _text((LEFT - 8, y + 4), f"{up[0] * tick / up[1]:.3g}", anchor="end")
    yield _text((RIGHT, bottom + 40), heading.x, anchor="end", fill="#64748b")
    yield _text((LEFT, TOP - 10), heading.y, fill="#64748b")


def _curve(curve: Curve, colour: str, limits: tuple[float, float]) -> str:
    path = " ".join("{:.1f},{:.1f}".format(*_at(p, limits)) for p in curve.points)
    width = 3 if curve.ours else 2
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" '
        f'stroke-width="{width}" stroke-linejoin="round"/>'
    )


def _legend(values: Sequence[Curve], colours: Sequence[str]) -> Iterator[str]:
    for place, (curve, colour) in enumerate(zip(values, colours, strict=True)):
        y = TOP + 14 + place * 24
        yield f'<path d="M{RIGHT + 16} {y}h22" stroke="{colour}" stroke-width="3"/>'
        yield _text((RIGHT + 46, y + 4), curve.name, weight=600 if curve.ours else 400)


def _at(point: tuple[float, float], limits: tuple[float, float]) -> tuple[float, float]:
    return (
        LEFT + (RIGHT - LEFT) * point[0] / limits[0],
        TOP + CURVES_H * (1 - point[1] / limits[1]),
    )


def _scale(values: Iterator[float]) -> tuple[float, int]:
    # Some five steps of 1, 2, 2.5 or 5 times a power of ten: where they end, how many.
    most = max(values, default=0) or 1
    power = 10.0 ** np.floor(np.log10(most / TICKS))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= most / TICKS)
    ticks = int(np.ceil(most / step - 1e-9))
    return float(ticks * step), ticks


def _drawing(heading: Heading, said: str, height: float, parts: Sequence[str]) -> str:
    head = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
            f'role="img" font-family="{FONT}" font-size="12" fill="#334155">'
        ),
        f"<title>{escape(heading.title)}</title>",
        f"<desc>{escape(heading.subtitle)}. {escape(said)}.</desc>",
        f'<rect width="{WIDTH}" height="{height:g}" rx="10" fill="#ffffff"/>',
        _text((24, 34), heading.title, size=18, weight=600, fill="#0f172a"),
        _text((24, 54), heading.subtitle, fill="#64748b"),
    ]
    return "\n".join([*head, *parts, "</svg>\n"])


def _text(at: tuple[float, float], text: str, **look: str | float) -> str:
    names = {"anchor": "text-anchor", "size": "font-size", "weight": "font-weight"}
    given = "".join(f' {names.get(k, k)}="{v}"' for k, v in look.items())
    return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}"{given}>{escape(text)}</text>'
