"""Every end that a video can come to is told to its teacher in words."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from youke.media.operations import CANCELLED
from youke.media.operators.wording import SENTENCES
from youke.web import assets, filters
from youke_transcoder.errors import FailureCode, RejectionCode

TEMPLATES = Path(assets.__file__).parent / "templates"
OTHERWISE = "The video could not be prepared."
CODES = {*RejectionCode, *FailureCode, *SENTENCES, CANCELLED}


def told(code: str) -> str:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
    )
    env.install_gettext_callables(str, lambda one, _many, _n: one, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    filters.install_filters(env, lambda: "en")
    template = "{% from 'ui/lesson_state.html' import reason_of %}"
    template += (
        "{% call(what, next) reason_of(code) %}{{ what }} | {{ next }}{% endcall %}"
    )
    return env.from_string(template).render(code=code)


@pytest.mark.parametrize("code", sorted(map(str, CODES)))
def test_a_teacher_reads_what_happened_and_what_to_do(code: str) -> None:
    what, _, what_next = told(code).partition(" | ")

    assert OTHERWISE not in what
    assert what_next.strip()


def test_a_code_of_tomorrow_is_told_in_general_words() -> None:
    assert OTHERWISE in told("never_heard_of")
