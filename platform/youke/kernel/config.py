"""Settings, read once, typed and frozen; every problem is reported at once."""

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from youke.kernel.errors import YoukeError

DEFAULT_PORT = 8000
DEFAULT_S3_PORT = 8333
MINIMUM_SECRET_LENGTH = 32
#: What a running `youke up` writes for the other commands on the same data folder.
ENDPOINTS_FILE = "endpoints.json"
SECRET_FILE = "secret-key"  # noqa: S105  the name of a file, not what is in it
COUNSELLING_FILE = "counselling-key"
#: How long things are kept unless somebody says so many days, in at most five digits.
ALWAYS = "always"
MOST_DIGITS = 5


class ConfigurationError(YoukeError):
    """The settings are not usable: {problems}."""

    code = "configuration"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that can be set from outside."""

    #: SQLAlchemy or libpq URL of a PostgreSQL.
    database_url: str
    #: `http://host:port` at which this process reaches the object store.
    s3_endpoint: str
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    s3_bucket: str
    #: What browsers use; None: the host name of their own request, same port.
    s3_public_endpoint: str | None
    #: Signs cookies and tokens.
    secret_key: str = field(repr=False)
    #: Wraps the keys of counselling; whoever loses it loses every conversation.
    counselling_key: str = field(repr=False)
    #: Holds the embedded servers' files, scratch space and logs.
    data_dir: Path
    port: int
    #: Hops of trusted proxies in front (X-Forwarded-*), 0 when there is none.
    proxies: int
    #: An ffmpeg to use instead of the packaged one.
    ffmpeg: str | None
    #: Folder of a Whisper model that makes captions; None offers none.
    whisper_model: Path | None
    #: Encodes that `youke up` runs at once, 0 for what suits the processors.
    encodes_at_once: int
    #: Threads of each encoder, 0 to let it decide.
    encoder_threads: int
    #: Bytes that workers leave free on the disk of the data folder.
    disk_reserve: int
    #: Days after a lesson is ready for which its original is kept; None: for ever.
    keep_originals_days: int | None
    #: The same for rungs by name; those that are not named are kept for ever.
    keep_rungs_days: tuple[tuple[str, int], ...]
    #: What fewer students did with a lesson or a pair of them, no ranking model uses.
    least_students_per_pair: int
    #: Hours between two trainings of the recommender that nobody asked for.
    train_every_hours: int

    @staticmethod
    def from_env(env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment, then what a running `youke up` left behind.

        :raises ConfigurationError: naming every problem, not only the first.
        """
        return _Reader(os.environ if env is None else env).settings()


def data_dir(env: Mapping[str, str] | None = None) -> Path:
    """Return the data folder: `YOUKE_DATA_DIR`, else `data` below this folder."""
    values = os.environ if env is None else env
    return Path(values.get("YOUKE_DATA_DIR") or "data").expanduser().resolve()


