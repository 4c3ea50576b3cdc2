"""Damaged films end as any other: ready, rejected or failed, with a code.

`make mutations` tries more of them than a usual run of the tests.
"""

import os
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import mutants
import psutil
import pytest

from youke_transcoder import Limits, Rejected, TranscodeFailed, plan, transcode
from youke_transcoder.normalising import inspected
from youke_transcoder.running import Means

COUNT = int(os.environ.get("YOUKE_MUTANTS", "120"))
BATCH = 10
#: A damaged clock may ask for hours of the last picture; minutes tell as much.
MEANS = Means(limits=Limits(max_duration_s=120))
#: These would be faults of ours, not of the film.
OURS = {"probe_failed", "no_sandbox", "disk_full"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One undamaged film of each kind."""
    return mutants.draw_all(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_a_damaged_film_ends_with_a_code(
    first: int, whole: dict[str, bytes], tmp_path: Path
) -> None:
    ends: Counter[str] = Counter()
    before = {each.pid for each in psutil.Process().children(recursive=True)}

    for number in range(first, min(first + BATCH, COUNT)):
        kind, content = mutants.mutant(whole, number)
        path = tmp_path / f"{number}-{kind}"
        path.write_bytes(content)
        end = end_of(path, tmp_path / "out")
        assert end not in OURS, path.name
        ends[end] += 1
        path.unlink()

    print(dict(ends))  # noqa: T201  # seen with -s: how hard the damage is
    assert {each.pid for each in psutil.Process().children(recursive=True)} <= before


def end_of(path: Path, out: Path) -> str:
    """Do with a film what a worker does; anything but a known end fails the test."""
    try:
        with TemporaryDirectory() as beside:
            _, source = inspected(path, Path(beside), means=MEANS)
        transcode(path, out, plan(source, profiles=("mobile",)))
    except (Rejected, TranscodeFailed) as error:
        return str(error.code)
    return "ready"
