"""Telling people that something waits, and nothing of what it is.

The one door to notices: it takes a person and one of two kinds, and no other data.
"""

from collections.abc import Iterable
from uuid import UUID

from youke.counselling.room import Room
from youke.notices import service as notices


def tell_of_message(room: Room, person_id: UUID) -> None:
    """Say: you have a new message."""
    notices.tell(room.session, person_id, kind="private_message", href="/counselling")


def tell_of_call(room: Room, people: Iterable[UUID]) -> None:
    """Say: somebody needs you now."""
    for person_id in people:
        notices.tell(
            room.session, person_id, kind="help_needed", href="/counselling/calls"
        )
