"""What is known about an item besides who dealt with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """The words and the marks of an item, known from its first second on."""

    #: Summary, description, transcript: any language, any length; may be empty.
    text: str = ""
    #: Exact marks such as ``subject:math`` or ``teacher:17``.  The part before the
    #: first colon names the kind of mark, and each kind counts as much as another,
    #: however many marks of it an item has.
    facets: tuple[str, ...] = ()
    #: Kept apart from ``text``: a few words that count as much as a long description.
    title: str = ""
    #: Days since it was published; only popularity with a half-life asks for it.
    age_days: float = 0.0