class _Reader:
    """Collects the settings and what is wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.folder = data_dir(env)
        self.env = _running_instance(self.folder) | {k: v for k, v in env.items() if v}
        self.problems: list[str] = []
        self.missing: list[str] = []

    def settings(self) -> Settings:
        settings = Settings(
            database_url=self.required("YOUKE_DATABASE_URL"),
            s3_endpoint=self.required("YOUKE_S3_ENDPOINT"),
            s3_access_key=self.required("YOUKE_S3_ACCESS_KEY"),
            s3_secret_key=self.required("YOUKE_S3_SECRET_KEY"),
            s3_bucket=self.env.get("YOUKE_S3_BUCKET", "youke"),
            s3_public_endpoint=self.env.get("YOUKE_S3_PUBLIC_ENDPOINT"),
            secret_key=self.secret("YOUKE_SECRET_KEY", SECRET_FILE),
            counselling_key=self.secret("YOUKE_COUNSELLING_KEY", COUNSELLING_FILE),
            data_dir=self.folder,
            port=self.number("YOUKE_PORT", DEFAULT_PORT, most=65535),
            proxies=self.number("YOUKE_PROXIES", 0, most=10),
            ffmpeg=self.env.get("YOUKE_FFMPEG"),
            whisper_model=self.folder_of_model("YOUKE_WHISPER_MODEL"),
            encodes_at_once=self.number("YOUKE_ENCODES_AT_ONCE", 0, most=256),
            encoder_threads=self.number("YOUKE_ENCODER_THREADS", 0, most=256),
            disk_reserve=self.number("YOUKE_DISK_RESERVE", 2**30, most=2**62),
            keep_originals_days=self.originals(),
            keep_rungs_days=self.rungs(),
            least_students_per_pair=self.number(
                "YOUKE_LEAST_STUDENTS_PER_PAIR", 5, most=1_000
            ),
            train_every_hours=self.number("YOUKE_TRAIN_EVERY_HOURS", 6, most=10_000),
        )
        self.say_what_is_missing()
        if self.problems:
            raise ConfigurationError(problems="; ".join(self.problems))
        return settings

    def required(self, name: str) -> str:
        value = self.env.get(name, "")
        if not value:
            self.missing.append(name)
        return value

    def say_what_is_missing(self) -> None:
        """Name what is not set in one sentence, since one start would set it all."""
        if self.missing:
            names = ", ".join(self.missing)
            where = f"no `youke up` runs on {self.folder}"
            self.problems.insert(0, f"{where}, and these are not set: {names}")

    def folder_of_model(self, name: str) -> Path | None:
        """Return a folder that holds a model; one that holds none is a mistake."""
        value = self.env.get(name)
        path = Path(value).expanduser().resolve() if value else None
        if path and not (path / "model.bin").is_file():
            self.problems.append(f"{name} must be a folder with a model.bin")
        return path

    def number(self, name: str, default: int, *, most: int) -> int:
        text = self.env.get(name, str(default))
        if text.isdecimal() and int(text) <= most:
            return int(text)
        self.problems.append(f"{name} must be a whole number from 0 to {most}")
        return default

    def originals(self) -> int | None:
        text = self.env.get("YOUKE_KEEP_ORIGINALS", ALWAYS)
        if text == ALWAYS:
            return None
        if (days := _days(text)) is None:
            self.problems.append(
                "YOUKE_KEEP_ORIGINALS must be always or a number of days like 90d"
            )
        return days

    def rungs(self) -> tuple[tuple[str, int], ...]:
        text = self.env.get("YOUKE_KEEP_RUNGS", ALWAYS)
        rules = [] if text == ALWAYS else text.split(",")
        pairs = [rule.strip().partition("=") for rule in rules]
        known = [(name, _days(days)) for name, _, days in pairs]
        if not all(name and days is not None for name, days in known):
            self.problems.append(
                "YOUKE_KEEP_RUNGS must be always or like 1080p=365d,tv-720p=90d"
            )
        return tuple((name, days) for name, days in known if days is not None)

    def secret(self, name: str, file: str) -> str:
        try:
            value = self.env.get(name) or _drawn_secret(self.folder / file)
        except OSError as error:
            self.problems.append(f"{name} is not set and cannot be kept: {error}")
            return ""
        if len(value) < MINIMUM_SECRET_LENGTH:
            self.problems.append(
                f"{name} needs at least {MINIMUM_SECRET_LENGTH} characters"
            )
        return value


def _days(text: str) -> int | None:
    """Return a number of days: 90 or 90d."""
    number = text.strip().removesuffix("d")
    is_number = number.isascii() and number.isdecimal()
    return int(number) if is_number and len(number) <= MOST_DIGITS else None


def _running_instance(folder: Path) -> dict[str, str]:
    """Return the settings that a running `youke up` wrote, or nothing."""
    try:
        content = json.loads((folder / ENDPOINTS_FILE).read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {str(k): str(v) for k, v in content.items()}


def _drawn_secret(path: Path) -> str:
    """Return one of the data folder's own secrets, drawn at the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _place_secret(path)
    return path.read_text().strip()


def _place_secret(path: Path) -> None:
    """Draw a key that only its owner can read, unless another process was faster.

    A link appears whole or not at all: of the processes that start together none
    may read half a key, and all must sign with the same.
    """
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()
