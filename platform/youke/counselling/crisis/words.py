"""Words that raise a human being: looked for in memory, kept nowhere."""

import functools
import re
import unicodedata
from pathlib import Path

WORDS = Path(__file__).with_name("words.txt")
#: What people put between characters so that a word is not found.
_BETWEEN = re.compile(r"[\W_]+")


def raises_concern(text: str) -> bool:
    """Say whether a human being should look at this soon."""
    plain = _plain(text)
    joined = _BETWEEN.sub("", plain)
    chinese, english = _known()
    return any(word in joined for word in chinese) or bool(english.search(plain))


@functools.cache
def _known() -> tuple[tuple[str, ...], re.Pattern[str]]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    words = [_plain(line) for line in lines if line.strip() and line[0] != "#"]
    chinese = tuple(_BETWEEN.sub("", word) for word in words if not word.isascii())
    english = (
        r"\W+".join(map(re.escape, re.split(r"[\s-]+", word)))
        for word in words
        if word.isascii()
    )
    return chinese, re.compile(rf"\b(?:{'|'.join(english)})\b")


def _plain(text: str) -> str:
    """Return one form for widths, cases and apostrophes."""
    return unicodedata.normalize("NFKC", text).casefold().strip().replace("’", "'")
