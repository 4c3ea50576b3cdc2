"""Cursor paging: a cursor is where the last page ended, opaque to the client."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from youke.kernel.errors import InvalidError

DEFAULT_LIMIT = 24
MOST = 100
#: PostgreSQL's largest integer; no counter of ours comes near.
LARGEST_NUMBER = 2**31 - 1

Row = TypeVar("Row")
Column = InstrumentedAttribute[Any]


class BadCursorError(InvalidError):
    """The cursor is not one that this service gave out."""

    code = "bad_cursor"


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """One page of a list and the cursor of the next, None at the end."""

    items: Sequence[Row]
    next: str | None


@dataclass(frozen=True)
class Order:
    """By which columns a list is ordered; the last one makes every place unique."""

    columns: tuple[Column, ...]
    descending: bool = True

    def sorts(self) -> list[ColumnElement[Any]]:
        """Return what a statement is ordered by."""
        return [c.desc() if self.descending else c.asc() for c in self.columns]

    def place_of(self, row: object) -> list[object]:
        """Return where in this order a row stands."""
        return [getattr(row, column.key) for column in self.columns]

    def after(self, place: Sequence[object]) -> ColumnElement[bool]:
        """Return the condition for rows that come after a place."""
        columns = tuple_(*self.columns)
        return columns < place if self.descending else columns > place


def fetch_page(
    session: Session,
    statement: Select[Row],
    order: Order,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Row]:
    """Return the rows of a page, found by place and not by number.

    Rows that are added meanwhile neither repeat nor hide others.

    :raises BadCursorError: when the cursor is not one of this list.
    """
    place = decode_cursor(cursor, order)
    if place is not None:
        statement = statement.where(order.after(place))
    ordered = statement.order_by(*order.sorts()).limit(limit + 1)
    found: Sequence[Any] = session.scalars(ordered).all()
    items = found[:limit]
    more = len(found) > limit
    last = order.place_of(items[-1]) if more else None
    return Page(items=items, next=encode_cursor(last) if last else None)


def encode_cursor(values: Sequence[object]) -> str:
    """Return a place as text that is safe in a URL."""
    text = json.dumps(list(values), default=_as_text)
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode_cursor(cursor: str | None, order: Order) -> tuple[object, ...] | None:
    """Return the place that a cursor names, None for the beginning.

    :raises BadCursorError: when it was not made by `encode_cursor` for this order.
    """
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return tuple(
            READERS[column.type.python_type](value)
            for column, value in zip(order.columns, values, strict=True)
        )
    except (ValueError, TypeError, RecursionError, AttributeError):
        raise BadCursorError from None


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    if abs(value) > LARGEST_NUMBER:
        raise ValueError
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment


#: How a cursor's values become those of a column, by the column's type.
READERS: dict[type, Callable[[Any], object]] = {
    int: _number,
    datetime: _moment,
    UUID: UUID,
}
