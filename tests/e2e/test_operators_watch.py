"""An administrator follows encodings in a browser, with the keyboard alone."""

from collections.abc import Iterator

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Page, expect

from harness.city import PASSWORD, City
from harness.encoded import FAILED, encode
from youke.accounts.service import Role
from youke.kernel.db import Database

SOON_MS = 30_000


@pytest.fixture
def lesson(live_database: Database, app: APIFlask) -> str:
    """The title of a lesson whose encoding has failed, and whose file is not there."""
    city = City(live_database, app.test_client())
    teacher = city.person("operators-teacher", Role.TEACHER)
    city.person("operator", Role.CITY_ADMIN)
    title = "没有转码成功的课"
    encode(city, city.lesson(teacher, listed=False, title=title), FAILED)
    return title


@pytest.fixture
def page(browser: Browser, live_server: str, lesson: str) -> Iterator[Page]:
    """A browser in which an administrator has signed in."""
    assert lesson
    context = browser.new_context(base_url=live_server)
    context.add_cookies([{"name": "lang", "value": "en", "url": live_server}])
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server}/")
    yield page
    context.close()


def test_a_failure_is_found_tried_again_and_followed_with_the_keyboard(
    page: Page, lesson: str
) -> None:
    page.get_by_label("Account and settings").press("Enter")
    page.get_by_role("link", name="Encodings").press("Enter")
    page.get_by_role("link", name="Failed").press("Enter")
    again = page.get_by_role("listitem").filter(has_text=lesson)
    question = page.get_by_role("dialog")

    # One may think better of it.
    again.get_by_role("button", name="Try again").press("Enter")
    expect(question).to_contain_text("Try this encoding again?")
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    again.get_by_role("button", name="Try again").press("Enter")
    question.get_by_role("button", name="Yes, go on").press("Enter")

    expect(page.get_by_text("It begins again.")).to_be_visible()
    # The page follows by itself: the worker looks for the file and finds none.
    expect(page.get_by_text("source_damaged")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
