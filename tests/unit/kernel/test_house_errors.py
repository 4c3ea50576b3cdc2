"""An exception's docstring is its message, and it carries its data."""

import importlib
import inspect
import pkgutil
import string

import pytest

import youke
from youke.kernel.errors import InvalidError, YoukeError


class TooManyApplesError(InvalidError):
    """There are {count} apples; a basket holds
    {most}.

    This paragraph is for programmers.
    """

    code = "too_many_apples"


def all_errors() -> list[type[YoukeError]]:
    """Every error that a package of the platform defines."""
    for module in pkgutil.walk_packages(youke.__path__, "youke."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    found, kinds = [], [YoukeError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found.append(kind)
    return [kind for kind in found if kind.__module__.startswith("youke")]


def test_a_message_is_the_first_paragraph_with_the_data_filled_in() -> None:
    error = TooManyApplesError(count=7, most=5)

    assert error.message == "There are 7 apples; a basket holds 5."
    assert str(error) == error.message
    assert error.data == {"count": 7, "most": 5}


def test_the_template_is_the_message_before_its_data() -> None:
    template = TooManyApplesError.template()
    assert template == "There are {count} apples; a basket holds {most}."


def test_braces_in_the_data_stay_as_they_are() -> None:
    assert TooManyApplesError(count="{x}", most="{}").message.startswith(
        "There are {x}"
    )


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence_and_a_code_of_its_own(
    kind: type[YoukeError],
) -> None:
    fields = [
        name for _, name, _, _ in string.Formatter().parse(kind.template()) if name
    ]

    assert inspect.getdoc(kind) != inspect.getdoc(Exception)
    assert kind.template().endswith((".", "}")) or "{" in kind.template()
    assert not {"status", "code", "detail", "title", "type"} & set(fields)
    assert "code" in vars(kind)
