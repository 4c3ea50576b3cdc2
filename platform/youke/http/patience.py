"""A gunicorn worker whose few threads never wait for a client.

Gunicorn's threads read requests themselves: eight clients that send half a line and
then nothing, be it malice or a lost network, would hold every thread for ever. Here
the worker's main loop collects what arrives, and a thread gets a request when all of
it is there. Meant for HTTP/1 without TLS, as everything behind `youke web` is.
"""

import json
import re
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from youke.http.bodies import LARGEST_BODY_BYTES

LARGEST_HEAD_BYTES = 64 * 1024
READ_BYTES = 64 * 1024
#: A request must have arrived so long after its connection was opened or used.
ARRIVAL_S = 20.0
#: Whoever is refused may go on sending so long; a sudden end would hide the answer.
LINGER_S = 2.0
#: Nothing that we answer takes so long, unless the client does not take it.
ANSWER_S = 180.0

CODE_OF = {
    HTTPStatus.LENGTH_REQUIRED: "length_required",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers_too_large",
}
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*(?=\r\n)", re.IGNORECASE)
_CODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


class Verdict(Enum):
    """What to do with a request of which some has arrived."""

    WAIT = auto()
    SERVE = auto()


def body_bytes(head: bytes) -> int | HTTPStatus:
    """Return how long a request's body is, or why it is not waited for.

    A length that makes no sense counts as none: the parser refuses it and reads no
    further. Without a length nobody knows when all of a body has arrived.

    :param head: the request up to its headers' end, with all line ends.
    """
    if _CODED.search(head):
        return HTTPStatus.LENGTH_REQUIRED
    said = _LENGTH.findall(head)
    digits = said[0].lstrip(b"0") if len(said) == 1 else b""
    if len(digits) > len(str(LARGEST_BODY_BYTES)):  # int() of them could take long
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    length = int(digits or b"0")
    is_too_large = length > LARGEST_BODY_BYTES
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_too_large else length


@dataclass
class Arrival:
    """A request on its way."""

    #: When it must be there, on the monotonic clock.
    until: float
    content: bytearray = field(default_factory=bytearray)
    #: Bytes of the whole request, known when its head is there.
    wanted: int | None = None
    is_refused: bool = False

    def add(self, data: bytes) -> Verdict | HTTPStatus:
        """Take more bytes and say what to do, or with which status to refuse."""
        searched = max(0, len(self.content) - len(_END))
        self.content += data
        if self.wanted is None:
            end = self.content.find(_END, searched)
            head = len(self.content) if end < 0 else end
            if head > LARGEST_HEAD_BYTES:
                return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            if end < 0:
                return Verdict.WAIT
            length = body_bytes(bytes(self.content[: end + len(_END)]))
            if isinstance(length, HTTPStatus):
                return length
            self.wanted = end + len(_END) + length
        is_whole = len(self.content) >= self.wanted
        return Verdict.SERVE if is_whole else Verdict.WAIT


def refusal(status: HTTPStatus) -> bytes:
    """Return the whole answer to a request that is not waited for (RFC 9457)."""
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value}
    body = json.dumps(problem | {"code": CODE_OF[status], "detail": status.phrase})
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Collects requests in its main loop and serves whole ones in threads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[TConn, Arrival] = {}
        self._answering: dict[TConn, float] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Collect the next request of a connection; every one comes through here."""
        conn.init()
        conn.sock.settimeout(0)
        self._arriving[conn] = Arrival(until=time.monotonic() + ARRIVAL_S)
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, conn))
        # Some clients send the next request without waiting for an answer.
        begun = _unreader(conn).take_buffered()
        if begun:
            self._take(conn, begun)

    def murder_pending(self) -> None:
        """Close what takes too long; the main loop calls this every second."""
        now = time.monotonic()
        for conn, arrival in list(self._arriving.items()):
            # A worker that stops waits only for what was begun.
            if arrival.until < now or not (self.alive or arrival.content):
                self._close(conn)
        for conn, until in list(self._answering.items()):
            if until < now:
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)

    def handle(self, conn: TConn) -> Any:
        """Serve a request that is there; runs in a thread."""
        self._answering[conn] = time.monotonic() + ANSWER_S
        try:
            return super().handle(conn)
        finally:
            del self._answering[conn]

    def _read(self, conn: TConn, _sock: socket.socket) -> None:
        try:
            data = conn.sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(conn, data)
        else:
            self._close(conn)

    def _take(self, conn: TConn, data: bytes) -> None:
        arrival = self._arriving[conn]
        if arrival.is_refused:
            return
        verdict = arrival.add(data)
        if isinstance(verdict, HTTPStatus):
            self._refuse(conn, verdict)
        elif verdict is Verdict.SERVE:
            self._forget(conn)
            _unreader(conn).unread(bytes(arrival.content))
            super().enqueue_req(conn)

    def _refuse(self, conn: TConn, status: HTTPStatus) -> None:
        arrival = self._arriving[conn]
        arrival.is_refused, arrival.content = True, bytearray()
        arrival.until = time.monotonic() + LINGER_S
        with suppress(OSError):
            conn.sock.send(refusal(status))
            conn.sock.shutdown(socket.SHUT_WR)

    def _forget(self, conn: TConn) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)

    def _close(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()


def _unreader(conn: TConn) -> Any:
    """Return what the parser reads from; typeshed knows an older gunicorn."""
    parser: Any = conn.parser
    return parser.unreader
