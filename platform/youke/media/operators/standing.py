"""How an encoding stands, in the words of those who look after many. Pure."""

from enum import StrEnum

from youke.media.models import EncodingState
from youke.media.operations import CANCELLED
from youke_transcoder.errors import RejectionCode

#: The file's own fault; all other codes are ours.
REJECTIONS = frozenset(code.value for code in RejectionCode)


class Standing(StrEnum):
    """Where an encoding is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    #: By a newer encoding or a newer file.
    REPLACED = "replaced"


class Action(StrEnum):
    """What can be done with an encoding."""

    RETRY = "retry"
    CANCEL = "cancel"
    REENCODE = "re-encode"


ACTIONS = {
    Standing.WAITING: Action.CANCEL,
    Standing.WORKING: Action.CANCEL,
    Standing.DONE: Action.REENCODE,
    Standing.FAILED: Action.RETRY,
    Standing.REJECTED: Action.RETRY,
    Standing.CANCELLED: Action.RETRY,
}


def standing(state: str, code: str | None, *, is_worked_on: bool) -> Standing:
    """Return where an encoding is that has this state and code.

    :param is_worked_on: whether a worker is at one of its steps.
    """
    if state == EncodingState.WORKING.value:
        return Standing.WORKING if is_worked_on else Standing.WAITING
    if state == EncodingState.CURRENT.value:
        return Standing.DONE
    if state == EncodingState.RETIRED.value or code is None:
        return Standing.REPLACED
    if code == CANCELLED:
        return Standing.CANCELLED
    return Standing.REJECTED if code in REJECTIONS else Standing.FAILED


def action(where: Standing, *, is_newest: bool, has_original: bool) -> Action | None:
    """Return what can be done with an encoding, if anything.

    :param is_newest: whether the lesson has no later encoding.
    :param has_original: whether the file that it is made of is still kept.
    """
    wanted = ACTIONS.get(where) if is_newest else None
    return wanted if has_original or wanted is Action.CANCEL else None
