"""The system user that PostgreSQL runs as when we are root."""

import os
import pwd
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

from youke.embedded.errors import SystemUserError

USER = "embedded_postgres"
_SEARCH_FOR_ALL = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
_READ_FOR_ALL = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


def prepare(
    binaries: Path, data: Path, say: Callable[[str], None]
) -> tuple[int, int] | None:
    """Return (uid, gid) of a user that can reach both folders; None: we are not root.

    Folders above them that only their owner may pass are opened for passing through
    (o+x), never for reading, and we say so.

    :raises SystemUserError:
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = _ensure_user()
        for folder in (binaries, data):
            _open_way_to(folder, say)
        _make_readable(binaries)
    except OSError as error:
        raise SystemUserError(reason=str(error)) from error
    return entry.pw_uid, entry.pw_gid


def _ensure_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        argv = ["useradd", "--system", "--no-create-home", USER]
        done = subprocess.run(argv, check=False, capture_output=True, text=True)
    try:  # another start may have been faster, so the exit code says little
        return pwd.getpwnam(USER)
    except KeyError as error:
        raise SystemUserError(reason=done.stderr.strip()) from error


def _open_way_to(folder: Path, say: Callable[[str], None]) -> None:
    for above in (folder, *folder.parents):
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            say(f"Let PostgreSQL's user {USER} pass through {above}")


def _make_readable(binaries: Path) -> None:
    """Undo a strict umask during installation: the files are public anyway."""
    libraries = binaries.with_name(f"{binaries.name}.libs")
    for root in (binaries, libraries):
        for path in (root, *root.rglob("*")):
            _add_mode(path)


def _add_mode(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    wanted = mode | _READ_FOR_ALL
    if path.is_dir() or mode & stat.S_IXUSR:
        wanted |= _SEARCH_FOR_ALL
    if wanted != mode:
        path.chmod(wanted)
