"""`youke up`: everything on one machine, under one supervisor."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from pathlib import Path

import psycopg
import urllib3

from youke.embedded import ports, postgres, relay, seaweed
from youke.embedded.errors import StopRequested
from youke.embedded.folder import DataFolder, readable_password
from youke.embedded.process import Program
from youke.embedded.supervisor import Supervisor
from youke.kernel.config import Settings
from youke.kernel.db import libpq_url
from youke.storage import ObjectStore

#: The layer of what stands on the servers and is stopped before them.
APPLICATION = 1
TIMEOUT_S = 5
WEB_PROCESSES, WEB_THREADS = 2, 4
#: One encode keeps so many processors busy.
CORES_A_JOB = 4
#: Jobs may finish, see `youke.jobs.worker`; then the rest of the process may.
WORKER_GRACE_S = 12.0
#: All demo accounts appear in one transaction, before the demo lessons.
DEMO_PEOPLE_QUERY = "SELECT 1 FROM people WHERE username = 'student'"

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to start and where."""

    data_dir: Path
    port: int
    s3_port: int
    demo: bool
    demo_password: str | None = field(repr=False)
    #: The caller's environment; servers that it names are used and not started.
    environment: Mapping[str, str] = field(repr=False)

    @property
    def needs_database(self) -> bool:
        """Whether we start a PostgreSQL."""
        return not self.environment.get("YOUKE_DATABASE_URL")

    @property
    def needs_objects(self) -> bool:
        """Whether we start a SeaweedFS."""
        return not self.environment.get("YOUKE_S3_ENDPOINT")


def up(options: Options, *, say: Say) -> None:
    """Run everything until a signal asks to stop.

    :raises YoukeError: one sentence about what keeps it from starting.
    """
    supervisor = Supervisor(say)
    _stop_on_signals(supervisor)
    folder = DataFolder(options.data_dir)
    with folder.opened():
        _require_ports(options)
        run = _Run(options, folder, supervisor)
        try:
            run.start(say)
            supervisor.watch()
        except StopRequested:
            say("Stopped while starting")
        finally:
            run.stop(say)


def _stop_on_signals(supervisor: Supervisor) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, supervisor.request_stop)
    # Under nohup it is ignored, and then it shall stay so.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, supervisor.request_stop)


def _require_ports(options: Options) -> None:
    ports.require_free(options.port, what="for the web", setting="YOUKE_PORT")
    if options.needs_objects:
        ports.require_free(options.s3_port, what="for S3", setting="YOUKE_S3_PORT")


