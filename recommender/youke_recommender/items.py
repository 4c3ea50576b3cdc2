"""What is known about an item besides who dealt with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """The words and the marks of an item, known from its first second on."""

    #: Title, summary, transcript: any language, any length; may be empty.
    text: str = ""
    #: Exact marks such as ``subject:math`` or ``teacher:17``; the part before the
    #: first colon names the kind of mark, and order does not matter.
    facets: tuple[str, ...] = ()
