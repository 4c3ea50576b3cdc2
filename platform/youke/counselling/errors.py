"""What can go wrong with counselling; nothing here says what was written."""

from youke.kernel.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)


class ThreadNotFoundError(NotFoundError):
    """There is no such conversation."""

    code = "conversation_not_found"


class CounsellorNotFoundError(InvalidError):
    """There is no such counsellor."""

    code = "counsellor_not_found"


class ThreadTakenError(ConflictError):
    """Somebody else is looking after this conversation already."""

    code = "conversation_taken"


class TooManyThreadsError(ConflictError):
    """You have {most} open conversations; please go on in one of them."""

    code = "too_many_conversations"


class OtherKeyError(UnavailableError):
    """The conversations were sealed with another key than YOUKE_COUNSELLING_KEY."""

    code = "counselling_key"


class SealBrokenError(UnavailableError):
    """A sealed text was changed or belongs elsewhere."""

    code = "counselling_seal"


class CrisisNotFoundError(NotFoundError):
    """There is no such call for help."""

    code = "crisis_not_found"


class NotAcknowledgedError(ConflictError):
    """Please take the call for help first."""

    code = "crisis_not_acknowledged"


class OpeningNotFoundError(NotFoundError):
    """There is no such request to open a conversation."""

    code = "opening_not_found"


class SamePersonError(ConflictError):
    """A second person has to agree."""

    code = "second_person_needed"


class ReferralNotFoundError(NotFoundError):
    """There is no such referral."""

    code = "referral_not_found"


class FollowUpInPastError(InvalidError):
    """The next look must be today or later."""

    code = "follow_up_in_past"


class CallUnderWayError(ConflictError):
    """A call for help is under way; please wait until somebody has looked."""

    code = "call_under_way"
