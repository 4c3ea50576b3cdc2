"""One command takes a model back, and every web process serves the one before it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import requests
from engagement_cast import Cast
from training_school import School, environment_of, open_school

from harness.live import LiveServer
from youke.embedded.ports import free_port
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.recommendations.exposures import Slot
from youke.storage import ObjectStore

#: What is promised.
A_MINUTE_S = 60.0


@pytest.fixture
def school(database: Database, store: ObjectStore) -> School:
    return open_school(database, store)


@pytest.fixture
def servers_of_school(
    school: School, settings: Settings, tmp_path: Path
) -> Iterator[list[str]]:
    """Two web processes that share nothing but the database and the store."""
    assert school
    found: list[LiveServer] = []
    try:
        for _ in range(2):
            port, told = free_port(), environment_of(settings)
            found.append(LiveServer(told, port=port, logs=tmp_path, works=False))
        yield [each.url for each in found]
    finally:
        for each in found:
            each.stop()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A student who reloads the recommendations until a model has made them."""

    headers: dict[str, str]
    #: With which the places of a list are signed; they say what model was asked.
    secret: str

    def sees(self, url: str, wanted: UUID) -> bool:
        """Say whether a process answers with the model within a minute."""
        until = time.monotonic() + A_MINUTE_S
        while time.monotonic() < until:
            if self.model_of(url) == str(wanted):
                return True
            time.sleep(0.3)
        return False

    def model_of(self, url: str) -> str | None:
        """Return which model a process answers with."""
        address = f"{url}/api/v1/recommendations?limit=3"
        answer = requests.get(address, headers=self.headers, timeout=30)
        tokens = [each["slot"] for each in answer.json()["items"]]
        slot = Slot.of_token(tokens[0], self.secret) if tokens else None
        return slot and slot.model


def test_a_rollback_is_seen_by_all_web_processes_within_a_minute(
    school: School, servers_of_school: list[str], settings: Settings
) -> None:
    music = school.lessons["music"]
    school.like(music[0])
    old = school.train()
    school.like(music[1])
    new = school.train()
    with school.database.transaction() as session:
        token = Cast(session).token(school.newcomer)
    reader = Reader(headers=token, secret=settings.secret_key)

    assert all(reader.sees(url, new.id) for url in servers_of_school)
    subprocess.run(
        [sys.executable, "-m", "youke.cli", "model", "rollback"],
        env=os.environ
        | environment_of(settings)
        | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=True,
        stdout=subprocess.DEVNULL,
    )

    assert all(reader.sees(url, old.id) for url in servers_of_school)
