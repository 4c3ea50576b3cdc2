"""What the features above lessons add to a lesson's description.

`lessons` may not know media or engagement; the composition root registers them here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.lessons.models import Lesson

Contribution = Callable[[Session, Lesson, Person], Mapping[str, Any]]
_contributions: list[Contribution] = []


def contribute(contribution: Contribution) -> None:
    """Let a feature add fields to every lesson's description."""
    if contribution not in _contributions:
        _contributions.append(contribution)


def describe(session: Session, lesson: Lesson, viewer: Person) -> dict[str, Any]:
    """Return all contributed fields for this viewer."""
    fields: dict[str, Any] = {}
    for contribution in _contributions:
        fields |= contribution(session, lesson, viewer)
    return fields
