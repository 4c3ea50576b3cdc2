"""Passes connections from the network on to a server that listens on loopback.

SeaweedFS opens its unprotected gRPC port wherever it opens S3, so it may only listen
on loopback. Programs on this machine talk to it directly; this relay listens on the
same port of the machine's other addresses, for phones and TVs on the network. It
copies bytes and looks at none of them.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

import psutil

from youke.embedded.ports import LOOPBACK
from youke.embedded.process import Program

NAME = "S3 relay"
CHUNK_BYTES = 2**18
#: How often to look whether the machine has got or lost an address, in seconds.
REFRESH_S = 5.0
CONNECT_ATTEMPTS = 40
RETRY_S = 0.25


def program(port: int, *, log: Path, env: dict[str, str]) -> Program:
    """Return how to run the relay for a port as a process of its own."""
    argv = [sys.executable, "-m", "youke.embedded.relay", str(port)]
    return Program(name=NAME, argv=argv, env=env, log=log, grace_s=2)


def network_addresses() -> frozenset[str]:
    """Return the machine's IPv4 addresses that others can reach."""
    return frozenset(
        entry.address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family.name == "AF_INET" and not entry.address.startswith("127.")
    )


def main_address() -> str | None:
    """Return the address by which the local network most likely knows this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the kernel only chooses the way it would take.
            probe.connect(("203.0.113.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return address if address in network_addresses() else None


async def serve(
    port: int, *, addresses: Callable[[], Collection[str]] = network_addresses
) -> None:
    """Relay the port from these addresses to loopback until cancelled."""
    servers: dict[str, asyncio.Server] = {}
    try:
        while True:
            await _follow(set(addresses()), servers, port)
            await asyncio.sleep(REFRESH_S)
    finally:
        for server in servers.values():
            server.close()


async def _follow(
    present: set[str], servers: dict[str, asyncio.Server], port: int
) -> None:
    """Listen on the addresses that are present, and on no others."""
    for address in servers.keys() - present:
        servers.pop(address).close()
    for address in present - servers.keys():
        # An address may vanish between being listed and being used.
        with suppress(OSError):
            servers[address] = await asyncio.start_server(
                lambda reader, writer: _relay(reader, writer, port), address, port
            )


async def _relay(
    client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter, port: int
) -> None:
    try:
        server_in, server_out = await _connect(port)
        await _pass_on((client_in, server_out), (server_in, client_out))
    except (OSError, asyncio.CancelledError):
        return  # nobody to tell; asyncio would log a cancelled handler as an error
    finally:
        client_out.close()


async def _pass_on(
    *ways: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    """Copy in both directions until both ends have hung up or one has failed."""
    try:
        async with asyncio.TaskGroup() as copying:
            for source, target in ways:
                copying.create_task(_copy(source, target))
    except* OSError:
        pass  # one end hung up in the middle of it
    finally:
        for _, target in ways:
            target.close()


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the server; while it restarts, the client waits."""
    for _ in range(CONNECT_ATTEMPTS):
        with suppress(ConnectionRefusedError):
            return await asyncio.open_connection(LOOPBACK, port, limit=CHUNK_BYTES)
        await asyncio.sleep(RETRY_S)
    raise ConnectionRefusedError


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK_BYTES):
        target.write(data)
        await target.drain()
    with suppress(OSError):
        target.write_eof()


def main() -> None:
    """Relay the port named on the command line until SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    asyncio.run(serve(int(sys.argv[1])))


if __name__ == "__main__":
    main()
