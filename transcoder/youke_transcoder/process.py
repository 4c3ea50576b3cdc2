"""Run a child process between walls: limits, time-outs, cancelling, its last words."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from youke_transcoder import sandbox
from youke_transcoder.errors import Cancelled, FailureCode, TranscodeFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

GUARD = str(Path(__file__).with_name("guard.py"))
#: Seconds between two looks at the wish to stop and the clock.
POLL_S = 0.25
#: Lines of the child's stderr that are kept.
TAIL_LINES = 40
#: What a child without a sandbox may know of our environment: no credentials.
ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR")
#: What shells answer when a command cannot be started.
CANNOT_START = 127
FIXED_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "AV_LOG_FORCE_NOCOLOR": "1",
    # Every arena reserves address space, which is limited.
    "MALLOC_ARENA_MAX": "4",
}


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a child process may use."""

    memory: int
    cpu_s: int
    file_size: int
    open_files: int
    #: Seconds without a sign of advance.
    stall_s: float


@dataclass(frozen=True)
class Ended:
    """How a child process ended."""

    returncode: int
    #: The last lines of its stderr.
    words: str
    #: It was killed because it did not advance.
    stalled: bool = False


def run(
    command: Sequence[str],
    budget: Budget,
    *,
    directory: Path,
    reads: Sequence[Path] = (),
    on_line: Callable[[str], bool],
    should_stop: Callable[[], bool],
    nice: int = 0,
) -> Ended:
    """Run a command in `directory` and hand each line of its stdout to `on_line`.

    Between the walls `directory` is the only place for writing, and `reads` are the
    only other files that the command finds, by their own absolute names. `nice` is
    added to the niceness. `on_line` answers whether the line is a sign of advance.
    Whatever leaves this function, an exception included, leaves no process behind.
    Raises `Cancelled`, and `TranscodeFailed` where there are no walls.
    """
    program = shutil.which(command[0])
    if program is None:
        return Ended(CANNOT_START, f"cannot start {command[0]}: no such program")
    bwrap = sandbox.bubblewrap()
    walls = (
        sandbox.walls(bwrap, program, directory=directory, reads=reads) if bwrap else []
    )
    child = _start(
        [*walls, program, *command[1:]],
        budget,
        directory=directory,
        environment=sandbox.environment(program) if bwrap else _our_environment(),
        guard=(nice, int(not bwrap)),
    )
    ended = _attend(child, budget.stall_s, on_line, should_stop=should_stop)
    return _seen_from_outside(ended) if bwrap else ended


def _seen_from_outside(ended: Ended) -> Ended:
    """Say how the command ended, of which only the walls saw the end."""
    if sandbox.failed_to_start(ended.returncode, ended.words):
        raise TranscodeFailed(FailureCode.NO_SANDBOX, ended.words)
    return replace(ended, returncode=sandbox.status(ended.returncode))


def _start(
    command: Sequence[str],
    budget: Budget,
    *,
    directory: Path,
    environment: Mapping[str, str],
    guard: tuple[int, int],
) -> subprocess.Popen[str]:
    limits = (budget.memory, budget.cpu_s, budget.file_size, budget.open_files, *guard)
    guarded = [sys.executable, "-I", "-S", GUARD, str(os.getpid())]
    return subprocess.Popen(
        [*guarded, *map(str, limits), "--", *command],
        cwd=directory,
        env={**environment, **FIXED_ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _our_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}


def _attend(
    child: subprocess.Popen[str],
    stall_s: float,
    on_line: Callable[[str], bool],
    *,
    should_stop: Callable[[], bool],
) -> Ended:
    """Follow a child to its end, and see to it that it has one."""
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    lines: queue.Queue[str | None] = queue.Queue()
    listeners = (
        _listen(child.stdout, lines.put),
        _listen(child.stderr, lambda line: tail.append(line or "")),
    )
    try:
        stalled = _stalls(lines, stall_s, on_line, should_stop=should_stop)
        stalled = stalled or not _ends_within(child, stall_s)
    finally:
        _kill(child)
        # The pipes end with the last process that holds them.
        for listener in listeners:
            listener.join()
    return Ended(child.returncode, "".join(tail).strip(), stalled)


def _stalls(
    lines: queue.Queue[str | None],
    stall_s: float,
    on_line: Callable[[str], bool],
    *,
    should_stop: Callable[[], bool],
) -> bool:
    """Hand on lines until there are no more; answer whether they stopped advancing."""
    advance = time.monotonic()
    for line in _until_end(lines):
        if should_stop():
            raise Cancelled
        if line is not None and on_line(line):
            advance = time.monotonic()
        if time.monotonic() - advance > stall_s:
            return True
    return False


def _ends_within(child: subprocess.Popen[str], seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _listen(
    stream: IO[str] | None, take: Callable[[str | None], object]
) -> threading.Thread:
    """Hand each line of a stream on, then None, from a thread of its own."""

    def read() -> None:
        with stream or contextlib.nullcontext(()) as source:
            for line in source:
                take(line)
        take(None)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _until_end(lines: queue.Queue[str | None]) -> Iterator[str | None]:
    """Lines as they come, and None whenever a poll's time passes without any."""
    while True:
        try:
            line = lines.get(timeout=POLL_S)
        except queue.Empty:
            yield None
            continue
        if line is None:
            return
        yield line


def _kill(child: subprocess.Popen[str]) -> None:
    """End the child and everything it started, and take its exit status."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
