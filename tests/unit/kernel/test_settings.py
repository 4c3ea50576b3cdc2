"""Settings: read once, typed, and every problem reported at once."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from youke.kernel.config import ConfigurationError, Settings, data_dir

COMPLETE = {
    "YOUKE_DATABASE_URL": "postgresql://somewhere/youke",
    "YOUKE_S3_ENDPOINT": "http://somewhere:8333",
    "YOUKE_S3_ACCESS_KEY": "key",
    "YOUKE_S3_SECRET_KEY": "secret",
    "YOUKE_SECRET_KEY": "x" * 32,
}


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    env = {
        "YOUKE_DATA_DIR": str(tmp_path),
        "YOUKE_PORT": "eighty",
        "YOUKE_PROXIES": "-1",
        "YOUKE_SECRET_KEY": "short",
    }

    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(env)

    for name in (
        *("YOUKE_DATABASE_URL", "YOUKE_S3_ENDPOINT", "YOUKE_S3_ACCESS_KEY"),
        *("YOUKE_S3_SECRET_KEY", "YOUKE_PORT", "YOUKE_PROXIES", "YOUKE_SECRET_KEY"),
    ):
        assert name in caught.value.message


def test_unset_settings_have_defaults(tmp_path: Path) -> None:
    settings = Settings.from_env({**COMPLETE, "YOUKE_DATA_DIR": str(tmp_path)})

    assert settings.port == 8000
    assert settings.proxies == 0
    assert settings.s3_bucket == "youke"
    assert settings.s3_public_endpoint is None
    assert settings.data_dir == tmp_path


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    env = {**COMPLETE, "YOUKE_DATA_DIR": str(tmp_path), "YOUKE_PORT": ""}
    assert Settings.from_env(env).port == 8000


@pytest.mark.parametrize("port", ["65536", "1.5", "１2x", "0x10", "-1", " 80"])
def test_a_port_is_a_whole_number_that_exists(tmp_path: Path, port: str) -> None:
    env = {**COMPLETE, "YOUKE_DATA_DIR": str(tmp_path), "YOUKE_PORT": port}
    with pytest.raises(ConfigurationError, match="YOUKE_PORT"):
        Settings.from_env(env)


def test_secrets_do_not_appear_when_settings_are_shown(tmp_path: Path) -> None:
    env = {**COMPLETE, "YOUKE_DATA_DIR": str(tmp_path)}
    env |= {"YOUKE_S3_SECRET_KEY": "hush-1", "YOUKE_SECRET_KEY": "hush-2" * 6}

    shown = repr(Settings.from_env(env))

    assert "hush" not in shown


def test_a_running_instance_fills_in_what_the_environment_leaves_open(
    tmp_path: Path,
) -> None:
    running = {**COMPLETE, "YOUKE_S3_BUCKET": "theirs", "YOUKE_PORT": "9000"}
    (tmp_path / "endpoints.json").write_text(json.dumps(running))

    settings = Settings.from_env(
        {"YOUKE_DATA_DIR": str(tmp_path), "YOUKE_PORT": "9001"}
    )

    assert settings.s3_bucket == "theirs"
    assert settings.port == 9001


@pytest.mark.parametrize("content", ["", "{", "not json at all", "[1, 2]", '"text"'])
def test_a_damaged_endpoints_file_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "endpoints.json").write_text(content)
    with pytest.raises(ConfigurationError, match="not set: YOUKE_DATABASE_URL"):
        Settings.from_env({"YOUKE_DATA_DIR": str(tmp_path)})


def test_a_secret_is_drawn_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    env = {k: v for k, v in COMPLETE.items() if k != "YOUKE_SECRET_KEY"}
    env["YOUKE_DATA_DIR"] = str(tmp_path / "new")

    first, second = Settings.from_env(env), Settings.from_env(env)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    mode = (tmp_path / "new" / "secret-key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    env = {k: v for k, v in COMPLETE.items() if k != "YOUKE_SECRET_KEY"}

    def start(number: int) -> str:
        folder = tmp_path / str(number // 16)
        return Settings.from_env({**env, "YOUKE_DATA_DIR": str(folder)}).secret_key

    with ThreadPoolExecutor(16) as pool:
        secrets = list(pool.map(start, range(320)))

    for first in range(0, 320, 16):
        assert len(set(secrets[first : first + 16])) == 1


def test_a_data_folder_that_cannot_be_written_is_one_of_the_problems(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("in the way")
    env = {"YOUKE_DATA_DIR": str(tmp_path / "file" / "below"), "YOUKE_PORT": "x"}

    with pytest.raises(ConfigurationError, match=r"YOUKE_SECRET_KEY.*YOUKE_PORT"):
        Settings.from_env(env)


def test_the_data_folder_is_below_the_present_one_unless_set(tmp_path: Path) -> None:
    assert data_dir({}) == Path.cwd() / "data"
    assert data_dir({"YOUKE_DATA_DIR": str(tmp_path)}) == tmp_path


@pytest.mark.parametrize(
    ("text", "days"), [("", None), ("always", None), ("90", 90), ("90d", 90), ("0d", 0)]
)
def test_originals_are_kept_for_ever_or_for_days(
    tmp_path: Path, text: str, days: int | None
) -> None:
    env = {
        **COMPLETE,
        "YOUKE_DATA_DIR": str(tmp_path),
        "YOUKE_KEEP_ORIGINALS": text,
    }
    assert Settings.from_env(env).keep_originals_days == days


def test_rungs_are_kept_for_days_by_name(tmp_path: Path) -> None:
    env = {**COMPLETE, "YOUKE_DATA_DIR": str(tmp_path)}
    env["YOUKE_KEEP_RUNGS"] = "1080p=365d, tv-720p=90"
    kept = Settings.from_env(env).keep_rungs_days
    assert kept == (("1080p", 365), ("tv-720p", 90))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("YOUKE_KEEP_ORIGINALS", "never"),
        ("YOUKE_KEEP_ORIGINALS", "-1d"),
        ("YOUKE_KEEP_ORIGINALS", "999999d"),
        ("YOUKE_KEEP_RUNGS", "1080p"),
        ("YOUKE_KEEP_RUNGS", "=90d"),
        ("YOUKE_KEEP_RUNGS", "1080p=soon"),
    ],
)
def test_a_policy_that_nobody_understands_is_a_problem(
    tmp_path: Path, name: str, text: str
) -> None:
    env = {**COMPLETE, "YOUKE_DATA_DIR": str(tmp_path), name: text}
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_env(env)
