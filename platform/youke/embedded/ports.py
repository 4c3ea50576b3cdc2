"""Which TCP ports are free."""

import random
import socket
from pathlib import Path

from youke.embedded.errors import EmbeddedError, PortTakenError

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  the web and S3 are meant to be reached
LOWEST_PRIVATE_PORT = 20_000
_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_EPHEMERAL_START = 32_768
_ATTEMPTS = 200


def is_free(port: int, address: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        # As servers do: connections that linger after a restart do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def require_free(port: int, *, what: str, setting: str) -> None:
    """Check that the port is free on every address.

    :raises PortTakenError: naming the setting that chooses another.
    """
    if not is_free(port, EVERYWHERE):
        raise PortTakenError(
            port=port, what=what, setting=setting, example=_next_free(port)
        )


def _next_free(port: int) -> int:
    higher = range(port + 1, min(port + 100, 65_536))
    return next((p for p in higher if is_free(p, EVERYWHERE)), port + 100)


def free_port(taken: frozenset[int] = frozenset()) -> int:
    """Draw a port below those that the kernel gives to outgoing connections.

    Above that border a client that keeps trying to reach a dead server can be given
    the server's own port and so connect to itself, and the server cannot come back.
    """
    for _ in range(_ATTEMPTS):
        port = random.randrange(LOWEST_PRIVATE_PORT, _ephemeral_start())  # noqa: S311
        if port not in taken and is_free(port, EVERYWHERE):
            return port
    raise EmbeddedError


def _ephemeral_start() -> int:
    try:
        start = int(_EPHEMERAL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return _USUAL_EPHEMERAL_START
    return start if start > LOWEST_PRIVATE_PORT + 1_000 else _USUAL_EPHEMERAL_START
