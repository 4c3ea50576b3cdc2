"""Clients that are slow, silent or lie about what they send: nobody else notices."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

#: More than the web has threads.
MANY = 40
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
TOKEN = b"POST /api/v1/auth/token HTTP/1.1\r\nHost: localhost\r\n"
PATIENCE_S = 60


@contextmanager
def connection(server: str) -> Iterator[socket.socket]:
    address = urlsplit(server)
    assert address.hostname
    assert address.port
    with socket.create_connection(
        (address.hostname, address.port), timeout=PATIENCE_S
    ) as client:
        yield client


def everything(client: socket.socket) -> bytes:
    """Read until the server hangs up."""
    answer = b""
    while data := client.recv(65_536):
        answer += data
    return answer


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET / HT", id="half-a-line"),
        pytest.param(HEALTH, id="half-a-head"),
        pytest.param(TOKEN + b"Content-Length: 100\r\n\r\n{", id="half-a-body"),
        pytest.param(HEALTH + b"\r\nGET / HT", id="half-of-the-next"),
    ],
)
def test_clients_that_stop_in_the_middle_keep_nobody_waiting(
    live_server: str, begun: bytes
) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(connection(live_server)).sendall(begun)
        answer = requests.get(f"{live_server}/healthz", timeout=PATIENCE_S / 4)
    assert answer.status_code == 200


def test_a_request_in_small_pieces_is_answered(live_server: str) -> None:
    body = json.dumps({"username": "nobody", "password": "wrong"}).encode()
    length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    request = TOKEN + b"Content-Type: application/json\r\n" + length + body
    with connection(live_server) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(len(request)):
            client.sendall(request[number : number + 1])
        answer = everything(client)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"wrong_password" in answer


def test_requests_that_come_together_are_answered_one_after_the_other(
    live_server: str,
) -> None:
    with connection(live_server) as client:
        client.sendall((HEALTH + b"\r\n") * 2 + HEALTH + b"Connection: close\r\n\r\n")
        answer = everything(client)
    assert answer.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (TOKEN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 411, "length_required"),
        (TOKEN + b"Content-Length: 2000000\r\n\r\n", 413, "too_large"),
        (TOKEN + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", 413, "too_large"),
        (HEALTH + b"X: " + b"x" * 70_000, 431, "headers_too_large"),
    ],
)
def test_what_is_not_waited_for_is_refused_with_a_code(
    live_server: str, request_: bytes, status: int, code: str
) -> None:
    with connection(live_server) as client:
        client.sendall(request_)
        head, _, body = everything(client).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == code


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Length: -5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length : 5\r\n",
        b"X: a\nContent-Length: 500\r\n",
        b"Content-Length: 0x5\r\n",
    ],
)
def test_an_ambiguous_length_is_refused_without_waiting_for_more(
    live_server: str, line: bytes
) -> None:
    with connection(live_server) as client:
        client.sendall(TOKEN + line + b"\r\nabc")
        assert everything(client).startswith(b"HTTP/1.1 400 ")


def test_the_access_log_keeps_no_tokens_and_no_searches(
    live_server: str, live_settings: dict[str, str]
) -> None:
    secret = "a-token-that-nobody-may-read"
    requests.get(
        f"{live_server}/api/v1/lessons?token={secret}",
        headers={"Referer": f"{live_server}/lessons?q={secret}"},
        timeout=PATIENCE_S,
    )
    # Written after the answer: the next line says that the first one is there.
    requests.get(f"{live_server}/api/v1/lessons/marker", timeout=PATIENCE_S)
    log = Path(live_settings["YOUKE_DATA_DIR"], "logs", "web.log").read_text()
    assert '"GET /api/v1/lessons HTTP/1.1" 401' in log
    assert secret not in log
