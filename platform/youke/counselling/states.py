"""The lives of conversations, calls for help, openings and referrals."""

from enum import StrEnum

from youke.kernel.states import State


class ThreadState(State):
    """Where a conversation stands; writing in a closed one opens it again."""

    OPEN = "open", "closed"
    CLOSED = "closed", "open"


class Author(StrEnum):
    """Who wrote a message."""

    STUDENT = "student"
    COUNSELLOR = "counsellor"
    #: The service itself: what was done with the conversation.
    SYSTEM = "system"


class CrisisState(State):
    """Where a call for help stands; a raised one climbs until somebody takes it."""

    RAISED = "raised", "acknowledged"
    ACKNOWLEDGED = "acknowledged", "resolved"
    RESOLVED = "resolved"


class CrisisCause(StrEnum):
    """What raised a call for help."""

    BUTTON = "button"
    WORDS = "words"
    COUNSELLOR = "counsellor"


class OpeningState(State):
    """Where a request to open a conversation against its rule stands."""

    ASKED = "asked", "granted refused lapsed"
    GRANTED = "granted", "ended"
    #: The time is over, and student and counsellor have been told.
    ENDED = "ended"
    REFUSED = "refused"
    #: Nobody agreed within a day.
    LAPSED = "lapsed"


class ReferralState(State):
    """Where a referral stands; an open one always has a next date."""

    OPEN = "open", "closed"
    CLOSED = "closed"


class Why(StrEnum):
    """By what right somebody reads."""

    OWN = "own"
    ASSIGNED = "assigned"
    BREAK_GLASS = "break_glass"
    #: Not the words but who the student is, during a call for help.
    IDENTITY = "identity"
