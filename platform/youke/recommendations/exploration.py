"""A place by lot for lessons that hardly anybody has been shown yet."""

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np

from youke.recommendations.snapshot import Rows

#: One place of every so many, …
BLOCK = 10
#: … and which of them, from 0: below the best, above the end of a phone's screen.
PLACE = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """A lesson by lot, and the chance it had."""

    row: int
    propensity: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """What decides the lot: the same person draws the same all day."""

    person_id: UUID
    day: date


def draw(candidates: Rows, ticket: Ticket, block: int) -> Draw | None:
    """Draw one of the candidates, all with the same chance.

    :param block: which ten places the lot is for, from 0.
    """
    if not len(candidates):
        return None
    words = f"{ticket.person_id} {ticket.day} {block}".encode()
    number = int.from_bytes(hashlib.blake2b(words, digest_size=8).digest(), "big")
    chosen = np.sort(candidates)[number % len(candidates)]
    return Draw(row=int(chosen), propensity=1.0 / len(candidates))
