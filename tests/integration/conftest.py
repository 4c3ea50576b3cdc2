"""Fixtures on a database with people in it, and what the pipeline works with."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from transcoder_media import Drawing, draw

from harness.city import Caller, City
from harness.work import working
from youke.jobs.worker import Tools
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.lessons.service import Lesson
from youke.storage import ObjectStore

#: No browser plays it, so its low rungs are made first. Three chunks, three rungs.
MPEG4 = ("-c:v", "mpeg4", "-g", "15", "-c:a", "aac", "-pix_fmt", "yuv420p")
IN_CHUNKS = Drawing(
    name="chunks.mp4", size="640x480", rate="15", seconds=30, sound=30, options=MPEG4
)


@pytest.fixture
def city(database: Database, client: FlaskClient) -> City:
    """A database that a test fills with people and lessons, empty afterwards."""
    return City(database, client)


@pytest.fixture
def teacher(city: City) -> Caller:
    return city.teacher()


@pytest.fixture
def lesson(city: City, teacher: Caller) -> Lesson:
    """The teacher's, without a video and not published."""
    return city.lesson(teacher.person, listed=False)


@pytest.fixture
def tools(
    settings: Settings, database: Database, store: ObjectStore
) -> Iterator[Tools]:
    """What tasks find in a worker."""
    tools = Tools(settings=settings, database=database, store=store)
    with working(tools):
        yield tools


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of a moving picture with a tone."""
    return draw(tmp_path_factory.mktemp("clip"), Drawing()).read_bytes()


@pytest.fixture(scope="session")
def in_chunks(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Half a minute that must be encoded before anybody can watch it, in chunks."""
    return draw(tmp_path_factory.mktemp("chunks"), IN_CHUNKS).read_bytes()
