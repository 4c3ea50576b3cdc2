"""The front end's own unit tests and types, run by Node."""

import subprocess
import sys
from pathlib import Path

import pytest

from youke.web import assets

FRONTEND = Path(assets.__file__).parent / "frontend"
NODE = Path(sys.executable).with_name("node")


@pytest.mark.parametrize(
    "arguments",
    [["--test", "tests/*.test.mjs"], ["node_modules/typescript/bin/tsc", "--noEmit"]],
    ids=["the unit tests pass", "the types agree"],
)
def test_node_is_content(arguments: list[str]) -> None:
    done = subprocess.run(
        [NODE, *arguments], cwd=FRONTEND, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
