"""An administrator sees models in a browser, takes one back, and tries another."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Page, expect

from harness.city import PASSWORD, City
from harness.live import LiveServer, environment
from harness.models import add_versions, show, show_places
from harness.servers import Servers
from youke.accounts.service import OrganisationKind, Role
from youke.embedded.ports import free_port
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.storage import ObjectStore

WIDTHS = (390, 1366, 1920)


@pytest.fixture
def city_server(
    servers: Servers, worker_name: str, app: APIFlask, tmp_path: Path
) -> Iterator[str]:
    """A web server of a city that has models; the shared one learns its own."""
    told = environment(servers, f"models_{worker_name}", tmp_path)
    store = ObjectStore.from_settings(Settings.from_env(told))
    store.ensure_bucket()
    store.close()
    with closing(Database(told["YOUKE_DATABASE_URL"])) as database:
        fill(City(database, app.test_client()))
    server = LiveServer(told, port=free_port(), logs=tmp_path, works=False)
    yield server.url
    server.stop()


def fill(city: City) -> None:
    """Add trainings and what was shown, of two districts."""
    city.person("looks-after-models", Role.CITY_ADMIN)
    hangzhou = city.organisation("杭州市", OrganisationKind.CITY)
    for number, name in enumerate(("西湖区", "拱墅区")):
        district = city.organisation(name, OrganisationKind.DISTRICT, hangzhou)
        school = city.organisation(f"{name}第一中学", parent=district)
        teacher = city.person(f"of{number}", Role.TEACHER, organisation=school)
        lesson = city.lesson(teacher)
        with city.database.transaction() as session:
            show(session, lesson, shown=400 + 500 * number, opened=60)
    with city.database.transaction() as session:
        add_versions(session)
        show_places(session)


@pytest.fixture
def page(browser: Browser, city_server: str) -> Iterator[Page]:
    """A browser in which a city's administrator has signed in."""
    context = browser.new_context(base_url=city_server)
    context.add_cookies([{"name": "lang", "value": "en", "url": city_server}])
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", "looks-after-models")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{city_server}/")
    yield page
    context.close()


def test_the_curves_are_there_and_a_model_is_taken_back_and_tried(page: Page) -> None:
    page.get_by_label("Account and settings").press("Enter")
    page.get_by_role("link", name="Recommendations").press("Enter")

    quality = page.get_by_role("figure", name="Quality over versions")
    expect(quality.get_by_role("img", name="Quality over versions")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # Each curve is drawn over the room it has, and nothing is wider than the page.
        drawn = [path.bounding_box() for path in quality.locator(".chart__path").all()]
        assert [box is not None and box["width"] > width / 6 for box in drawn] == (
            [True] * 3
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    quality.get_by_text("As a table").click()
    expect(quality.get_by_role("row").filter(has_text="0.138")).to_be_visible()

    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_text("The model before is in use.")).to_be_visible()
    expect(page.get_by_text("Nothing is used by itself now")).to_be_visible()

    waiting = page.get_by_role("listitem").filter(has_text="Ready, not in use")
    waiting.get_by_label("Share of classes").select_option("25% of classes")
    waiting.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Too little was shown to tell.")).to_be_visible()
