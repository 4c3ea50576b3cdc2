"""Sources on disk: downloaded once, kept while somebody works with them."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from youke.media.sources import SourceCache
from youke_transcoder import Cancelled

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
#: Takes a source, says so, and waits to be killed while it downloads.
DYING = """
import sys, time
from pathlib import Path
from uuid import UUID
from youke.media.sources import SourceCache

def fetch(path):
    path.write_text("half")
    print("begun", flush=True)
    time.sleep(60)

with SourceCache(Path(sys.argv[1]), should_stop=lambda: False).held(UUID(int=1), fetch):
    pass
"""


@pytest.fixture
def cache(tmp_path: Path) -> SourceCache:
    return SourceCache(tmp_path, should_stop=lambda: False)


def fetching(content: str, log: list[str] | None = None) -> Callable[[Path], str]:
    def fetch(path: Path) -> str:
        if log is not None:
            log.append(content)
        path.write_text(content)
        return f"hash of {content}"

    return fetch


def keep(cache: SourceCache, upload: UUID) -> None:
    with cache.held(upload, fetching(str(upload))):
        pass


def kept(cache: SourceCache) -> set[str]:
    return {each.name for each in cache.root.iterdir() if each.is_dir()}


def test_a_source_is_downloaded_once_for_all_who_want_it(cache: SourceCache) -> None:
    log: list[str] = []
    seen: list[tuple[str, str]] = []

    def slowly(path: Path) -> str:
        time.sleep(0.1)
        return fetching("lesson", log)(path)

    def work() -> None:
        with cache.held(ONE, slowly) as source:
            seen.append((source.path.read_text(), source.sha256))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert log == ["lesson"]
    assert seen == [("lesson", "hash of lesson")] * 4


def test_what_somebody_works_with_is_not_removed(cache: SourceCache) -> None:
    keep(cache, TWO)
    with cache.held(ONE, fetching("a")) as source:
        cache.remove_all_but(set())
        cache.make_room(lambda: False)
        assert source.path.read_text() == "a"
        assert kept(cache) == {str(ONE)}
    cache.remove_all_but(set())
    assert list(cache.root.iterdir()) == []


def test_what_is_needed_stays(cache: SourceCache) -> None:
    for upload in (ONE, TWO):
        keep(cache, upload)
    cache.remove_all_but({TWO})
    assert kept(cache) == {str(TWO)}


def test_room_is_made_by_what_was_not_used_for_longest(cache: SourceCache) -> None:
    for age, upload in enumerate((TWO, ONE, THREE)):
        keep(cache, upload)
        os.utime(cache.root / str(upload), (1000 + age, 1000 + age))
    cache.make_room(lambda: len(kept(cache)) <= 1)
    assert kept(cache) == {str(THREE)}


def test_a_download_that_fails_leaves_nothing_and_is_done_again(
    cache: SourceCache,
) -> None:
    def fail(path: Path) -> str:
        path.write_text("half")
        raise OSError

    with pytest.raises(OSError), cache.held(ONE, fail):  # noqa: PT011  any will do
        pass
    assert kept(cache) == set()
    with cache.held(ONE, fetching("whole")) as source:
        assert source.path.read_text() == "whole"


def test_a_download_whose_worker_was_killed_is_done_again(
    cache: SourceCache, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", DYING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == "begun\n"
        dying.kill()
    with cache.held(ONE, fetching("whole")) as source:
        assert source.path.read_text() == "whole"


def test_whoever_waits_for_anothers_download_can_be_stopped(tmp_path: Path) -> None:
    waiting, stop, end = threading.Event(), threading.Event(), threading.Event()
    patient = SourceCache(tmp_path, should_stop=lambda: False)
    stopped = SourceCache(tmp_path, should_stop=stop.is_set)

    def slowly(path: Path) -> str:
        waiting.set()
        end.wait(10)
        return fetching("a")(path)

    def download() -> None:
        with patient.held(ONE, slowly):
            pass

    thread = threading.Thread(target=download)
    thread.start()
    assert waiting.wait(10)
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Cancelled), stopped.held(ONE, fetching("b")):
        pass
    end.set()
    thread.join()
