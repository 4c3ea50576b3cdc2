"""`youke up` from the first line to Ctrl-C, on real servers."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from harness import databases
from harness.installation import PATIENCE_S, Installation
from harness.servers import Servers
from youke.embedded.ports import LOOPBACK


@pytest.fixture
def installation(open_folder: Path) -> Iterator[Installation]:
    installation = Installation(open_folder)
    yield installation
    installation.end()


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    """One that runs; for tests that only look or are refused."""
    with TemporaryDirectory(prefix="youke-test-") as folder:
        installation = Installation(Path(folder))
        installation.start()
        yield installation
        installation.end()


def wait_until_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE_S)
    left = [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    assert not left


def test_it_prints_where_it_is_and_how_to_stop_it(running: Installation) -> None:
    said = running.said()

    assert re.search(rf"here +http://localhost:{running.port}\n", said)
    assert re.search(rf"logs +{running.data}/logs\n", said)
    assert "Ctrl-C" in said
    assert re.search(r"PostgreSQL ready \(\d+\.\d s\)", said)
    assert running.is_ready()


def test_the_doctor_finds_everything_well(running: Installation) -> None:
    found = running.run("doctor")

    assert found.returncode == 0, found.stdout
    assert "✗" not in found.stdout
    assert found.stdout.count("✓") == 11


def test_the_doctor_says_what_to_do_when_nothing_runs(
    installation: Installation,
) -> None:
    found = installation.run("doctor")

    assert found.returncode == 1
    assert "✗ Settings" in found.stdout
    assert "→ start `youke up`" in found.stdout


def test_an_account_can_be_opened_beside_it(running: Installation) -> None:
    running.add_user("beside")

    assert running.sign_in("beside") == 200


def test_a_taken_username_is_one_sentence(running: Installation) -> None:
    running.add_user("twice")

    again = running.run(
        "user", "add", "twice", "--role", "tutor", YOUKE_PASSWORD="correct-horse"
    )

    assert again.returncode == 1
    assert again.stderr.startswith("Error: ")
    assert again.stderr.count("\n") == 1


def test_a_second_start_on_the_same_folder_is_refused(running: Installation) -> None:
    second = running.run("up", "--port", "1", "--s3-port", "2")

    assert second.returncode == 1
    assert second.stderr == (
        f"Error: Process {running.process.pid} runs on {running.data} already;"
        " YOUKE_DATA_DIR chooses another.\n"
    )
    assert running.is_ready()


@pytest.mark.parametrize("setting", ["YOUKE_PORT", "YOUKE_S3_PORT"])
def test_a_taken_port_is_named_with_its_setting(
    installation: Installation, setting: str
) -> None:
    port = int(installation.environment[setting])
    with socket.create_server((LOOPBACK, port)):
        refused = installation.run("up")

    assert refused.returncode == 1
    assert re.fullmatch(
        rf"Error: Port {port} \([\w ]+\) is taken; [\w ,]+ {setting}=\d+\.\n",
        refused.stderr,
    )


def test_a_folder_without_permission_is_one_sentence(
    installation: Installation,
) -> None:
    refused = installation.run("up", "--data-dir", "/proc/youke")

    assert refused.returncode == 1
    assert re.fullmatch(
        r"Error: /proc/youke cannot be used \(.+\); .+\n", refused.stderr
    )


def test_what_is_missing_for_an_object_store_of_ones_own_is_listed(
    installation: Installation,
) -> None:
    refused = installation.run("up", YOUKE_S3_ENDPOINT="http://127.0.0.1:1")

    assert refused.returncode == 1
    assert "YOUKE_S3_ACCESS_KEY" in refused.stderr
    assert "YOUKE_S3_SECRET_KEY" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_ctrl_c_leaves_no_process_and_a_new_start_has_all_data(
    installation: Installation,
) -> None:
    installation.start()
    installation.add_user("kept")
    processes = installation.processes()

    assert installation.interrupt() == 0
    wait_until_gone(processes)
    assert not (installation.data / "endpoints.json").exists()
    assert installation.said().endswith("Stopped\n")

    installation.start()
    assert installation.sign_in("kept") == 200


def test_servers_and_workers_that_are_killed_come_back(
    installation: Installation,
) -> None:
    installation.start()
    installation.add_user("kept")

    for victim in (
        installation.server("postgres"),
        installation.server("weed"),
        installation.child("youke.wsgi:app"),
        installation.child("worker", "media"),
    ):
        victim.send_signal(signal.SIGKILL)
    installation.wait_for(lambda: installation.said().count("ready again") == 4)
    installation.wait_for(installation.is_ready)

    assert installation.sign_in("kept") == 200


def test_nothing_survives_kill_9_and_the_next_start_has_all_data(
    installation: Installation,
) -> None:
    installation.start()
    installation.add_user("kept")
    processes = installation.processes()

    installation.process.kill()
    installation.process.wait()
    wait_until_gone(processes)

    installation.start()
    assert installation.sign_in("kept") == 200


def test_servers_that_are_named_are_used_and_none_are_started(
    installation: Installation, servers: Servers, worker_name: str
) -> None:
    name = f"given-{worker_name}"
    installation.environment |= {
        "YOUKE_DATABASE_URL": databases.create(servers, name),
        **servers.seaweed.settings(bucket=name),
    }

    installation.start()
    children = [process.name() for process in installation.processes()]

    assert not {"postgres", "weed"} & set(children)
    assert installation.run("doctor").returncode == 0
    assert installation.interrupt() == 0
    databases.drop(servers, name)


def test_the_web_can_run_by_itself(
    running: Installation, installation: Installation
) -> None:
    address = f"{LOOPBACK}:{installation.port}"
    with subprocess.Popen(
        [sys.executable, "-m", "youke.cli", "web", "--bind", address],
        env=running.environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as web:
        deadline = time.monotonic() + PATIENCE_S
        while not installation.is_ready():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        web.terminate()

    assert web.returncode == 0
