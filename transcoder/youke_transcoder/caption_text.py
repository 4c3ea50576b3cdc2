"""The text of a cue, cleaned: lines, `b`, `i`, `u`, and nothing else. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: What is kept, in the order in which it is written.
KEPT = ("b", "i", "u")
#: What goes with all that is within.
DROPPED = frozenset({"script", "style", "template", "iframe", "object", "title"})
#: Elements of WebVTT and HTML, whose marks are removed and whose text stays. A mark
#: that is none of these may be mathematics: x<y and y>z.
ELEMENTS = frozenset(
    re.findall(
        "[a-z0-9]+",
        "a abbr audio b big body br button c center cite code div em embed font form"
        " h1 h2 h3 head html i iframe img input lang li link math meta object ol p pre"
        " q rp rt ruby s script small span strike strong style sub sup svg table td"
        " template textarea title tr tt u ul v video",
    )
)
#: Elements whose annotation is bare words: <v Teacher>, <lang en>.
ANNOTATED = frozenset({"v", "lang"})

_MARK = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>|<[\d:.]+>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
#: Positions and effects that subtitle editors leave in SubRip files: {\an8}.
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
#: What begins one without an end, or is left of one within another.
_OVERRIDE_START = re.compile(r"\{+(?=\\)")
#: Line ends other than the usual, and the tabulator.
_BREAKS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " "})

#: Controls, halves of characters, places without one (Unicode's general categories).
UNPRINTABLE = frozenset({"Cc", "Cs", "Cn"})
#: Text with the styles that hold for it.
_Run = tuple[frozenset[str], str]


def clean(text: str) -> str:
    """Give cue text that stays the same when it is cleaned once more."""
    runs = [(styles, _plain(raw)) for styles, raw in _joined(_runs(text))]
    written = (_written(line) for line in _lines(runs))
    return "\n".join(line for line in written if line)


def visible(cleaned: str) -> str:
    """Give what people read of a cleaned text."""
    return html.unescape(_MARK.sub("", cleaned))


def _runs(text: str) -> Iterator[_Run]:
    """Cut the text at its marks and follow which of them are open."""
    styles: frozenset[str] = frozenset()
    dropping, position = "", 0
    for mark in _MARK.finditer(text):
        closing, name, rest = mark[1], (mark[2] or "").lower(), mark[3] or ""
        if not _is_mark(name, rest):
            continue
        if not dropping:
            yield styles, text[position : mark.start()]
            if name == "br":
                yield styles, "\n"
        position = mark.end()
        if name in DROPPED and dropping in {"", name}:
            dropping = "" if closing else name
        elif name in KEPT and not dropping:
            styles = styles - {name} if closing else styles | {name}
    if not dropping:
        yield styles, text[position:]


def _is_mark(name: str, rest: str) -> bool:
    """Tell marks from mathematics; a name is empty for a moment like <00:01.000>."""
    if not name:
        return True
    bare = not rest.strip(" /")
    return name in ELEMENTS and (
        bare or rest[0] in "./" or "=" in rest or name in ANNOTATED
    )


def _joined(runs: Iterable[_Run]) -> Iterator[_Run]:
    """Join neighbours of the same styles, between which a mark was removed."""
    styles: frozenset[str] = frozenset()
    collected = ""
    for next_styles, text in runs:
        if next_styles != styles and text:
            yield styles, collected
            styles, collected = next_styles, ""
        collected += text
    yield styles, collected


def _plain(raw: str) -> str:
    """Resolve entities once and remove what no text should have."""
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), raw).translate(_BREAKS)
    text = "".join(
        each
        for each in text
        if each == "\n" or unicodedata.category(each) not in UNPRINTABLE
    )
    return _OVERRIDE_START.sub("", _OVERRIDE.sub("", text))


def _lines(runs: Iterable[_Run]) -> Iterator[list[_Run]]:
    line: list[_Run] = []
    for styles, text in runs:
        first, *others = text.split("\n")
        line.append((styles, first))
        for other in others:
            yield line
            line = [(styles, other)]
    yield line


def _written(line: list[_Run]) -> str:
    """Write a line with every mark closed on it; nothing for a blank one."""
    text = "".join(text for _, text in line)
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    parts, position = [], 0
    for styles, run in line:
        shown = run[max(0, start - position) : max(0, end - position)]
        position += len(run)
        if shown:
            parts.append((styles, shown))
    return "".join(_marked(styles, shown) for styles, shown in _joined(parts))


def _marked(styles: frozenset[str], text: str) -> str:
    if not text:
        return ""
    names = [name for name in KEPT if name in styles]
    opened = "".join(f"<{name}>" for name in names)
    closed = "".join(f"</{name}>" for name in reversed(names))
    return opened + html.escape(text, quote=False) + closed
