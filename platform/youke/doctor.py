"""`youke doctor`: tries every part and says what to do about those that fail."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

import psycopg
import urllib3

from youke.embedded.folder import MINIMUM_FREE_BYTES
from youke.kernel.config import ConfigurationError, Settings, data_dir
from youke.kernel.db import libpq_url
from youke.storage import ObjectStore, StorageUnavailableError
from youke.up import why_web_is_not_ready

TIMEOUT_S = 5
OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 15
EXTENSIONS = frozenset({"btree_gist", "pg_trgm"})
ENCODERS = frozenset({"aac", "libx264"})
#: A worker says that it lives every few seconds, see `youke.jobs`.
FRESH_HEARTBEAT_S = 30
#: A job of a dead worker should have been given to another one by now.
RESCUED_AFTER_S = 90


class _Problem(Exception):  # noqa: N818  what is found is not yet an error
    """Something that is wrong, and what to do about it."""

    def __init__(self, finding: str, remedy: str) -> None:
        super().__init__(finding)
        self.finding = finding
        self.remedy = remedy


@dataclass(frozen=True)
class Result:
    """How one part fared; without a remedy it is well."""

    part: str
    finding: str
    remedy: str | None = None


def examine(environment: Mapping[str, str]) -> Iterator[Result]:
    """Try every part, in the order in which they stand on each other."""
    folder = data_dir(environment)
    yield _try("Python", _python)
    yield _try("FFmpeg", partial(_ffmpeg, environment.get("YOUKE_FFMPEG")))
    yield _try("Sandbox", _sandbox)
    yield _try("Data folder", partial(_data_folder, folder))
    try:
        settings = Settings.from_env(environment)
    except ConfigurationError as error:
        remedy = "start `youke up`, or set what is missing"
        yield Result("Settings", str(error), remedy)
        return
    yield from (_try(part, partial(check, settings)) for part, check in _CHECKS.items())


def _try(part: str, check: Callable[[], str]) -> Result:
    try:
        return Result(part, check())
    except _Problem as problem:
        return Result(part, problem.finding, problem.remedy)


def _python() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        raise _Problem(version, "install Python 3.11 or newer")
    return version


def _ffmpeg(configured: str | None) -> str:
    import imageio_ffmpeg

    remedy = "remove YOUKE_FFMPEG to use the packaged one, or name one with {missing}"
    try:
        path = configured or imageio_ffmpeg.get_ffmpeg_exe()
        listed = subprocess.run(
            [path, "-hide_banner", "-encoders"],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise _Problem(str(error), remedy.format(missing="H.264 and AAC")) from error
    missing = ENCODERS - set(listed.stdout.split())
    if missing:
        names = ", ".join(sorted(missing))
        raise _Problem(f"{path} lacks {names}", remedy.format(missing=names))
    return path


def _sandbox() -> str:
    from youke_transcoder import TranscodeFailed, sandbox

    try:
        path = sandbox.bubblewrap()
    except TranscodeFailed as failed:
        remedy = "allow user namespaces, or set YOUKE_SANDBOX: see docs/operations.md"
        raise _Problem(failed.detail, remedy) from failed
    return path or f"{sandbox.SETTING}=none: only limits hold hostile files back"


def _data_folder(folder: Path) -> str:
    remedy = "choose another with YOUKE_DATA_DIR or give this user the right to write"
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        raise _Problem(f"{folder}: {error.strerror}", remedy) from error
    if free < MINIMUM_FREE_BYTES:
        raise _Problem(f"{folder}: {free // 10**6} MB free", "make at least 1 GB free")
    return f"{folder}, {free / 10**9:.0f} GB free"


def _connect(settings: Settings) -> psycopg.Connection:
    url = libpq_url(settings.database_url)
    try:
        return psycopg.connect(url, connect_timeout=TIMEOUT_S, autocommit=True)
    except psycopg.Error as error:
        remedy = "start it, or correct YOUKE_DATABASE_URL"
        raise _Problem(str(error).strip(), remedy) from error


def _database(settings: Settings) -> str:
    with _connect(settings) as connection:
        version = connection.info.server_version // 10_000
        rows = connection.execute("SELECT name FROM pg_available_extensions")
        missing = EXTENSIONS - {str(row[0]) for row in rows}
    if version < OLDEST_POSTGRES:
        raise _Problem(f"PostgreSQL {version}", f"use {OLDEST_POSTGRES} or newer")
    if missing:
        names = ", ".join(sorted(missing))
        raise _Problem(f"lacks {names}", "install PostgreSQL's contrib package")
    return f"PostgreSQL {version}"


def _migrations(settings: Settings) -> str:
    import youke_migrations  # pyright: ignore[reportMissingImports]  see setup.cfg

    with _connect(settings):
        current = youke_migrations.is_current(settings.database_url)
    if not current:
        raise _Problem("the schema is out of date", "run `youke migrate`")
    return "the schema is up to date"


def _objects(settings: Settings) -> str:
    with closing(ObjectStore.from_settings(settings)) as store:
        try:
            store.check()
        except StorageUnavailableError as error:
            remedy = "start it, or correct YOUKE_S3_*"
            raise _Problem(str(error.data.get("reason")), remedy) from error
    return f"{settings.s3_endpoint}: put, get and delete work"


def _public_objects(settings: Settings) -> str:
    address = settings.s3_public_endpoint or settings.s3_endpoint
    url = f"{address}/{settings.s3_bucket}?list-type=2"
    try:
        answer = urllib3.request("GET", url, timeout=TIMEOUT_S, retries=False)
    except urllib3.exceptions.HTTPError as error:
        remedy = "let browsers reach it, or correct YOUKE_S3_PUBLIC_ENDPOINT"
        raise _Problem(f"{address}: {error}", remedy) from error
    if answer.status < HTTPStatus.BAD_REQUEST:
        raise _Problem(f"{address} lists its objects to anybody", "make it private")
    return f"{address} answers browsers and refuses strangers"


def _web(settings: Settings) -> str:
    reason = why_web_is_not_ready(settings.port)
    if reason:
        remedy = "start `youke up` or `youke web`, or correct YOUKE_PORT"
        raise _Problem(reason, remedy)
    return f"http://localhost:{settings.port} is ready"


def _workers(settings: Settings) -> str:
    count = _count(
        settings,
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - %s * interval '1 second'",
        FRESH_HEARTBEAT_S,
    )
    if not count:
        raise _Problem("none is alive", "start `youke up` or `youke worker`")
    return f"{count} alive"


def _stalled_jobs(settings: Settings) -> str:
    count = _count(
        settings,
        "SELECT count(*) FROM procrastinate_jobs AS job"
        " LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id"
        " WHERE job.status = 'doing' AND coalesce(worker.last_heartbeat,"
        " '-infinity') < now() - %s * interval '1 second'",
        RESCUED_AFTER_S,
    )
    if count:
        raise _Problem(
            f"{count} held by dead workers", "start a worker of queue default"
        )
    return "none is stalled"


def _count(settings: Settings, query: str, seconds: int) -> int:
    with _connect(settings) as connection:
        try:
            row = connection.execute(query.encode(), [seconds]).fetchone()
        except psycopg.errors.UndefinedTable as error:
            raise _Problem(
                "there is no job queue yet", "run `youke migrate`"
            ) from error
    return int(row[0]) if row else 0


_CHECKS: Mapping[str, Callable[[Settings], str]] = {
    "Database": _database,
    "Migrations": _migrations,
    "Object store": _objects,
    "S3 for browsers": _public_objects,
    "Web": _web,
    "Workers": _workers,
    "Jobs": _stalled_jobs,
}
