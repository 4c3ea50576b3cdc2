"""When a request is there, and when it is not waited for."""

from http import HTTPStatus

import pytest

from youke.http.bodies import LARGEST_BODY_BYTES
from youke.http.patience import Arrival, Verdict, body_bytes

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"", 0),
        (b"Content-Length: 12\r\n", 12),
        (b"content-LENGTH:0012 \r\n", 12),
        (b"Content-Length: %d\r\n" % LARGEST_BODY_BYTES, LARGEST_BODY_BYTES),
        (
            b"Content-Length: %d\r\n" % (LARGEST_BODY_BYTES + 1),
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ),
        (
            b"Content-Length: " + b"9" * 9_000 + b"\r\n",
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ),
        (b"Transfer-Encoding: chunked\r\n", HTTPStatus.LENGTH_REQUIRED),
        (b"X-Content-Length: 12\r\n", 0),
        (b"Content-Length: twelve\r\n", 0),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", 0),
    ],
)
def test_a_head_tells_how_long_the_body_is(
    line: bytes, expected: int | HTTPStatus
) -> None:
    assert body_bytes(HEAD + line + b"\r\n") == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_request_is_there_when_its_last_byte_is(size: int) -> None:
    request = HEAD + b"Content-Length: 5\r\n\r\nhello"
    arrival = Arrival(until=0)
    pieces = [request[at : at + size] for at in range(0, len(request), size)]
    verdicts = [arrival.add(piece) for piece in pieces]
    assert verdicts[:-1] == [Verdict.WAIT] * (len(pieces) - 1)
    assert verdicts[-1] is Verdict.SERVE


def test_what_comes_after_a_request_does_not_delay_it() -> None:
    assert Arrival(until=0).add(HEAD + b"\r\nGET / HT") is Verdict.SERVE


def test_a_head_without_end_is_refused() -> None:
    arrival = Arrival(until=0)
    assert arrival.add(HEAD) is Verdict.WAIT
    assert arrival.add(b"X: " + b"x" * 70_000) == 431
