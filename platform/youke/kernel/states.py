"""States as enums whose members name their transitions."""

from enum import StrEnum
from typing import Self

from youke.kernel.errors import IllegalTransitionError


class State(StrEnum):
    """A state machine: each member is declared as `NAME = value, successors`.

    The successors are the values that the state may become, separated by spaces; a
    member without any is final.
    """

    successors: frozenset[str]

    def __new__(cls, value: str, successors: str = "") -> Self:
        """Make a member that knows what may follow it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.successors = frozenset(successors.split())
        return member

    def to(self, wanted: Self) -> Self:
        """Return the wanted state, or raise when there is no such transition."""
        if wanted.value not in self.successors:
            raise IllegalTransitionError(
                what=type(self).__name__, present=self.value, wanted=wanted.value
            )
        return wanted
