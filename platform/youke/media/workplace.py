"""The disk that steps work on: room, private folders, what dead workers left."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from youke.jobs import is_stopping, tools
from youke.media.claims import Claim
from youke.media.errors import DiskFullError
from youke.media.models import Encoding, EncodingState, Step, StepState
from youke.media.sources import SourceCache


def root() -> Path:
    """Return the folder below which all scratch files of this machine lie."""
    return tools().settings.data_dir / "work"


def source_cache() -> SourceCache:
    """Return the sources on this machine's disk."""
    return SourceCache(root() / "sources", should_stop=is_stopping)


@contextmanager
def folder_for(claim: Claim) -> Iterator[Path]:
    """Make a private folder for a claim; nobody else knows its name."""
    folder = root() / "steps" / str(claim.id)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def require_room(size: int = 0) -> None:
    """Make sure that so many bytes fit on the disk and the reserve stays free.

    :raises DiskFullError: when they do not, though no unused source is kept any more.
    """

    def is_enough() -> bool:
        free = shutil.disk_usage(root()).free
        return free >= tools().settings.disk_reserve + size

    root().mkdir(parents=True, exist_ok=True)
    source_cache().make_room(is_enough)
    if not is_enough():
        raise DiskFullError


def tidy() -> None:
    """Remove what dead workers left and the sources that no work needs."""
    # Listed first: whoever claims a step later makes a folder that is not in the list.
    folders = _inside(root() / "steps")
    with tools().database.transaction() as session:
        is_working = Encoding.state == EncodingState.WORKING.value
        needed = set(session.scalars(select(Encoding.upload_id).where(is_working)))
        is_claimed = Step.state == StepState.WORKING.value
        held = session.scalars(select(Step.claim).where(is_claimed))
        claims = {str(claim) for claim in held}
    _remove(each for each in folders if each.name not in claims)
    _remove(each for each in _inside(root()) if each.name not in {"sources", "steps"})
    source_cache().remove_all_but(needed)


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _remove(leftovers: Iterable[Path]) -> None:
    for each in leftovers:
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
