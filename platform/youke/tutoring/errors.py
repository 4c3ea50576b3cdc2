"""What can go wrong with sessions and tickets."""

from youke.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)


class SessionNotFoundError(NotFoundError):
    """There is no such session."""

    code = "session_not_found"


class FeedNotFoundError(NotFoundError):
    """There is no such calendar."""

    code = "feed_not_found"


class TicketNotFoundError(NotFoundError):
    """There is no such ticket."""

    code = "ticket_not_found"


class SessionEndsTooEarlyError(InvalidError):
    """A session ends after it starts."""

    code = "session_ends_too_early"


class SessionTooLongError(InvalidError):
    """A session lasts at most {hours} hours."""

    code = "session_too_long"


class MakeupDayError(InvalidError):
    """{day} is a make-up school day for {holiday}; choose another day."""

    code = "makeup_day"


class NoSuchDateError(InvalidError):
    """{value} is no date; write it as 2026-02-14."""

    code = "no_such_date"


class OtherYearError(InvalidError):
    """{day} is not a date of the year {year}."""

    code = "other_year"


class NotATutorError(InvalidError):
    """There is no tutor {value}."""

    code = "not_a_tutor"


class OnlyOwnSessionsError(ForbiddenError):
    """Tutors publish their own sessions; administrators publish those of others."""

    code = "only_own_sessions"


class TutorBusyError(ConflictError):
    """{tutor} has another session at that time."""

    code = "tutor_busy"


class SessionOverError(ConflictError):
    """The session is over."""

    code = "session_over"


class SessionCancelledError(ConflictError):
    """The session is cancelled."""

    code = "session_cancelled"


class FewerPlacesThanTakenError(ConflictError):
    """{taken} places are taken; there cannot be fewer."""

    code = "fewer_places_than_taken"


class SessionFullError(ConflictError):
    """All {capacity} places of the session are taken."""

    code = "session_full"


class AlreadyQueuedError(ConflictError):
    """You have a place in this session's queue already."""

    code = "already_queued"


class UnknownQuestionError(InvalidError):
    """You have asked no such question."""

    code = "unknown_question"


class QuestionNotOpenError(InvalidError):
    """Only an open question can be queued."""

    code = "question_not_open"


class OtherSubjectError(InvalidError):
    """The session is for another subject."""

    code = "other_subject"


class OtherGradeError(InvalidError):
    """The session is not for grade {grade}."""

    code = "other_grade"


class NotYourSessionError(ForbiddenError):
    """You are not a tutor of this session."""

    code = "not_your_session"


class NotYourTicketError(ForbiddenError):
    """Another tutor is answering this question."""

    code = "not_your_ticket"


class QuestionTakenError(ConflictError):
    """Another tutor has taken this question, or it waits in a session's queue."""

    code = "question_taken"


class TicketNotActiveError(ConflictError):
    """Only a ticket that is being answered can do that."""

    code = "ticket_not_active"


class BeingAnsweredError(ConflictError):
    """A tutor is answering your question right now."""

    code = "being_answered"


class HandoverToNobodyError(InvalidError):
    """{value} is no other tutor of this session."""

    code = "handover_to_nobody"
