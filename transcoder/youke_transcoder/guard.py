"""Start one untrusted command under limits; run as a script, standard library only.

    guard.py PARENT_PID MEMORY CPU_S FILE_SIZE OPEN_FILES NICE BARE -- COMMAND ...

BARE is 1 for a command without a sandbox, whose part is done here as far as it goes.

Doing this between fork and exec of the worker would need `preexec_fn`, which is not
safe in a process with threads; a script that limits itself and then becomes the
command is.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
#: CPU seconds between the signal that can be told from others and the one that kills.
GRACE_S = 10
#: What shells answer when a command cannot be started.
CANNOT_START = 127


def die_with(parent: int) -> None:
    """Have the kernel kill this process when the worker that started it dies."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The worker may have died before the kernel was asked.
    if os.getppid() != parent:
        sys.exit(CANNOT_START)


def lock() -> None:
    """Gain no rights by running a program, and leave the network where that is allowed.

    The network namespace that is gone to has no interface.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def limit(memory: int, cpu_s: int, file_size: int, open_files: int) -> None:
    """Limit address space, CPU seconds, bytes per file and open files; no core dump."""
    for kind, value, grace in (
        (resource.RLIMIT_AS, memory, 0),
        # SIGXCPU says whose fault it is; SIGKILL follows for those who do not listen.
        (resource.RLIMIT_CPU, cpu_s, GRACE_S),
        (resource.RLIMIT_FSIZE, file_size, 0),
        (resource.RLIMIT_NOFILE, open_files, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, hard = resource.getrlimit(kind)
        highest = sys.maxsize if hard == resource.RLIM_INFINITY else hard
        limits = (min(value, highest), min(value + grace, highest))
        resource.setrlimit(kind, limits)


def main(arguments: list[str]) -> None:
    """Become the command."""
    split = arguments.index("--")
    parent, *limits, nice, bare = map(int, arguments[:split])
    command = arguments[split + 1 :]
    die_with(parent)
    if bare:
        with contextlib.suppress(AttributeError):  # no unshare on this system
            lock()
    limit(*limits)
    os.nice(nice)
    # Python ignores these two, and ignored signals are inherited by the command.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606  # becoming the command is the point
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error}\n")
        sys.exit(CANNOT_START)


if __name__ == "__main__":
    main(sys.argv[1:])
