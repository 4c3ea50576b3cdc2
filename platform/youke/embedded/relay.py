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


async def serve(port: int) -> None:
    """Relay the port from every network address to loopback until cancelled."""
    servers: dict[str, asyncio.Server] = {}
    while True:
        present = network_addresses()
        for address in servers.keys() - present:
            servers.pop(address).close()
        for address in present - servers.keys():
            # An address may vanish between being listed and being used.
            with suppress(OSError):
                servers[address] = await asyncio.start_server(
                    lambda reader, writer: _relay(reader, writer, port), address, port
                )
        await asyncio.sleep(REFRESH_S)


async def _relay(
    client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter, port: int
) -> None:
    try:
        server_in, server_out = await _connect(port)
    except OSError:
        client_out.close()
        return
    try:
        async with asyncio.TaskGroup() as copying:
            copying.create_task(_copy(client_in, server_out))
            copying.create_task(_copy(server_in, client_out))
    except* OSError:
        pass  # one side hung up: both are closed below
    finally:
        server_out.close()
        client_out.close()


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
