"""The supervisor, tried on small programs of the shell."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from youke.embedded.errors import StartError, StopRequested
from youke.embedded.process import Process, Program
from youke.embedded.supervisor import Supervisor

PATIENCE_S = 20.0
DEAF = "trap '' TERM; echo deaf; while :; do sleep 0.05; done"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(said.append)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., Program]:
    def program(script: str, name: str = "program", **changes: object) -> Program:
        log = tmp_path / f"{name}.log"
        argv = ["/bin/sh", "-c", script]
        return Program(name=name, argv=argv, env=os.environ, log=log, **changes)  # type: ignore[arg-type]

    return program


def until(condition: Callable[[], object], *, meanwhile: Callable[[], None]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        meanwhile()
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_program_that_dies_is_started_again(
    supervisor: Supervisor, shell: Callable[..., Program], said: list[str]
) -> None:
    supervisor.launch(shell("sleep 60"))
    first = supervisor.pid("program")

    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.pid("program") != first, meanwhile=supervisor.tick)
    until(lambda: "ready again" in said[-1], meanwhile=supervisor.tick)

    assert said[0] == (
        "program stopped (it was ended by SIGKILL); starting it again in 0.5 s"
    )


def test_what_a_dead_program_had_started_dies_with_it(
    supervisor: Supervisor, shell: Callable[..., Program], tmp_path: Path
) -> None:
    supervisor.launch(shell("sleep 60 & echo $!; wait"))
    log = tmp_path / "program.log"
    until(lambda: log.read_text().strip(), meanwhile=lambda: None)
    grandchild = int(log.read_text())

    os.kill(supervisor.pid("program"), signal.SIGKILL)

    until(lambda: is_gone(grandchild), meanwhile=supervisor.tick)


def test_a_program_that_ends_while_it_starts_is_reported_with_its_last_words(
    supervisor: Supervisor, shell: Callable[..., Program], tmp_path: Path
) -> None:
    program = shell("echo no such luck; exit 3", probe=lambda: "not yet")

    with pytest.raises(StartError) as raised:
        supervisor.start(program)

    assert raised.value.message == (
        "program did not start: it ended with code 3; no such luck"
        f" (its log is {tmp_path / 'program.log'})."
    )


def test_starting_waits_until_the_program_serves(
    supervisor: Supervisor, shell: Callable[..., Program], said: list[str]
) -> None:
    answers = iter(["no", "not yet", None])

    supervisor.start(shell("sleep 60", probe=lambda: next(answers)))

    assert re.fullmatch(r"program ready \(\d+\.\d s\)", said[0])
    assert next(answers, "asked three times") == "asked three times"


def test_a_task_that_is_done_is_not_started_again(
    supervisor: Supervisor, shell: Callable[..., Program], said: list[str]
) -> None:
    supervisor.launch(shell("true", once=True))

    until(lambda: said, meanwhile=supervisor.tick)
    for _ in range(5):
        supervisor.tick()

    assert said == ["program done"]


def test_a_task_that_fails_is_started_again(
    supervisor: Supervisor,
    shell: Callable[..., Program],
    said: list[str],
    tmp_path: Path,
) -> None:
    mark = tmp_path / "tried"
    supervisor.launch(shell(f"test -e {mark} || {{ touch {mark}; false; }}", once=True))

    until(lambda: "program done" in said, meanwhile=supervisor.tick)


def test_a_program_that_ignores_the_request_is_killed(
    supervisor: Supervisor, shell: Callable[..., Program], tmp_path: Path
) -> None:
    supervisor.launch(shell(DEAF, grace_s=0.2))
    log = tmp_path / "program.log"
    until(lambda: "deaf" in log.read_text(), meanwhile=lambda: None)
    pid = supervisor.pid("program")

    supervisor.stop()

    assert is_gone(pid)


def test_asked_twice_it_does_not_wait_for_anybody(
    supervisor: Supervisor, shell: Callable[..., Program], tmp_path: Path
) -> None:
    supervisor.launch(shell(DEAF, grace_s=3600))
    log = tmp_path / "program.log"
    until(lambda: "deaf" in log.read_text(), meanwhile=lambda: None)
    pid = supervisor.pid("program")

    supervisor.request_stop()
    supervisor.request_stop()
    supervisor.stop()

    assert is_gone(pid)


def test_higher_layers_are_stopped_before_what_they_stand_on(
    supervisor: Supervisor, shell: Callable[..., Program], tmp_path: Path
) -> None:
    order = tmp_path / "order"
    for name, layer in (("base", 0), ("top", 1)):
        script = (
            f"trap 'echo {name} >> {order}; exit' TERM; echo ready;"
            " while :; do sleep 0.05; done"
        )
        supervisor.launch(shell(script, name, layer=layer))
        log = tmp_path / f"{name}.log"
        until(lambda log=log: log.read_text(), meanwhile=lambda: None)  # type: ignore[misc]

    supervisor.stop()

    assert order.read_text().split() == ["top", "base"]


def test_a_request_to_stop_ends_the_waiting_for_a_start(
    supervisor: Supervisor, shell: Callable[..., Program]
) -> None:
    def not_yet() -> str:
        supervisor.request_stop()
        return "not yet"

    with pytest.raises(StopRequested):
        supervisor.start(shell("sleep 60", probe=not_yet))


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = f"""
import os, time
from pathlib import Path
from youke.embedded.process import Process, Program

log = Path({str(tmp_path)!r}) / "child.log"
argv = ["/bin/sh", "-c", "trap '' HUP; exec sleep 60"]
child = Process(Program(name="child", argv=argv, env=os.environ, log=log))
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()

    until(lambda: is_gone(child), meanwhile=lambda: None)


def test_a_log_that_has_grown_large_is_set_aside_at_the_start(
    shell: Callable[..., Program], tmp_path: Path
) -> None:
    log = tmp_path / "program.log"
    with log.open("wb") as file:
        file.truncate(21 * 2**20)

    process = Process(shell("echo fresh"))
    until(lambda: process.poll() is not None, meanwhile=lambda: None)

    assert log.read_text() == "fresh\n"
    assert (tmp_path / "program.log.1").stat().st_size == 21 * 2**20
