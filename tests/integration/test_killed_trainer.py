"""Whenever the trainer is killed, the model before serves on and the next one comes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import killed_trainer
import pytest
from training_school import School, environment_of, open_school

from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.recommendations.serving import ModelCache
from youke.recommendations.states import ModelState
from youke.storage import ObjectStore

PROGRAM = str(Path(killed_trainer.__file__))


@pytest.fixture
def school(database: Database, store: ObjectStore) -> School:
    return open_school(database, store)


def kill_trainer(settings: Settings, step: str) -> None:
    """Run a trainer up to a step and kill it there, as a lack of memory would."""
    environment = os.environ | environment_of(settings)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    with subprocess.Popen(
        [sys.executable, PROGRAM, step],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as trainer:
        assert trainer.stdout is not None
        assert trainer.stdout.readline() == "here\n"
        trainer.send_signal(signal.SIGKILL)
        assert trainer.wait() == -signal.SIGKILL


@pytest.mark.parametrize("step", [*killed_trainer.STEPS])
def test_a_killed_trainer_leaves_a_whole_model_serving(
    school: School, settings: Settings, step: str
) -> None:
    old = school.train()
    school.like(school.lessons["music"][0])

    kill_trainer(settings, step)

    published = school.current()
    assert published is not None
    # The last step but tidying up is the commit: only then it may be the new one.
    assert (published.id == old.id) is (step != "published")
    served = ModelCache().get(published, school.store)
    assert served is not None
    assert served.id == published.id

    school.like(school.lessons["music"][1])
    new = school.train()
    assert new.state == ModelState.CURRENT.value
    assert new.id not in {old.id, published.id}
