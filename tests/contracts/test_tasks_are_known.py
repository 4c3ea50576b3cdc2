"""A worker knows every task that the features define."""

from pathlib import Path

from youke.jobs.app import TASKS

PLATFORM = Path(__file__).parents[2] / "platform"


def test_every_tasks_module_is_imported_by_the_worker() -> None:
    modules = {
        ".".join(path.relative_to(PLATFORM).with_suffix("").parts)
        for path in PLATFORM.glob("youke/**/*tasks.py")
    }
    assert modules <= set(TASKS)
