"""Cursor paging: a cursor is where the last page ended, opaque to the client."""

import base64
import json
import math
from collections.abc import Sequence

from youke.kernel.errors import InvalidError

DEFAULT_LIMIT = 24
MOST = 100


class BadCursorError(InvalidError):
    """The cursor is not one that this service gave out."""

    code = "bad_cursor"


def encode_cursor(values: Sequence[str | int | float]) -> str:
    """Return the place as text that is safe in a URL."""
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode()


def decode_cursor(cursor: str | None, *, fields: int) -> list[str | int | float] | None:
    """Return the place that a cursor names, None for the beginning.

    :raises BadCursorError: when it was not made by `encode_cursor` for this list.
    """
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, RecursionError):
        raise BadCursorError from None
    if not isinstance(values, list) or len(values) != fields:
        raise BadCursorError
    if not all(_is_place(value) for value in values):
        raise BadCursorError
    return values


def _is_place(value: object) -> bool:
    """Say whether this is text or a number; JSON knows more, and so does Python."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int)
