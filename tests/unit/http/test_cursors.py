"""A cursor is where the last page ended; what was not given out is refused."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest

from youke.http.paging import BadCursorError, Order, decode_cursor, encode_cursor
from youke.lessons.service import Lesson

NEWEST = Order((Lesson.published_at, Lesson.id))
MOST_LIKED = Order((Lesson.likes, Lesson.id))
ID = UUID(int=7)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def raw(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("order", "place"), [(NEWEST, (NOON, ID)), (MOST_LIKED, (12, ID))]
)
def test_a_cursor_names_the_place_it_was_made_for(
    order: Order, place: tuple[object, ...]
) -> None:
    cursor = encode_cursor(place)

    assert cursor.isascii()
    assert decode_cursor(cursor, order) == place


def test_no_cursor_is_the_beginning() -> None:
    assert decode_cursor(None, NEWEST) is None
    assert decode_cursor("", NEWEST) is None


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(BadCursorError):
        decode_cursor(encode_cursor([12, ID]), NEWEST)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "光",
        "\ud800",
        raw("{}"),
        raw("7"),
        raw("[]"),
        raw("[1]"),
        raw("[1, 2, 3]"),
        raw("[1, [2]]"),
        raw("[1, null]"),
        raw(f'[true, "{ID}"]'),
        raw(f'[0.5, "{ID}"]'),
        raw(f'[NaN, "{ID}"]'),
        raw(f'[Infinity, "{ID}"]'),
        raw(f'[{"9" * 400}, "{ID}"]'),
        raw(f'[2147483648, "{ID}"]'),
        raw('[1, "no identifier"]'),
        raw("[" * 3000),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        decode_cursor(cursor, MOST_LIKED)
