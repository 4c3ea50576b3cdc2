"""How a call for help climbs until a human being takes it: pure decisions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

#: Nobody took it for so long: the next level is told.
PATIENCE = timedelta(minutes=10)


class Level(IntEnum):
    """Who has been told; each level is told besides those before it."""

    #: The student's counsellor, those on duty, and the school's administrators.
    DUTY = 1
    #: All counsellors and the district's administrators.
    DISTRICT = 2
    #: The city's administrators; from here on it is repeated.
    CITY = 3


@dataclass(frozen=True, kw_only=True)
class Helpers:
    """Who could be told."""

    assigned: UUID | None
    on_duty: Collection[UUID]
    counsellors: Collection[UUID]
    school: Collection[UUID]
    district: Collection[UUID]
    city: Collection[UUID]


def next_level(present: Level) -> Level:
    """Return the level above; above the city there is none."""
    return Level(min(present + 1, Level.CITY))


def audience(level: Level, helpers: Helpers) -> frozenset[UUID]:
    """Return whom a level tells."""
    if level == Level.DUTY:
        assigned = {helpers.assigned} if helpers.assigned else set()
        # A night without anybody on duty must not be a night without anybody.
        counsellors = set(helpers.on_duty) or set(helpers.counsellors)
        return frozenset(assigned | counsellors | set(helpers.school))
    if level == Level.DISTRICT:
        return frozenset({*helpers.counsellors, *helpers.district})
    return frozenset({*helpers.counsellors, *helpers.city})


def told_up_to(level: Level, helpers: Helpers) -> frozenset[UUID]:
    """Return everybody who has been told by now, and so may take the call."""
    levels = (each for each in Level if each <= level)
    return frozenset().union(*(audience(each, helpers) for each in levels))


def first_level_with_somebody(level: Level, helpers: Helpers) -> Level:
    """Return the level, or the next one above that has anybody to tell."""
    while not audience(level, helpers) and level < Level.CITY:
        level = next_level(level)
    return level


def due_after(moment: datetime) -> datetime:
    """Return when a call that was told of at this moment climbs on."""
    return moment + PATIENCE
