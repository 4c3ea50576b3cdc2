"""The order of the lessons of a unit, from what teachers write in titles."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
PARTS = {"上": 1, "中": 2, "下": 3}
#: 第3课时, 第十二节, Lesson 4, Part 2, （三）, (3), 3. at the beginning.
NUMBERED = re.compile(
    r"第\s*([0-9０-９零〇一二两三四五六七八九十百]+)\s*(?:课时|课|节|讲|章|单元|集|回|部分)"
    r"|(?:lesson|part|unit|chapter|section)\s*([0-9]+)"
    r"|[(（]\s*([0-9０-９一二三四五六七八九十]+|上|中|下)\s*[)）]"
    r"|^\s*([0-9０-９]+)\s*[.、．:：-]",
    re.IGNORECASE,
)
#: Numbers of a title that count, each below `BASE`: unit, lesson, part.
DEPTH, BASE = 3, 1_000
#: A lesson whose title has no number comes after those that have one.
UNNUMBERED: int = BASE**DEPTH


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One lesson of a unit, as far as its order is concerned."""

    id: UUID
    #: From `ordinal`.
    number: int
    published_at: datetime | float
    owner: object

    @property
    def order(self) -> tuple[int, datetime | float, UUID]:
        """By the number in the title, then by time."""
        return self.number, self.published_at, self.id


def ordinal(title: str) -> int:
    """Return a number by which titles of a unit sort: 第二单元第3课时 is 2, then 3."""
    found = [_number(str(m[m.lastindex or 0])) for m in NUMBERED.finditer(title)]
    if not found:
        return UNNUMBERED
    numbers = [min(n, BASE - 1) for n in found[:DEPTH]]
    padded = numbers + [0] * (DEPTH - len(numbers))
    value = 0
    for each in padded:
        value = value * BASE + each
    return value


def next_step(steps: Iterable[Step], seen: UUID, done: Collection[UUID]) -> Step | None:
    """Return what follows a seen lesson in its unit; None at the end.

    A lesson of the same teacher comes before one of another: units are recorded in
    one go, and two teachers may record the same one.
    """
    known = list(steps)
    here = next((step for step in known if step.id == seen), None)
    if here is None:
        return None
    after = [s for s in known if s.order > here.order and s.id not in done]
    return min(after, key=lambda s: (s.owner != here.owner, s.order), default=None)


def _number(text: str) -> int:
    if text in PARTS:
        return PARTS[text]
    if text.isdecimal():
        return int(text)
    return _chinese(text)


def _chinese(text: str) -> int:
    """Return a number below a thousand: 三, 十二, 二十, 一百零五."""
    total, digit = 0, 0
    for char in text:
        if char in {"十", "百"}:
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = DIGITS.get(char, 0)
    return total + digit
