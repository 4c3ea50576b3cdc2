"""Installs what some tests need of the system, where that is allowed.

That is the browser of the browser tests, and strace, which sees what a hostile film
makes of the transcoder. It never fails: where it is not allowed, it says what is
missing, and those tests say so again when they are skipped.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence

from tests.harness import chromium, strace

CJK_FONT = ":lang=zh"


def main() -> None:
    """Install what is missing with apt-get, or say what is missing."""
    if not (chromium.find() and _has_chinese_font()):
        _provide(chromium.PACKAGES, chromium.HOW_TO_INSTALL)
    if not strace.find():
        _provide((strace.NAME,), strace.HOW_TO_INSTALL)


def _provide(packages: Sequence[str], how_to_install: str) -> None:
    prefix = _privilege()
    if prefix is None or not _install(packages, prefix):
        print(f"Some tests will be skipped: {how_to_install}")  # noqa: T201


def _has_chinese_font() -> bool:
    """Whether Chinese text would be drawn as characters and not as boxes."""
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(
        ["fc-list", CJK_FONT], check=False, capture_output=True, text=True
    )
    return bool(listed.stdout.strip())


def _privilege() -> list[str] | None:
    """Return what to put before apt-get; None: we may not install anything."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "--non-interactive"]
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run([*sudo, "true"], check=False, capture_output=True)
    return sudo if allowed.returncode == 0 else None


def _install(packages: Sequence[str], prefix: list[str]) -> bool:
    print(f"Installing {' and '.join(packages)} for the tests")  # noqa: T201
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    install = [*apt, "install", "--no-install-recommends", *packages]
    for argv in (install, [*apt, "update"], install):
        done = subprocess.run(argv, check=False, stdout=subprocess.DEVNULL)
        if argv is install and done.returncode == 0:
            return True
    return False


if __name__ == "__main__":
    main()
