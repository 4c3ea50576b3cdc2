"""When the steps of an encoding ran, as bars on one scale. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from youke.kernel.clock import now
from youke.media.models import StepState

#: The scale of the bars, and the shortest one that can be seen.
WIDTH, SHORTEST = 1000.0, 4.0


def timeline(
    steps: Sequence[Mapping[str, Any]], moment: datetime | None = None
) -> list[dict[str, Any]]:
    """Return the steps with the place and the length of their bars, 0 to 1000.

    A step in work lasts until now; one that has not begun, or was given back, has no
    bar.

    :param steps: as `schemas.StepOut` describes them.
    """
    until = moment or now()
    spans = [_span(step, until) for step in steps]
    known = [span for span in spans if span]
    start = min((span[0] for span in known), default=until)
    end = max((span[1] for span in known), default=until)
    scale = WIDTH / max((end - start).total_seconds(), 1e-3)
    return [
        {**step, "bar": span and _bar(span, start, scale), "took_s": _took_s(span)}
        for step, span in zip(steps, spans, strict=True)
    ]


def _span(step: Mapping[str, Any], until: datetime) -> tuple[datetime, datetime] | None:
    if not step["started_at"]:
        return None
    if step["ended_at"]:
        return step["started_at"], step["ended_at"]
    is_working = step["state"] == StepState.WORKING.value
    return (step["started_at"], until) if is_working else None


def _bar(
    span: tuple[datetime, datetime], start: datetime, scale: float
) -> dict[str, float]:
    left = (span[0] - start).total_seconds() * scale
    width = max((span[1] - span[0]).total_seconds() * scale, SHORTEST)
    return {"x": round(min(left, WIDTH - SHORTEST), 1), "width": round(width, 1)}


def _took_s(span: tuple[datetime, datetime] | None) -> float | None:
    return (span[1] - span[0]).total_seconds() if span else None
