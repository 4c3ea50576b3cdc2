"""What is asked of a ranking and what comes out of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from youke.engagement.service import Fact
from youke.recommendations.audience import Audience
from youke.recommendations.exploration import Ticket

#: Facts that a person is folded in from: the latest say what one likes now.
FOLDED = 100


class Source(StrEnum):
    """Where a recommendation comes from."""

    PINNED = "pinned"
    NEXT = "next"
    #: What the trained model chose; the name is older than its present kind.
    ALS = "als"
    RELATED = "related"
    UNIT = "unit"
    POPULAR = "popular"
    NEW = "new"
    EXPLORE = "explore"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """A chosen lesson by its row, and where it comes from."""

    row: int
    source: Source
    #: The lesson of the history that speaks for it.
    because: UUID | None = None
    #: The chance it had, where it was drawn by lot.
    propensity: float | None = None


@dataclass(frozen=True, kw_only=True)
class Taste:
    """A person's history, latest first."""

    facts: Sequence[Fact] = ()

    @cached_property
    def speaks(self) -> bool:
        """Whether there is any sign of interest to go by."""
        latest = any(confidence > 0 for confidence in self.weights.values())
        return latest or any(fact.confidence > 0 for fact in self.facts[FOLDED:])

    @cached_property
    def done(self) -> frozenset[UUID]:
        """Lessons that are not offered again: liked, or seen nearly whole."""
        return frozenset(fact.lesson_id for fact in self.facts if fact.done)

    @cached_property
    def liked(self) -> frozenset[UUID]:
        """Lessons that the person likes."""
        return frozenset(fact.lesson_id for fact in self.facts if fact.liked)

    @cached_property
    def weights(self) -> dict[str, float]:
        """The latest facts as the engine wants them."""
        return {str(f.lesson_id): f.confidence for f in self.facts[:FOLDED]}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for."""

    audience: Audience
    limit: int
    taste: Taste = field(default_factory=Taste)
    #: Lessons that a teacher recommends to the class, the first one first.
    pinned: Sequence[UUID] = ()
    #: Lessons of the units that the class is at, in their order.
    units: Sequence[UUID] = ()
    #: Lessons found hidden or unsuitable since the snapshot was made.
    dropped: Collection[UUID] = frozenset()
    #: None where nothing is drawn by lot.
    ticket: Ticket | None = None
