"""What is kept for how long, and what may be dropped. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from youke.kernel.config import Settings
from youke.media.models import StoredRendition
from youke.media.operators.errors import NoSuchRungError, RungNeededError

#: The kind of rendition without a picture, which all the others need.
SOUND = "audio"


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long after they are ready things are kept; for ever where nothing is said."""

    originals: timedelta | None = None
    rungs: Mapping[str, timedelta] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> "Retention":
        """Return what the settings say."""
        days = settings.keep_originals_days
        return cls(
            originals=None if days is None else timedelta(days=days),
            rungs={
                name: timedelta(days=days) for name, days in settings.keep_rungs_days
            },
        )


def check_droppable(versions: Collection[StoredRendition], rung: str) -> None:
    """Make sure that every device still has something to play without this rung.

    :raises NoSuchRungError: when there is no version of this name with a picture.
    :raises RungNeededError: when it is the last one of a device class.
    """
    pictures = [each for each in versions if each.description["kind"] != SOUND]
    wanted = next((each for each in pictures if each.name == rung), None)
    if wanted is None:
        raise NoSuchRungError(rung=rung)
    others = [each for each in pictures if each is not wanted]
    served = {profile for each in others for profile in each.description["profiles"]}
    for profile in wanted.description["profiles"]:
        if profile not in served:
            raise RungNeededError(rung=rung, profile=profile)
