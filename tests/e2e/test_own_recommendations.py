"""A student decides, likes two lessons, sees why the row changed, and decides anew."""

from collections.abc import Iterator

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Page, expect

from harness.city import PASSWORD, City
from youke.accounts.service import Role
from youke.kernel.db import Database

LIKED = ("一元二次方程的解法", "光合作用的奥秘")


@pytest.fixture
def city(live_database: Database, app: APIFlask) -> City:
    """A school with lessons of two topics in grade 8, and a student of that grade."""
    city = City(live_database, app.test_client())
    city.person("deciding-student", Role.STUDENT, grade=8)
    teachers = [city.person(f"row-teacher{n}", Role.TEACHER) for n in range(2)]
    topics = ("math", "一元二次方程"), ("biology", "光合作用")
    for teacher, title, (subject, chapter) in zip(teachers, LIKED, topics, strict=True):
        about = {"subject": subject, "chapter": chapter, "tags": [chapter]}
        city.lesson(teacher, title=title, **about)
        for number in range(2):
            city.lesson(teacher, title=f"{chapter}：练习{number + 1}", **about)
    for number in range(4):
        city.lesson(teachers[0], title=f"宋词里的节气{number}", subject="chinese")
    return city


@pytest.fixture
def page(browser: Browser, live_server: str, city: City) -> Iterator[Page]:
    """A browser in which the student has signed in."""
    assert city
    context = browser.new_context(base_url=live_server, locale="zh-CN")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", "deciding-student")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server}/")
    yield page
    context.close()


def test_the_row_follows_likes_as_long_as_the_student_allows_it(page: Page) -> None:
    question = page.get_by_role("heading", name="是否根据你看过和点赞的课来推荐？")
    reasons = page.get_by_text("因为你喜欢")
    expect(question).to_be_visible()
    expect(reasons).to_have_count(0)

    page.get_by_role("button", name="同意", exact=True).click()
    expect(question).to_be_hidden()
    for title in LIKED:
        _like(page, title)

    page.goto("/")
    for title in LIKED:
        expect(page.get_by_text(f"因为你喜欢《{title}》").first).to_be_visible()
    assert "als" in _sources(page) or "related" in _sources(page)

    page.goto("/me/privacy")
    page.get_by_role("button", name="关闭", exact=True).first.click()
    expect(page.get_by_text("已关闭").first).to_be_visible()

    page.goto("/")
    expect(page.get_by_role("link", name="宋词里的节气0").first).to_be_visible()
    expect(reasons).to_have_count(0)
    expect(question).to_have_count(0)
    assert not _sources(page) & {"als", "personal", "related"}


def _like(page: Page, title: str) -> None:
    page.goto(f"/lessons?q={title}")
    page.get_by_role("link", name=title).first.click()
    heart = page.locator("[data-like]").first
    with page.expect_response("**/like"):
        heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")


def _sources(page: Page) -> set[str]:
    answer = page.request.get("/api/v1/recommendations")
    return {item["source"] for item in answer.json()["items"]}
