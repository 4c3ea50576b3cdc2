"""Watches which files a program and its children open, and which sockets they make."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

NAME = "strace"
HOW_TO_INSTALL = f"no {NAME} found: apt-get install {NAME}"
CALLS = "open,openat,openat2,creat,socket,connect"
#: Bubblewrap asks the kernel for the interfaces of the network that is being shut.
HARMLESS = ("socket(AF_NETLINK,", "socket(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC,")

_OPENED = re.compile(r'(?:open|openat|openat2|creat)\([^"]*"([^"]*)".* = \d+')
#: bwrap sees the old and the new file system below these while it builds.
_BUILDING = re.compile(r"^/(?:oldroot|newroot)/+")


@dataclass(frozen=True)
class Seen:
    """What the program printed, opened and asked of the network."""

    output: str
    opened: frozenset[str]
    sockets: list[str]


def find() -> str | None:
    """Return the path of an strace that is installed."""
    return shutil.which(NAME)


def require() -> None:
    """Skip the test where there is no strace."""
    if find() is None:
        pytest.skip(HOW_TO_INSTALL)


def run(command: Sequence[str], log: Path) -> Seen:
    """Run a program to its end and tell what it did."""
    # The kernel itself passes over all other calls.
    follow = (NAME, "-f", "--seccomp-bpf", "-qq", "-s", "4096")
    watched = [*follow, "-e", f"trace={CALLS}", "-o", str(log)]
    ended = subprocess.run(
        [*watched, *command], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    lines = list(_whole(log.read_text(errors="replace").splitlines()))
    return Seen(ended.stdout, frozenset(_opened(lines)), _sockets(lines))


def _whole(lines: Sequence[str]) -> Iterator[str]:
    """Put together calls that another process interrupted."""
    begun: dict[str, str] = {}
    for line in lines:
        process, _, call = line.partition(" ")
        if call.endswith("<unfinished ...>"):
            begun[process] = call.removesuffix("<unfinished ...>")
        elif call.lstrip().startswith("<..."):
            yield begun.pop(process, "") + call.partition("resumed>")[2]
        else:
            yield call.lstrip()


def _opened(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        found = _OPENED.match(line)
        if found and "O_PATH" not in line:
            yield _BUILDING.sub("/", found[1])


def _sockets(lines: Sequence[str]) -> list[str]:
    """Every call about a socket, whether it was granted or not."""
    calls = ("socket(", "connect(")
    asked = [each for each in lines if each.startswith(calls)]
    return [each for each in asked if not each.startswith(HARMLESS)]
