"""Which browser the browser tests use, and how it is started."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
HOW_TO_INSTALL = f"no chromium found: apt-get install {' '.join(PACKAGES)}"
#: Alone on a test machine: no sandbox for root, no GPU, no talk with its maker.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Return the path of a browser that is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
