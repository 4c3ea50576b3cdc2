"""Templates hold to the rules that no linter of ours knows."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from youke.web import assets, filters

TEMPLATES = Path(assets.__file__).parent / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
#: What the content security policy refuses, and would be seen only in a browser.
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*="),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "an inline script": re.compile(
        r"<script(?![^>]*(?:\ssrc=|application/json))[^>]*>"
    ),
    "a foreign address": re.compile(r"(?:src|href)=\"(?:https?:)?//"),
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Names that stay Chinese in every language: the language itself, the sign.
STAYS = {"中文", "优", "课"}


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
    )
    filters.install_filters(env, lambda: "en")
    return env


@pytest.mark.parametrize("name", NAMES)
def test_a_template_can_be_compiled(name: str) -> None:
    environment().get_template(name)


@pytest.mark.parametrize(
    "field", ["text_field('a', 'A'", "text_area('a', 'A'", "select_field('a', 'A', []"]
)
def test_a_field_has_the_attributes_that_are_asked_for(field: str) -> None:
    template = "{% from 'ui/field.html' import text_field, text_area, select_field %}"
    template += "{{ " + field + ", autofocus=true, autocomplete='name') }}"
    shown = environment().from_string(template).render()
    assert "autofocus" in shown
    assert 'autocomplete="name"' in shown


@pytest.mark.parametrize("name", NAMES)
def test_a_template_keeps_to_the_content_security_policy(name: str) -> None:
    text = (TEMPLATES / name).read_text("utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_sentences_stand_in_the_catalogue_not_in_the_template(name: str) -> None:
    text = re.sub(
        r"\{#.*?#\}", "", (TEMPLATES / name).read_text("utf-8"), flags=re.DOTALL
    )
    for word in STAYS:
        text = text.replace(word, "")
    assert CHINESE.findall(text) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_form_that_posts_carries_the_forgery_protection(name: str) -> None:
    text = (TEMPLATES / name).read_text("utf-8")
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL)
    assert [form for form in forms if "csrf()" not in form] == []
