"""Draws ladders as SVG: bit rate against quality, a panel for each kind of lesson."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH, HEIGHT = 980, 470
#: The panels' plotting areas.
LEFT, TOP, PANEL_W, PANEL_H, GAP = 64, 84, 400, 310, 72
#: kbit/s and VMAF.
RATES = (80, 10_000)
RATE_TICKS = (100, 200, 500, 1000, 2000, 5000, 10_000)
QUALITIES = (0, 100)
COLOURS = {"Youke": "#0f766e", "Apple": "#94a3b8"}
#: Pixels between a point and its name: ours above, the other's below.
BESIDE = {"Youke": (-8, -9, "end"), "Apple": (7, 15, "start")}
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans SC', sans-serif"


@dataclass(frozen=True)
class Curve:
    """One ladder: the names, kbit/s and VMAF of its rungs."""

    name: str
    points: Sequence[tuple[str, float, float]]


def draw(kinds: Mapping[str, Sequence[Curve]], *, goal: float) -> str:
    """Draw a panel for each kind of lesson."""
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="{FONT}" font-size="12" fill="#334155">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#ffffff"/>',
        _text(LEFT, 34, "Quality for bytes", size=18, weight=600, fill="#0f172a"),
        _text(
            LEFT,
            54,
            "VMAF at 1080p against the bit rate of each rung; same source and encoder",
            fill="#64748b",
        ),
    ]
    for number, (kind, curves) in enumerate(kinds.items()):
        left = LEFT + number * (PANEL_W + GAP)
        parts += _axes(left, kind, goal)
        for curve in reversed(curves):
            parts += _curve(left, curve)
    parts += _legend()
    return "\n".join([*parts, "</svg>\n"])


def _axes(left: float, kind: str, goal: float) -> Iterator[str]:
    bottom, right = TOP + PANEL_H, left + PANEL_W
    yield _text(left, TOP - 8, kind.capitalize(), size=14, weight=600)
    yield (
        f'<rect x="{left}" y="{TOP}" width="{PANEL_W}" height="{PANEL_H}" '
        'fill="#f8fafc" stroke="#cbd5e1"/>'
    )
    for rate in RATE_TICKS:
        x = _x(left, rate)
        yield _line((x, TOP), (x, bottom), "#e2e8f0")
        yield _text(x, bottom + 17, f"{rate:,}".replace(",", " "), anchor="middle")
    for quality in range(0, 101, 20):
        y = _y(quality)
        yield _line((left, y), (right, y), "#e2e8f0")
        yield _text(left - 8, y + 4, str(quality), anchor="end")
    yield _line((left, _y(goal)), (right, _y(goal)), "#f59e0b", dash="4 4")
    yield _text(right, bottom + 36, "kbit/s", anchor="end", fill="#64748b")


def _curve(left: float, curve: Curve) -> Iterator[str]:
    colour = COLOURS[curve.name]
    placed = sorted(
        (_x(left, kbit), _y(quality), name) for name, kbit, quality in curve.points
    )
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in placed)
    yield (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        'stroke-linejoin="round"/>'
    )
    across, down, anchor = BESIDE[curve.name]
    named: set[str] = set()
    for x, y, name in placed:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
        if name in named:
            # Apple has some sizes twice, close to each other.
            continue
        named.add(name)
        yield _text(
            x + across, y + down, name, anchor=anchor, size=11, fill=_darker(colour)
        )


def _legend() -> Iterator[str]:
    x, y = LEFT, HEIGHT - 22
    for name, words in (
        ("Youke", "Youke: rungs and qualities chosen for the lesson"),
        ("Apple", "Apple's fixed H.264 ladder"),
    ):
        yield f'<circle cx="{x + 5}" cy="{y - 4}" r="5" fill="{COLOURS[name]}"/>'
        yield _text(x + 18, y, words)
        x += 350
    yield _line((x, y - 4), (x + 26, y - 4), "#f59e0b", dash="4 4")
    yield _text(x + 34, y, "goal of the largest rung")


def _x(left: float, kbit: float) -> float:
    first, last = map(math.log, RATES)
    inside = min(max(math.log(max(kbit, 1)), first), last)
    return left + PANEL_W * (inside - first) / (last - first)


def _y(quality: float) -> float:
    first, last = QUALITIES
    return TOP + PANEL_H * (1 - (quality - first) / (last - first))


def _line(
    start: tuple[float, float], end: tuple[float, float], colour: str, *, dash: str = ""
) -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" '
        f'y2="{end[1]:.1f}" stroke="{colour}"{dashes}/>'
    )


def _text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    size: int = 12,
    weight: int = 400,
    fill: str = "#334155",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-weight="{weight}" fill="{fill}">{words}</text>'
    )


def _darker(colour: str) -> str:
    return {"#94a3b8": "#64748b"}.get(colour, colour)
