"""PostgreSQL and SeaweedFS as children: what they keep, and who can reach them."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import psutil
import psycopg
import pytest
import requests

from youke.embedded import postgres, relay, seaweed
from youke.embedded.errors import WrongVersionError
from youke.embedded.folder import DataFolder
from youke.embedded.ports import LOOPBACK, free_port
from youke.embedded.supervisor import Supervisor
from youke.storage import ObjectStore

PATIENCE_S = 60.0
PLACES = 200


class Machine:
    """Both servers in one folder."""

    def __init__(self, path: Path) -> None:
        self.folder = DataFolder(path)
        self.said: list[str] = []
        self.supervisor = Supervisor(self.said.append)

    @contextmanager
    def running(self) -> Iterator[Self]:
        with ExitStack() as stack:
            stack.enter_context(self.folder.opened())
            stack.callback(self.supervisor.stop)
            self.objects = seaweed.prepare(self.folder, s3_port=free_port())
            stack.callback(self.objects.remove_sockets)
            self.supervisor.launch(self.objects.program())
            port = self.folder.ports("postgres")["postgres"]
            self.database = postgres.prepare(
                self.folder, port=port, durable=True, say=self.said.append
            )
            self.supervisor.start(self.database.program())
            self.supervisor.wait_until_ready(seaweed.NAME)
            yield self

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.url()) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def store(self) -> Iterator[ObjectStore]:
        store = ObjectStore(
            endpoint=self.objects.endpoint,
            access_key=seaweed.ACCESS_KEY,
            secret_key=self.objects.secret_key,
            bucket=seaweed.BUCKET,
        )
        yield store
        store.close()

    def wait_for_news(self, news: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not any(news in line for line in self.said):
            assert time.monotonic() < deadline, self.said
            self.supervisor.tick()
            time.sleep(0.05)


@pytest.fixture
def machine(open_folder: Path) -> Machine:
    return Machine(open_folder / "data")


def test_acknowledged_writes_survive_kill_9_and_the_servers_come_back(
    machine: Machine,
) -> None:
    with machine.running(), machine.store() as store:
        machine.execute("CREATE TABLE note (place int PRIMARY KEY)")
        for place in range(PLACES):
            machine.execute("INSERT INTO note SELECT count(*) FROM note")
            store.put_bytes(f"note/{place}", b"kept", content_type="text/plain")

        for name in (postgres.NAME, seaweed.NAME):
            os.kill(machine.supervisor.pid(name), signal.SIGKILL)
        machine.wait_for_news(f"{postgres.NAME} ready again")
        machine.wait_for_news(f"{seaweed.NAME} ready again")

        assert machine.execute("SELECT count(*) FROM note") == [(PLACES,)]
        assert {store.read(key) for key in store.keys("note/")} == {b"kept"}
        assert len(list(store.keys("note/"))) == PLACES


def test_all_is_kept_over_a_stop_even_when_every_port_is_another(
    machine: Machine, open_folder: Path
) -> None:
    with machine.running(), machine.store() as store:
        machine.execute("CREATE TABLE note AS SELECT 7 AS place")
        store.put_bytes("note", b"kept", content_type="text/plain")
    (machine.folder.path / "ports.json").unlink()

    with Machine(open_folder / "data").running() as again, again.store() as store:
        assert again.execute("SELECT place FROM note") == [(7,)]
        assert store.read("note") == b"kept"
        store.put_bytes("more", b"room", content_type="text/plain")


def test_the_servers_listen_on_loopback_only(machine: Machine) -> None:
    with machine.running():
        pids = [machine.supervisor.pid(name) for name in (postgres.NAME, seaweed.NAME)]
        listening = {
            connection.laddr
            for pid in pids
            for connection in psutil.Process(pid).net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        }

        assert {address.ip for address in listening} == {LOOPBACK}
        ports = {address.port for address in listening}
        assert ports == {
            machine.database.port,
            machine.objects.s3_port,
            *machine.objects.inner_ports.values(),
        }


def test_a_connection_needs_the_password(machine: Machine) -> None:
    with machine.running():
        url = machine.database.url().replace(machine.database.password, "wrong")

        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url)


def test_the_database_is_set_up_to_lose_nothing(machine: Machine) -> None:
    with machine.running():
        for setting in (
            "data_checksums",
            "fsync",
            "full_page_writes",
            "synchronous_commit",
        ):
            assert machine.execute(f"SHOW {setting}") == [("on",)]


def test_a_lock_file_left_by_a_killed_server_does_not_matter(
    machine: Machine, open_folder: Path
) -> None:
    lock = machine.folder.postgres / "postmaster.pid"
    with machine.running():
        content = lock.read_text().splitlines()
    uid, gid = machine.database.user or (None, None)

    # It has the number of the dead server, and PostgreSQL would take it for that.
    with (
        subprocess.Popen(["sleep", "600"], user=uid, group=gid) as other,
        ExitStack() as stack,
    ):
        stack.callback(other.kill)
        lock.write_text("\n".join([str(other.pid), *content[1:]]))

        with Machine(open_folder / "data").running() as again:
            assert again.execute("SELECT 1") == [(1,)]

        assert other.poll() is None


def test_a_database_of_another_version_is_not_touched(open_folder: Path) -> None:
    folder = DataFolder(open_folder)
    folder.postgres.mkdir()
    (folder.postgres / "PG_VERSION").write_text("12\n")

    with folder.opened(), pytest.raises(WrongVersionError, match="of PostgreSQL 12"):
        postgres.prepare(folder, port=free_port(), durable=True, say=print)


def test_the_relay_passes_s3_on_to_the_network(machine: Machine) -> None:
    elsewhere = "127.0.0.2"

    async def fetch(url: str) -> requests.Response:
        serving = asyncio.create_task(
            relay.serve(machine.objects.s3_port, addresses=lambda: [elsewhere])
        )
        await asyncio.sleep(0.1)
        answer = await asyncio.to_thread(requests.get, url, timeout=30)
        serving.cancel()
        return answer

    with machine.running(), machine.store() as store:
        content = os.urandom(3 * 2**20)
        store.put_bytes("video", content, content_type="video/mp4")
        endpoint = f"http://{elsewhere}:{machine.objects.s3_port}"
        url = store.presign_get("video", endpoint=endpoint, expires_s=60, window_s=60)

        answer = asyncio.run(fetch(url))

    assert answer.status_code == 200
    assert answer.content == content


def test_the_network_knows_no_loopback_address() -> None:
    assert not any(a.startswith("127.") for a in relay.network_addresses())
