"""A cursor is where the last page ended; what was not given out is refused."""

import base64

import pytest

from youke.http.paging import BadCursorError, decode_cursor, encode_cursor


def raw(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "place", [["2026-11-23T10:00:00+00:00", "id"], [7, "id"], [0.5, "名"]]
)
def test_a_cursor_names_the_place_it_was_made_for(place: list[str | int]) -> None:
    cursor = encode_cursor(place)
    assert cursor.isascii()
    assert decode_cursor(cursor, fields=2) == place


def test_no_cursor_is_the_beginning() -> None:
    assert decode_cursor(None, fields=2) is None
    assert decode_cursor("", fields=2) is None


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
        raw("[NaN, 1]"),
        raw("[Infinity, 1]"),
        raw("[" * 3000),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        decode_cursor(cursor, fields=2)
