"""One PostgreSQL and one SeaweedFS for a whole test run, shared by its workers."""

import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from youke.embedded import postgres, seaweed
from youke.embedded.folder import DataFolder
from youke.embedded.ports import free_port
from youke.embedded.postgres import Postgres
from youke.embedded.seaweed import Seaweed
from youke.embedded.supervisor import Supervisor

#: How the process that started the servers tells the xdist workers about them.
VARIABLE = "YOUKE_TEST_SERVERS"
START_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Servers:
    """The servers of this test run, as seen from any of its processes."""

    postgres: Postgres
    seaweed: Seaweed

    def encode(self) -> str:
        """Return all that another process needs to know."""
        return json.dumps(
            {
                "folder": str(self.postgres.folder.path),
                "postgres": self.postgres.port,
                "password": self.postgres.password,
                "s3": self.seaweed.s3_port,
                "inner": dict(self.seaweed.inner_ports),
                "secret": self.seaweed.secret_key,
            }
        )

    @staticmethod
    def decode(text: str) -> "Servers":
        """Undo `encode`."""
        known = json.loads(text)
        folder = DataFolder(Path(known["folder"]))
        database = Postgres(
            folder=folder,
            port=known["postgres"],
            password=known["password"],
            user=None,
            durable=False,
        )
        objects = Seaweed(
            folder=folder,
            s3_port=known["s3"],
            inner_ports=known["inner"],
            secret_key=known["secret"],
        )
        return Servers(database, objects)

    def wait(self) -> None:
        """Wait until both serve."""
        deadline = time.monotonic() + START_TIMEOUT_S
        for server in (self.postgres, self.seaweed):
            while (reason := server.why_not_ready()) is not None:
                if time.monotonic() > deadline:
                    logs = self.postgres.folder.logs
                    raise RuntimeError(f"{server}: {reason}; see {logs}")
                time.sleep(0.05)


class ServerKeeper:
    """Starts the servers without waiting for them, and ends them."""

    def __init__(self) -> None:
        self._path = Path(tempfile.mkdtemp(prefix="youke-test-"))
        self._supervisor = Supervisor(lambda _line: None)
        self._lock = DataFolder(self._path).opened()
        self._lock.__enter__()
        try:
            self._servers = self._launch(DataFolder(self._path))
        except BaseException:
            self.stop()
            raise
        os.environ[VARIABLE] = self._servers.encode()

    def _launch(self, folder: DataFolder) -> Servers:
        objects = seaweed.prepare(folder, s3_port=free_port())
        self._supervisor.launch(objects.program())
        port = folder.ports("postgres")["postgres"]
        database = postgres.prepare(
            folder, port=port, durable=False, say=lambda _line: None
        )
        self._supervisor.launch(database.program())
        return Servers(database, objects)

    def stop(self) -> None:
        """Stop the servers and remove what they wrote."""
        self._supervisor.stop()
        self._lock.__exit__(None, None, None)
        if hasattr(self, "_servers"):
            self._servers.seaweed.remove_sockets()
        os.environ.pop(VARIABLE, None)
        shutil.rmtree(self._path, ignore_errors=True)
