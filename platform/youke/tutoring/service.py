"""What can be done with weekend tutoring, in one place for the features above."""

from youke.tutoring.changes import SessionChange, cancel, change, may_change
from youke.tutoring.desk import (
    active_ticket,
    answer,
    answered_count,
    call_next,
    check_seat,
    hand_over,
    hold,
    no_show,
    waiting_tickets,
)
from youke.tutoring.models import SessionTutor, Ticket, TutoringSession
from youke.tutoring.queue import (
    Place,
    find_ticket,
    join,
    leave,
    live_tickets,
    place_of,
    tickets_of_questions,
)
from youke.tutoring.sessions import (
    SessionDraft,
    SessionFilter,
    find_session,
    list_sessions,
    publish_session,
    sessions_of_tutor,
    tutors_of,
)
from youke.tutoring.states import SessionPhase, TicketState

__all__ = [
    "Place",
    "SessionChange",
    "SessionDraft",
    "SessionFilter",
    "SessionPhase",
    "SessionTutor",
    "Ticket",
    "TicketState",
    "TutoringSession",
    "active_ticket",
    "answer",
    "answered_count",
    "call_next",
    "cancel",
    "change",
    "check_seat",
    "find_session",
    "find_ticket",
    "hand_over",
    "hold",
    "join",
    "leave",
    "list_sessions",
    "live_tickets",
    "may_change",
    "no_show",
    "place_of",
    "publish_session",
    "sessions_of_tutor",
    "tickets_of_questions",
    "tutors_of",
    "waiting_tickets",
]
