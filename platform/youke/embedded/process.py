"""One child process that is watched, stopped politely, and never left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOG_KEPT_BYTES = 20 * 2**20
_POLL_S = 0.02
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run and how to treat it."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    log: Path
    cwd: Path | None = None
    #: (uid, gid) to run as; None: our own.
    user: tuple[int, int] | None = None
    #: Asks it to stop; after `grace_s` seconds it is killed.
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0
    #: Sent by the kernel when we die without having stopped it.
    death_signal: signal.Signals = signal.SIGKILL
    #: Says why it does not serve yet, None when it does.
    probe: Callable[[], str | None] | None = None
    #: Tidies up what a killed predecessor left, before each start.
    before_start: Callable[[], None] | None = None
    #: A task that ends by itself; only a failure starts it again.
    once: bool = False
    #: Programs of one layer are stopped together, those of higher layers first.
    layer: int = 0


class Process:
    """A running program, in a process group of its own.

    The group keeps a Ctrl-C in the terminal away from it, because we stop our
    children in order, and it lets us end what the child itself has started.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.started = time.monotonic()
        if program.before_start:
            program.before_start()
        self._popen = _spawn(program)

    @property
    def pid(self) -> int:
        """The process id, which is also that of its group."""
        return self._popen.pid

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal), or None while it runs."""
        if self._popen.returncode is None and self._has_exited():
            # While it is not yet waited for, its id cannot belong to anybody else.
            self.send(signal.SIGKILL)
            self._popen.wait()
        return self._popen.returncode

    def _has_exited(self) -> bool:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, options) is not None
        except ChildProcessError:
            return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole group, if anything of it is left."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def ask_to_stop(self) -> None:
        """Send the signal that asks it to end."""
        if self.poll() is None:
            os.kill(self.pid, self.program.stop_signal)

    def stop(self, *, is_urgent: Callable[[], bool] = lambda: False) -> int:
        """Ask it to end, kill it when it takes too long, and return its exit code.

        :param is_urgent: asked all the time; True kills at once.
        """
        self.ask_to_stop()
        return self.wait_for_end(is_urgent)

    def wait_for_end(self, is_urgent: Callable[[], bool]) -> int:
        """Wait for what was asked to end; kill it after its time of grace."""
        deadline = time.monotonic() + self.program.grace_s
        while (code := self.poll()) is None:
            if is_urgent() or time.monotonic() > deadline:
                self.send(signal.SIGKILL)
            time.sleep(_POLL_S)
        return code


def last_words(log: Path) -> str:
    """Return the last line of a log that says something."""
    try:
        lines = log.read_text(errors="replace")[-4096:].splitlines()
    except OSError:
        return "no log"
    return next((line.strip() for line in reversed(lines) if line.strip()), "no log")


def describe_exit(code: int) -> str:
    """Return in words how a process ended."""
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it ended with code {code}"


def _spawn(program: Program) -> "subprocess.Popen[bytes]":
    _rotate(program.log)
    parent, number = os.getpid(), program.death_signal
    uid, gid = program.user or (None, None)
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=program.cwd,
            env=dict(program.env),
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            process_group=0,
            # One system call on a library that is loaded: threads do not matter.
            preexec_fn=lambda: _die_with(parent, number),  # noqa: PLW1509  see above
        )


def _die_with(parent: int, number: signal.Signals) -> None:
    """Have the kernel signal us when our parent dies, whatever it dies of.

    This must come after the change of user, which resets it.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _rotate(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_KEPT_BYTES:
        log.replace(log.with_suffix(".log.1"))
