from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from youke_recommender.plots import Bar, Curve, Heading, bars, curves, exposure

SVG = "{http://www.w3.org/2000/svg}"
HEADING = Heading("Found & lost", "per <person>", x="items", y="places")


def _drawn(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own drawing


def test_a_drawing_says_what_it_shows() -> None:
    root = _drawn(bars(HEADING, [Bar("ease", 0.1234, ours=True), Bar("als", 0.1)]))

    assert root.findtext(f"{SVG}title") == "Found & lost"
    assert "ease 0.1234; als 0.1" in (root.findtext(f"{SVG}desc") or "")
    assert root.get("role") == "img"


def test_bars_are_as_long_as_their_values() -> None:
    root = _drawn(bars(HEADING, [Bar("a", 2.0), Bar("b", 1.0), Bar("c", 0.0)]))

    lengths = [float(r.get("width", 0)) for r in root.findall(f"{SVG}rect")[1:]]
    assert lengths == pytest.approx([410, 205, 1])


def test_curves_stay_inside_their_axes() -> None:
    points = [(0.0, 0.0), (3.0, 0.7), (7.0, 0.1)]

    root = _drawn(curves(HEADING, [Curve("a", points, ours=True), Curve("b", points)]))

    lines = root.findall(f"{SVG}polyline")
    pairs = [p.split(",") for p in (lines[0].get("points") or "").split()]
    assert len(lines) == 2
    assert all(64 <= float(x) <= 560 and 84 <= float(y) <= 404 for x, y in pairs)


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    assert _drawn(bars(HEADING, [])) is not None
    assert _drawn(curves(HEADING, [Curve("a", [])])) is not None


def test_exposure_is_what_the_most_shown_items_take() -> None:
    shown = np.array([0, 6, 0, 2, 0, 0, 0, 0, 2, 0])

    points = dict(exposure(shown, upto=1.0))

    assert points[0.1] == pytest.approx(0.6)
    assert points[0.3] == pytest.approx(1.0)
    assert max(dict(exposure(shown, upto=0.2))) == pytest.approx(0.2)
