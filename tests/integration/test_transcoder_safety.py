"""Whatever happens to an encoder, nothing hangs, stays behind or is half published."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from transcoder_media import Drawing, draw, draw_long

from youke_transcoder import (
    Cancelled,
    Limits,
    Manifest,
    TranscodeFailed,
    plan,
    probe,
    transcode,
)
from youke_transcoder.process import Budget, Ended, run

BUDGET = Budget(
    memory=4 * 1024**3, cpu_s=60, file_size=1024**2, open_files=64, stall_s=30
)
WORKER = """
import sys
from youke_transcoder import plan, probe, transcode
transcode(sys.argv[1], sys.argv[2], plan(probe(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def long_lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_long(tmp_path_factory.mktemp("long"))


@pytest.fixture(scope="module")
def short_lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("short"), Drawing())


def children() -> set[int]:
    return {each.pid for each in psutil.Process().children(recursive=True)}


def start(source: Path, out: Path, **options: object) -> Manifest:
    return transcode(source, out, plan(probe(source)), **options)  # type: ignore[arg-type]  # each test gives its own keyword


def program(directory: Path, script: str) -> str:
    """Write a program that stands in the place of a misbehaving ffmpeg."""
    path = directory / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_everything_dies_with_its_worker(
    sandbox: str, long_lesson: Path, tmp_path: Path
) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(long_lesson), str(tmp_path / "out")],
        env=os.environ | {"YOUKE_SANDBOX": sandbox},
    )
    started = wait_for_encoder(psutil.Process(worker.pid))

    worker.send_signal(signal.SIGKILL)
    worker.wait()

    try:
        # A zombie that nobody reaps here is as dead as can be.
        wait_until(lambda: not any(map(alive, started)))
    finally:
        for each in started:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()


def alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for_encoder(worker: psutil.Process) -> list[psutil.Process]:
    """Wait until the worker's ffmpeg encodes; return everything it has started."""
    found: list[psutil.Process] = []

    def look() -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            found[:] = worker.children(recursive=True)
            return any(map(encodes, found))
        return False

    wait_until(look)
    return found


def encodes(process: psutil.Process) -> bool:
    return "libx264" in process.cmdline() and "ffmpeg" in process.name()


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_an_error_of_the_progress_callback_ends_the_encoder_and_comes_through(
    long_lesson: Path, tmp_path: Path
) -> None:
    before = children()

    def lost_lease(share: float) -> None:
        if share > 0.02:
            raise RuntimeError("the lease is lost")

    with pytest.raises(RuntimeError, match="the lease is lost"):
        start(long_lesson, tmp_path / "out", on_progress=lost_lease)

    assert children() <= before
    assert list((tmp_path / "out").iterdir()) == []


def test_a_wish_to_stop_is_granted_at_once(long_lesson: Path, tmp_path: Path) -> None:
    before = children()
    shares: list[float] = []

    with pytest.raises(Cancelled):
        start(
            long_lesson,
            tmp_path / "out",
            on_progress=shares.append,
            should_stop=lambda: max(shares) > 0.02,
        )

    assert children() <= before
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("exec sleep 600", "encoder_timeout"),
        # It goes away and leaves a child that holds the pipes.
        ("sleep 600 & exec >&- 2>&-; sleep 600", "encoder_timeout"),
        ("kill -SEGV $$", "encoder_failed"),
        ("exit 0", "bad_output"),
        ("echo 'video.mp4: No space left on device' >&2; exit 228", "disk_full"),
        ("while :; do :; done", "encoder_budget"),
    ],
)
def test_an_encoder_that_misbehaves_is_a_failure_with_a_code(
    script: str, code: str, short_lesson: Path, tmp_path: Path
) -> None:
    limits = Limits(
        encode_stall_s=1.5 if code == "encoder_timeout" else 90,
        encode_cpu_base_s=1,
        encode_cpu_per_s=0,
    )

    with pytest.raises(TranscodeFailed) as caught:
        start(
            short_lesson,
            tmp_path / "out",
            ffmpeg=program(tmp_path, script),
            limits=limits,
        )

    assert caught.value.code == code
    assert list((tmp_path / "out").iterdir()) == []


def test_a_missing_encoder_is_said_so(short_lesson: Path, tmp_path: Path) -> None:
    with pytest.raises(TranscodeFailed, match="cannot start") as caught:
        start(short_lesson, tmp_path / "out", ffmpeg=str(tmp_path / "none"))
    assert caught.value.code == "encoder_failed"


def test_the_encoder_is_the_configured_one(
    short_lesson: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUKE_FFMPEG", program(tmp_path, "echo mine >&2; exit 7"))

    with pytest.raises(TranscodeFailed, match="mine"):
        start(short_lesson, tmp_path / "out")


def test_the_encoders_words_are_kept_for_the_detail(
    short_lesson: Path, tmp_path: Path
) -> None:
    talkative = program(tmp_path, "seq 1 500 >&2; exit 1")

    with pytest.raises(TranscodeFailed) as caught:
        start(short_lesson, tmp_path / "out", ffmpeg=talkative)

    words = caught.value.detail.split()
    assert words[-1] == "500"
    assert len(words) <= 40


def guarded(code: str, directory: Path) -> tuple[Ended, list[str]]:
    lines: list[str] = []
    ended = run(
        [sys.executable, "-c", code],
        BUDGET,
        directory=directory,
        on_line=lambda line: bool(lines.append(line)) or True,
        should_stop=lambda: False,
    )
    return ended, lines


@pytest.fixture(params=["auto", "none"])
def with_and_without_walls(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limits hold by themselves."""
    monkeypatch.setenv("YOUKE_SANDBOX", request.param)


@pytest.mark.usefixtures("with_and_without_walls")
def test_a_child_cannot_write_a_huge_file(tmp_path: Path) -> None:
    code = "open('big', 'wb').write(bytes(2 * 1024**2))"

    ended, _ = guarded(code, tmp_path)

    assert ended.returncode != 0
    assert (tmp_path / "big").stat().st_size <= BUDGET.file_size


@pytest.mark.usefixtures("with_and_without_walls")
def test_a_child_cannot_take_all_memory(tmp_path: Path) -> None:
    ended, _ = guarded("bytearray(8 * 1024**3)", tmp_path)

    assert "MemoryError" in ended.words


@pytest.mark.usefixtures("with_and_without_walls")
def test_a_child_knows_no_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUKE_S3_SECRET_KEY", "very secret")

    _, lines = guarded("import os; print(dict(os.environ))", tmp_path)

    assert "very secret" not in "".join(lines)


def test_a_child_without_walls_has_no_network_where_the_kernel_allows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUKE_SANDBOX", "none")
    interfaces = "import socket; print(*sorted(n for _, n in socket.if_nameindex()))"
    new_network = 0x40000000
    unshare = f"import ctypes; print(ctypes.CDLL(None).unshare({new_network}))"
    allowed = subprocess.run(
        [sys.executable, "-c", unshare], capture_output=True, text=True, check=True
    )

    _, lines = guarded(interfaces, tmp_path)

    if allowed.stdout.strip() == "0":
        assert "".join(lines).split() in (["lo"], [])
    else:
        assert os.geteuid() != 0 or lines
