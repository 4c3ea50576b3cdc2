"""Run a child process under guard: limits, time-outs, cancelling, its last words."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from youke_transcoder.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GUARD = str(Path(__file__).with_name("guard.py"))
#: Seconds between two looks at the wish to stop and the clock.
POLL_S = 0.25
#: Lines of the child's stderr that are kept.
TAIL_LINES = 40
#: What a child may know of our environment: no credentials.
ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR")


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

    `directory` is for writing, `reads` are the other files that the command opens, by
    their own absolute names. `nice` is added to the niceness. `on_line` answers whether
    the line is a sign of advance. Whatever leaves this function, an
    exception included, leaves no process behind. Raises `Cancelled`.
    """
    child = _start(command, budget, directory, reads=reads, nice=nice)
    try:
        return _follow(child, budget.stall_s, on_line, should_stop=should_stop)
    finally:
        _kill(child)


def _start(
    command: Sequence[str],
    budget: Budget,
    directory: Path,
    *,
    reads: Sequence[Path],  # noqa: ARG001  # for the walls that are being built
    nice: int,
) -> subprocess.Popen[str]:
    limits = (budget.memory, budget.cpu_s, budget.file_size, budget.open_files, nice)
    guarded = [sys.executable, "-I", "-S", GUARD, str(os.getpid())]
    return subprocess.Popen(
        [*guarded, *map(str, limits), "--", *command],
        cwd=directory,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    # Every arena reserves address space, which is limited.
    fixed = {"LANG": "C.UTF-8", "AV_LOG_FORCE_NOCOLOR": "1", "MALLOC_ARENA_MAX": "4"}
    return kept | fixed


def _follow(
    child: subprocess.Popen[str],
    stall_s: float,
    on_line: Callable[[str], bool],
    *,
    should_stop: Callable[[], bool],
) -> Ended:
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    lines: queue.Queue[str | None] = queue.Queue()
    listeners = (
        _listen(child.stdout, lines.put),
        _listen(child.stderr, lambda line: tail.append(line or "")),
    )
    stalled = False
    advance = time.monotonic()
    for line in _until_end(lines):
        if should_stop():
            raise Cancelled
        if line is not None and on_line(line):
            advance = time.monotonic()
        if time.monotonic() - advance > stall_s:
            stalled = True
            break
    stalled = stalled or not _ends_within(child, stall_s)
    _kill(child)
    for listener in listeners:
        listener.join()
    return Ended(child.returncode, "".join(tail).strip(), stalled)


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
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
