"""A trainer that stops dead at one of its steps: run as a program, to be killed.

Everything it does is the real thing; only the step that is named never ends.
"""

import sys
import time
from typing import Any

from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.recommendations import registry, training
from youke.recommendations.recipes import Recipe
from youke.storage import ObjectStore

#: Where it may stop: the owner of the step, its name, and whether it is done by then.
STEPS: dict[str, tuple[Any, str, bool]] = {
    "reading": (training, "all_interactions", True),
    "learning": (Recipe, "fit", True),
    "stored": (ObjectStore, "put_file", True),
    "publishing": (registry, "record", True),
    "published": (registry, "prune", False),
}


def stop_at(owner: object, name: str, *, is_done: bool) -> None:
    original = getattr(owner, name)

    def stopping(*arguments: Any, **more: Any) -> None:
        if is_done:
            original(*arguments, **more)
        print("here", flush=True)  # noqa: T201  whoever kills us waits for it
        time.sleep(600)

    setattr(owner, name, stopping)


def main() -> None:
    owner, name, is_done = STEPS[sys.argv[1]]
    stop_at(owner, name, is_done=is_done)
    settings = Settings.from_env()
    training.train(Database(settings.database_url), ObjectStore.from_settings(settings))


if __name__ == "__main__":
    main()
