"""The colours can be read: WCAG 2.2 AA, in both themes."""

import re
from itertools import product
from pathlib import Path

import pytest

from youke.web import assets

STYLES = Path(assets.__file__).parent / "frontend" / "src" / "styles"
TOKEN = re.compile(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")
TONE = re.compile(r'\[data-tone="(\w+)"\] \{(.*?)\}', re.DOTALL)
TEXT, LARGE = 4.5, 3.0
THEMES = ("light", "dark")

PAIRS = [
    *product(["ink", "ink-2", "ink-3"], ["page", "surface", "surface-2"], [TEXT]),
    *product(["accent-ink", "danger", "warn", "info"], ["page", "surface"], [TEXT]),
    ("accent-ink", "accent-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("like", "like-soft", LARGE),
    ("warn", "warn-soft", TEXT),
    ("danger", "danger-soft", TEXT),
    ("info", "info-soft", TEXT),
    ("chalk-2", "board-2", TEXT),
    ("line-strong", "surface", LARGE),
    ("accent", "surface", LARGE),
    ("accent", "page", LARGE),
]


def tokens(css: str) -> dict[str, dict[str, str]]:
    """Return the colours by theme and name."""
    found: dict[str, dict[str, str]] = {theme: {} for theme in THEMES}
    for name, light, dark, both in TOKEN.findall(css):
        found["light"][name] = light or both
        found["dark"][name] = dark or both
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_words_stand_out_from_what_they_stand_on(theme: str) -> None:
    colours = tokens((STYLES / "tokens.css").read_text("utf-8"))[theme]
    low = {
        f"{ink} on {ground}": round(contrast(colours[ink], colours[ground]), 2)
        for ink, ground, wanted in PAIRS
        if contrast(colours[ink], colours[ground]) < wanted
    }
    assert low == {}


@pytest.mark.parametrize("theme", THEMES)
def test_subjects_can_be_read_on_covers_and_chips(theme: str) -> None:
    css = (STYLES / "subjects.css").read_text("utf-8")
    lowest = {}
    for name, body in TONE.findall(css):
        colours = tokens(body)[theme]
        pairs = [("#ffffff", colours["tone-a"]), ("#ffffff", colours["tone-b"])]
        if "tone-ink" in colours:
            pairs.append((colours["tone-ink"], colours["tone-soft"]))
        lowest[name] = min(contrast(*pair) for pair in pairs)
    assert {name: least for name, least in lowest.items() if least < TEXT} == {}
