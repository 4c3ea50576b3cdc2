"""Fixtures on real parts: PostgreSQL, SeaweedFS, gunicorn, a worker, Chromium.

The process that the user started (with xdist: the controller) starts one PostgreSQL
and one SeaweedFS; every worker has databases and buckets of its own on them.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from harness import chromium, databases
from harness.live import LiveServer, environment
from harness.servers import VARIABLE, ServerKeeper, Servers
from youke.app import create_app
from youke.embedded.ports import free_port
from youke.http.context import runtime
from youke.http.limits import limiter
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.storage import ObjectStore

#: Test files whose tests share something dear: a browser, a server, an encoding.
KEPT_TOGETHER = ("tests/e2e/", "tests/integration/test_transcoder_renditions.py")
BROWSER = "browser"
_keeper = pytest.StashKey[ServerKeeper]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before the workers are started, and do not wait for them."""
    is_worker = hasattr(config, "workerinput")
    if not is_worker and not config.option.collectonly and VARIABLE not in os.environ:
        config.stash[_keeper] = ServerKeeper()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, also after Ctrl-C."""
    if keeper := config.stash.get(_keeper, None):
        keeper.stop()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer
) -> LoadScopeScheduling:
    """Spread the tests over the workers."""
    return DearFilesTogether(config, log)


class DearFilesTogether(LoadScopeScheduling):
    """Keeps the tests of some files on one worker and gives the others to any.

    The marker `xdist_group` would say the same, but xdist 3.8 writes it into the node
    ids, and pytest 9.2 does not read them there.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return file if file.startswith(KEPT_TOGETHER) else nodeid


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser."""
    for item in items:
        if BROWSER in getattr(item, "fixturenames", ()):
            item.add_marker("e2e")


@pytest.fixture(scope="session")
def worker_name(worker_id: str) -> str:
    """What distinguishes the names of this xdist worker from those of the others."""
    return worker_id.replace("master", "alone")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder that PostgreSQL's own system user can reach.

    Pytest's own temporary folders cannot be reached by other users: whenever one of
    its runs starts, it closes them, while another run may use them.
    """
    folder = Path(tempfile.mkdtemp(prefix="youke-test-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def servers() -> Servers:
    """The PostgreSQL and the SeaweedFS of this run, both serving."""
    known = Servers.decode(os.environ[VARIABLE])
    known.wait()
    return known


@pytest.fixture(scope="session")
def settings(
    servers: Servers, worker_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings with a database and a bucket that only this xdist worker uses."""
    folder = tmp_path_factory.mktemp("data")
    settings = Settings.from_env(environment(servers, f"test_{worker_name}", folder))
    store = ObjectStore.from_settings(settings)
    store.ensure_bucket()
    store.close()
    return settings


@pytest.fixture(scope="session")
def engine_database(settings: Settings) -> Iterator[Database]:
    """The connections to this worker's database, shared by its tests."""
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def cleaner(settings: Settings) -> databases.Cleaner:
    """Empties this worker's database."""
    return databases.Cleaner(settings.database_url)


@pytest.fixture
def database(
    engine_database: Database, cleaner: databases.Cleaner
) -> Iterator[Database]:
    """A database that is really committed to; it is emptied after the test."""
    yield engine_database
    cleaner.clean()


@pytest.fixture
def session(engine_database: Database) -> Iterator[Session]:
    """A session of which nothing remains, though it may commit and roll back."""
    with engine_database.engine.connect() as connection:
        transaction = connection.begin()
        with Session(
            connection,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
        ) as session:
            yield session
        transaction.rollback()


@pytest.fixture(scope="session")
def store(settings: Settings) -> Iterator[ObjectStore]:
    """This worker's bucket; tests choose keys that no other test uses."""
    store = ObjectStore.from_settings(settings)
    yield store
    store.close()


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[APIFlask]:
    """The application in this process, on this worker's database and bucket."""
    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        runtime().store.close()
        runtime().database.close()


@pytest.fixture
def client(app: APIFlask, database: Database) -> Iterator[FlaskClient]:  # noqa: ARG001  cleans up
    """A client without cookies; what it writes is gone after the test."""
    yield app.test_client()
    limiter.reset()


@pytest.fixture(scope="session")
def live_settings(
    servers: Servers, worker_name: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment of the live server; its database is not that of `database`."""
    folder = tmp_path_factory.mktemp("live")
    return environment(servers, f"live_{worker_name}", folder)


@pytest.fixture(scope="session")
def live_database(live_settings: dict[str, str]) -> Iterator[Database]:
    """The live server's database, to prepare and to look into."""
    database = Database(live_settings["YOUKE_DATABASE_URL"])
    yield database
    database.close()


@pytest.fixture(scope="session")
def live_server(live_settings: dict[str, str]) -> Iterator[str]:
    """The address of a web server with a worker, each a process of its own."""
    store = ObjectStore.from_settings(Settings.from_env(live_settings))
    store.ensure_bucket()
    store.close()
    logs = Path(live_settings["YOUKE_DATA_DIR"]) / "logs"
    server = LiveServer(live_settings, port=free_port(), logs=logs)
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file.

    Playwright keeps an event loop running in this thread as long as it lives, so it
    must not outlive the file: other tests run loops of their own.
    """
    path = chromium.find()
    if path is None:
        pytest.skip(chromium.HOW_TO_INSTALL)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(chromium.ARGUMENTS)
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page without cookies, Chinese, on a laptop's screen."""
    context = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 1366, "height": 768},
    )
    yield context.new_page()
    context.close()
