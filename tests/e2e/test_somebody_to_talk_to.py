"""A student on a phone calls for help, and a counsellor answers on a laptop."""

from collections.abc import Callable, Iterator

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from harness.city import PASSWORD, City
from youke.accounts.service import Role
from youke.kernel.db import Database

Enter = Callable[[str, int, int], Page]


@pytest.fixture
def enter(
    browser: Browser, live_server: str, live_database: Database, app: APIFlask
) -> Iterator[Enter]:
    """Signs somebody in, in a browser with a screen of that size."""
    city = City(live_database, app.test_client())
    city.person("talker", Role.STUDENT, name="小明", grade=8)
    city.person("listener", Role.COUNSELLOR, name="叶宁")
    contexts: list[BrowserContext] = []

    def sign_in(username: str, width: int, height: int) -> Page:
        context = browser.new_context(
            base_url=live_server,
            locale="zh-CN",
            viewport={"width": width, "height": height},
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{live_server}/")
        return page

    yield sign_in
    for context in contexts:
        context.close()


def test_a_call_for_help_is_seen_taken_and_answered(
    enter: Enter, live_server: str
) -> None:
    student = enter("talker", 390, 844)
    student.get_by_label("账号与设置").click()
    student.get_by_role("banner").get_by_role("link", name="心理倾诉").click()
    expect(student).to_have_title("消息 · 优课")
    student.get_by_label("你想说什么？").fill("最近总觉得活着没意思，不知道怎么办。")
    student.get_by_role("button", name="发送").click()
    # The numbers are there at once, whoever answers or not.
    expect(student.get_by_role("link", name="12355")).to_be_visible()
    expect(student.get_by_role("link", name="120", exact=False).first).to_be_visible()
    alias = student.get_by_role("heading", level=1).inner_text()

    counsellor = enter("listener", 1366, 768)
    counsellor.get_by_label("消息").first.click()
    counsellor.get_by_text("有人现在需要帮助").first.click()
    expect(counsellor.get_by_text(alias)).to_be_visible()
    expect(counsellor.get_by_text("小明")).to_have_count(0)
    counsellor.get_by_role("button", name="由我来处理").click()
    counsellor.get_by_role("link", name="前往对话").click()
    expect(counsellor.get_by_text("活着没意思")).to_be_visible()
    counsellor.get_by_label("你的消息").fill("谢谢你愿意说出来，我在这里。")
    counsellor.get_by_role("button", name="发送").click()
    expect(counsellor.get_by_text("我在这里")).to_be_visible()

    student.reload()
    expect(student.get_by_text("我在这里")).to_be_visible()
    expect(student.get_by_text("已经有人看到你的求助")).to_be_visible()
    there = student.url
    student.keyboard.press("Escape")
    student.keyboard.press("Escape")
    expect(student).to_have_url(f"{live_server}/lessons")
    student.go_back()
    expect(student).not_to_have_url(there)
