"""Every sentence has a Chinese one, and it says the same placeholders."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from youke.web import extraction

WEB = Path(extraction.__file__).parent
CATALOGUE = WEB / "translations" / "zh_Hans" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def chinese() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def said() -> Iterator[str]:
    """Yield every sentence that programs and templates want translated."""
    with (WEB / "babel.cfg").open("r") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(WEB.parent), methods, options)
    for _name, _line, message, _comments, _context in found:
        yield message if isinstance(message, str) else message[0]


def test_every_sentence_is_translated() -> None:
    known = {key_of(message) for message in chinese() if message.string}
    assert sorted(set(said()) - known) == []


def test_no_translation_is_left_over() -> None:
    known = {key_of(message) for message in chinese() if message.id}
    assert sorted(known - set(said())) == []


def test_no_translation_is_only_a_guess() -> None:
    assert [message.id for message in chinese() if message.fuzzy and message.id] == []


def test_translations_keep_their_placeholders() -> None:
    wrong = [key_of(message) for message in chinese() if not same_places(message)]
    assert wrong == []


def test_the_docstring_of_an_error_is_found() -> None:
    source = b'''class FullError(ConflictError):
    """All {n} places
    are taken.

    More."""
'''
    messages = extraction.extract_messages(io.BytesIO(source), {}, [], {})
    assert [message for _line, _function, message, _comments in messages] == [
        "All {n} places are taken."
    ]


@pytest.mark.parametrize("source", [b"class Error:\n    '''x'''", b"x = 1"])
def test_what_is_no_error_of_ours_is_left_alone(source: bytes) -> None:
    assert list(extraction.extract_messages(io.BytesIO(source), {}, [], {})) == []


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def same_places(message: Message) -> bool:
    shown = message.string if isinstance(message.string, str) else message.string[0]
    return set(PLACEHOLDER.findall(key_of(message))) == set(PLACEHOLDER.findall(shown))
