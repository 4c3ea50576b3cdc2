"""What the commands of ``youke-recommend`` have in common."""

from __future__ import annotations

import sys
import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from youke_recommender.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS_BETWEEN_PROGRESS = 0.5


def positive(text: str) -> int:
    """Read a whole number from 1 up; argparse reports the ``ValueError``."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def fraction(text: str) -> float:
    """Read a number between 0 and 1; argparse reports the ``ValueError``."""
    if not 0 < (number := float(text)) < 1:
        raise ValueError(text)
    return number


def params(kind: type[Any], settings: Sequence[str]) -> Any:
    """Build a kind's parameters from ``NAME=VALUE`` settings and its defaults."""
    defaults = {field.name: field.default for field in fields(kind)}
    given: dict[str, Any] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        if name not in defaults:
            known = ", ".join(defaults) or "there are none"
            raise InvalidParameterError(name, f"unknown; known are: {known}")
        given[name] = _value(name, text, defaults[name])
    return kind(**given)


def _value(name: str, text: str, default: Any) -> Any:
    if isinstance(default, str):
        return text
    whole = isinstance(default, int)
    try:
        return int(text) if whole else float(text)
    except ValueError as error:
        raise InvalidParameterError(name, f"{text!r} is not a number") from error


class Progress:
    """Writes progress to stderr, a few times a second at most."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next and done < total:
            return
        self._next = now + SECONDS_BETWEEN_PROGRESS
        sys.stderr.write(f"{self._what} {done}/{total}\n")
