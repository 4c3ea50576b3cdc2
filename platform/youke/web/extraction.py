"""Finds what is to be translated in our programs: for Babel, never at run time."""

import ast
import inspect
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from babel.messages.extract import extract_python

#: A line number, the function's name, the message, the comments.
Found = tuple[int, Any, Any, Any]


def extract_messages(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Any,
) -> Iterator[Found]:
    """Yield what gettext calls say and what the docstrings of errors say."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    yield from _error_messages(ast.parse(file.read()))


def _error_messages(module: ast.Module) -> Iterator[Found]:
    for node in ast.walk(module):
        if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
            continue
        docstring = ast.get_docstring(node)
        if docstring and node.bases:
            # The same shape that YoukeError.template() has at run time.
            first = inspect.cleandoc(docstring).split("\n\n")[0]
            yield node.lineno, None, " ".join(first.split()), []
