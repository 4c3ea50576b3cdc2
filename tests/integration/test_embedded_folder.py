"""The data folder: one owner at a time, secrets that stay, clear refusals."""

import os
import socket
import stat
import string
from pathlib import Path

import pytest

from youke.embedded.errors import (
    AlreadyRunningError,
    DiskFullError,
    NotWritableError,
    PortTakenError,
)
from youke.embedded.folder import DataFolder, readable_password
from youke.embedded.ports import LOOPBACK, free_port, require_free
from youke.kernel.config import ENDPOINTS_FILE


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_has_one_user_at_a_time(tmp_path: Path) -> None:
    with (
        DataFolder(tmp_path).opened(),
        pytest.raises(AlreadyRunningError, match=f"Process {os.getpid()} runs"),
        DataFolder(tmp_path).opened(),
    ):
        pass


def test_a_folder_that_was_left_can_be_used_again(tmp_path: Path) -> None:
    for _ in range(2):
        with DataFolder(tmp_path).opened():
            assert (tmp_path / "logs").is_dir()


def test_a_disk_with_too_little_space_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(DiskFullError, match=f"MB are free in {tmp_path}"),
        DataFolder(tmp_path).opened(needed_bytes=10**18),
    ):
        pass


@pytest.mark.parametrize("place", ["file/below", "/proc/youke"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(NotWritableError, match="cannot be used"),
        DataFolder(tmp_path / place).opened(),
    ):
        pass


def test_a_secret_is_drawn_once_and_private(tmp_path: Path) -> None:
    with DataFolder(tmp_path).opened():
        first = DataFolder(tmp_path).secret("a", readable_password)
        other = DataFolder(tmp_path).secret("b")

        assert DataFolder(tmp_path).secret("a", readable_password) == first
        assert DataFolder(tmp_path).secret("b") == other != first
        assert mode(tmp_path / "secrets.json") == 0o600


def test_a_password_to_read_out_has_no_letters_that_look_alike() -> None:
    allowed = set(string.ascii_lowercase + string.digits) - set("il1o0")

    drawn = [readable_password() for _ in range(50)]

    assert set("".join(drawn)) <= allowed
    assert len(set(drawn)) == 50


def test_ports_stay_the_same_while_they_are_free(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)

    first = folder.ports("a", "b")

    assert folder.ports("a", "b") == first
    assert len(set(first.values())) == 2


def test_a_port_that_was_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    before = folder.ports("a")["a"]

    with socket.create_server((LOOPBACK, before)):
        after = folder.ports("a")["a"]

    assert after != before


def test_a_taken_port_is_named_with_the_setting_that_changes_it() -> None:
    port = free_port()
    with (
        socket.create_server((LOOPBACK, port)),
        pytest.raises(PortTakenError, match=rf"Port {port} \(web\).*YOUKE_PORT=\d+"),
    ):
        require_free(port, what="web", setting="YOUKE_PORT")


def test_endpoints_are_private_and_forgotten(tmp_path: Path) -> None:
    folder, path = DataFolder(tmp_path), tmp_path / ENDPOINTS_FILE

    folder.publish_endpoints({"YOUKE_PORT": "8000"})
    assert mode(path) == 0o600

    folder.forget_endpoints()
    assert not path.exists()


def test_endpoints_of_a_killed_predecessor_are_forgotten(tmp_path: Path) -> None:
    DataFolder(tmp_path).publish_endpoints({"YOUKE_PORT": "8000"})

    with DataFolder(tmp_path).opened():
        assert not (tmp_path / ENDPOINTS_FILE).exists()