class _Run:
    """One start of everything, from the servers up to the web."""

    def __init__(
        self, options: Options, folder: DataFolder, supervisor: Supervisor
    ) -> None:
        self.options = options
        self.folder = folder
        self.supervisor = supervisor
        self.objects: seaweed.Seaweed | None = None
        self.endpoints = {"YOUKE_PORT": str(options.port)}

    def start(self, say: Say) -> None:
        """Start everything; SeaweedFS takes longest, so the database goes meanwhile."""
        began = time.monotonic()
        if self.options.needs_objects:
            self._launch_objects()
        if self.options.needs_database:
            self._start_database(say)
        self._migrate()
        self._await_objects()
        self._start_application()
        self.folder.publish_endpoints(self.endpoints)
        say(self._welcome(time.monotonic() - began))

    def stop(self, say: Say) -> None:
        """Stop everything that was started."""
        say("Stopping (Ctrl-C again: at once)")
        self.supervisor.stop()
        self.folder.forget_endpoints()
        if self.objects:
            self.objects.remove_sockets()
        say("Stopped")

    def _launch_objects(self) -> None:
        self.objects = seaweed.prepare(self.folder, s3_port=self.options.s3_port)
        self.endpoints |= self.objects.settings()
        self.supervisor.launch(self.objects.program())

    def _start_database(self, say: Say) -> None:
        port = self.folder.ports("postgres")["postgres"]
        server = postgres.prepare(self.folder, port=port, durable=True, say=say)
        self.endpoints["YOUKE_DATABASE_URL"] = server.url()
        self.supervisor.start(server.program())

    def _migrate(self) -> None:
        self.supervisor.run(self._program("Migrations", "youke.cli", "migrate"))

    def _await_objects(self) -> None:
        if self.objects:
            self.supervisor.wait_until_ready(seaweed.NAME)
            self.supervisor.launch(
                relay.program(
                    self.objects.s3_port,
                    log=self.folder.log("relay"),
                    env=self._environment(),
                )
            )
        with closing(ObjectStore.from_settings(self._settings())) as store:
            store.ensure_bucket()

    def _start_application(self) -> None:
        encodes = self._settings().encodes_at_once or encodes_for(os.cpu_count() or 1)
        for queue, at_once in jobs_at_once(encodes).items():
            self.supervisor.launch(self._worker(queue, at_once))
        if self.options.demo:
            self.supervisor.launch(self._demo())
        self.supervisor.start(self._web())
        if self.options.demo:
            # The lessons arrive while one looks around; signing in must work now.
            self.supervisor.wait_until_ready("Demo data")

    def _environment(self) -> dict[str, str]:
        own = {"YOUKE_DATA_DIR": str(self.folder.path), "PYTHONUNBUFFERED": "1"}
        return {**self.options.environment, **self.endpoints, **own}

    def _settings(self) -> Settings:
        return Settings.from_env(self._environment())

    def _program(self, name: str, *argv: str) -> Program:
        return Program(
            name=name,
            argv=[sys.executable, "-m", *argv],
            env=self._environment(),
            log=self.folder.log(name.lower().replace(" ", "-")),
            layer=APPLICATION,
        )

    def _web(self) -> Program:
        program = self._program(
            "Web",
            *("gunicorn", "youke.wsgi:app", "--bind", f"0.0.0.0:{self.options.port}"),
            *("--config", "python:youke.serving"),
            *("--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS)),
        )
        probe = partial(why_web_is_not_ready, self.options.port)
        return replace(program, probe=probe)

    def _worker(self, queue: str, at_once: int) -> Program:
        program = self._program(
            f"Worker {queue}",
            *("youke.cli", "worker", "--queues", queue),
            *("--concurrency", str(at_once)),
        )
        return replace(program, grace_s=WORKER_GRACE_S)

    def _demo(self) -> Program:
        program = self._program("Demo data", "youke.cli", "demo")
        environment = {**program.env, "YOUKE_DEMO_PASSWORD": self._demo_password()}
        return replace(
            program, env=environment, once=True, probe=self._why_nobody_can_sign_in
        )

    def _demo_password(self) -> str:
        given = self.options.demo_password
        return given or self.folder.secret("demo_password", readable_password)

    def _why_nobody_can_sign_in(self) -> str | None:
        url = libpq_url(self._settings().database_url)
        with psycopg.connect(url, connect_timeout=TIMEOUT_S) as connection:
            found = connection.execute(DEMO_PEOPLE_QUERY).fetchone()
        return None if found else "the demo accounts are not there yet"

    def _welcome(self, seconds: float) -> str:
        password = self._demo_password() if self.options.demo else None
        return welcome(
            port=self.options.port,
            network_address=relay.main_address(),
            demo_password=password,
            logs=self.folder.logs,
            seconds=seconds,
        )


def encodes_for(cores: int) -> int:
    """Return how many encodes keep so many processors busy."""
    return max(1, cores // CORES_A_JOB)


def jobs_at_once(encodes: int) -> dict[str, int]:
    """Return how many jobs of each queue run at once.

    Opening has a worker of its own, so that nobody's first picture waits for the end
    of somebody else's ladder.
    """
    return {"opening": encodes, "media": encodes, "default": 4}


def welcome(
    *,
    port: int,
    network_address: str | None,
    demo_password: str | None,
    logs: Path,
    seconds: float,
) -> str:
    """Return what to know about a Youke that has just started."""
    lines = [("here", f"http://localhost:{port}")]
    if network_address:
        lines.append(("on the network", f"http://{network_address}:{port}"))
    if demo_password:
        lines += [
            ("accounts", "student, student2 … student200, teacher, teacher2, tutor,"),
            ("", "reviewer, counsellor, admin"),
            ("password", demo_password),
        ]
    lines += [("logs", str(logs)), ("stop", "Ctrl-C")]
    body = "\n".join(f"    {name:<16}{value}" for name, value in lines)
    return f"\n  优课 Youke is ready ({seconds:.1f} s)\n\n{body}\n"


def why_web_is_not_ready(port: int) -> str | None:
    """Return None when `/readyz` on this machine says that every part serves."""
    address = f"http://127.0.0.1:{port}/readyz"
    try:
        answer = urllib3.request("GET", address, timeout=TIMEOUT_S, retries=False)
    except urllib3.exceptions.HTTPError as error:
        return str(error)
    is_ready = answer.status == HTTPStatus.OK
    return None if is_ready else answer.data[:500].decode(errors="replace")
