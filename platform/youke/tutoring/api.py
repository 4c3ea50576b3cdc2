"""`/api/v1/sessions` and `/api/v1/tickets`."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from flask_babel import gettext

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import ADMINISTRATORS, Role, people
from youke.http.context import db_session
from youke.http.idempotency import idempotent
from youke.http.policies import policy
from youke.http.retry import retried
from youke.questions.cards import question_messages
from youke.questions.service import questions_by_id
from youke.tutoring import service
from youke.tutoring.cards import session_messages, ticket_message
from youke.tutoring.models import Ticket
from youke.tutoring.schemas import (
    AnswerIn,
    CalledOut,
    HandoverIn,
    SessionChangeIn,
    SessionIn,
    SessionOut,
    SessionPageOut,
    SessionQuery,
    TicketIn,
    TicketOut,
)

bp = APIBlueprint("tutoring_api", __name__, url_prefix="/api/v1", tag="tutoring")
students = having(Role.STUDENT)
tutors = having(Role.TUTOR)
publishers = having(Role.TUTOR, *ADMINISTRATORS)


@bp.get("/sessions")
@policy(signed_in)
@bp.input(SessionQuery, location="query")
@bp.output(SessionPageOut)
def index(query_data: SessionQuery) -> dict[str, Any]:
    """List sessions by their start: those not over, unless a time is asked for."""
    session = db_session()
    wanted = service.SessionFilter(
        since=query_data.since, until=query_data.until, subject=query_data.subject
    )
    page = service.list_sessions(
        session, wanted, cursor=query_data.cursor, limit=query_data.limit
    )
    items = session_messages(session, page.items, current_person())
    return {"items": items, "next": page.next}


@bp.get("/sessions/<uuid:session_id>")
@policy(signed_in)
@bp.output(SessionOut)
def show(session_id: UUID) -> dict[str, Any]:
    """Show one session."""
    session = db_session()
    found = service.find_session(session, session_id)
    return session_messages(session, [found], current_person())[0]


@bp.post("/sessions")
@policy(publishers)
@retried
@idempotent
@bp.input(SessionIn)
@bp.output(SessionOut, status_code=201)
def publish(json_data: SessionIn) -> dict[str, Any]:
    """Publish a session; tutors publish their own."""
    session, person = db_session(), current_person()
    draft = service.SessionDraft(**json_data.model_dump())
    published = service.publish_session(session, person, draft)
    return session_messages(session, [published], person)[0]


@bp.patch("/sessions/<uuid:session_id>")
@policy(publishers)
@retried
@bp.input(SessionChangeIn)
@bp.output(SessionOut)
def change(session_id: UUID, json_data: SessionChangeIn) -> dict[str, Any]:
    """Change time or places; tutors and waiting students are told of a new time."""
    session, person = db_session(), current_person()
    wanted = service.SessionChange(**json_data.model_dump())
    changed = service.change(session, session_id, person, wanted)
    return session_messages(session, [changed], person)[0]


@bp.post("/sessions/<uuid:session_id>/cancel")
@policy(publishers)
@retried
@bp.output(SessionOut)
def cancel(session_id: UUID) -> dict[str, Any]:
    """Cancel the session; questions that waited are open again."""
    session, person = db_session(), current_person()
    cancelled = service.cancel(session, session_id, person)
    return session_messages(session, [cancelled], person)[0]


@bp.post("/sessions/<uuid:session_id>/tickets")
@policy(students)
@retried
@idempotent
@bp.input(TicketIn)
@bp.output(TicketOut, status_code=201)
def join(session_id: UUID, json_data: TicketIn) -> dict[str, Any]:
    """Queue one's question in the session."""
    session = db_session()
    ticket = service.join(session, session_id, json_data.question, current_person())
    return ticket_message(session, ticket, gettext)


@bp.get("/tickets/<uuid:ticket_id>")
@policy(signed_in)
@bp.output(TicketOut)
def show_ticket(ticket_id: UUID) -> dict[str, Any]:
    """Tell where the ticket stands, and why there."""
    session = db_session()
    ticket = service.find_ticket(session, ticket_id, current_person())
    return ticket_message(session, ticket, gettext)


@bp.delete("/tickets/<uuid:ticket_id>")
@policy(students)
@retried
@bp.output({}, status_code=204)
def leave(ticket_id: UUID) -> str:
    """Give the place back; the question is open again."""
    service.leave(db_session(), ticket_id, current_person())
    return ""


@bp.post("/sessions/<uuid:session_id>/next")
@policy(tutors)
@retried
@bp.output(CalledOut)
@bp.doc(responses={204: "nobody waits"})
def call_next(session_id: UUID) -> dict[str, Any] | Response:
    """Call the next ticket, or tell again which one is being answered."""
    ticket = service.call_next(db_session(), session_id, current_person())
    return _called(ticket) if ticket else Response(status=204)


@bp.post("/tickets/<uuid:ticket_id>/answer")
@policy(tutors)
@retried
@bp.input(AnswerIn)
@bp.output(TicketOut)
def answer(ticket_id: UUID, json_data: AnswerIn) -> dict[str, Any]:
    """Answer; the student is told, and the answer appears on the lesson."""
    session = db_session()
    ticket = service.answer(session, ticket_id, current_person(), json_data.text)
    return ticket_message(session, ticket, gettext)


@bp.post("/tickets/<uuid:ticket_id>/hold")
@policy(tutors)
@retried
@bp.output(TicketOut)
def hold(ticket_id: UUID) -> dict[str, Any]:
    """Put the ticket back to the head of the queue."""
    session = db_session()
    ticket = service.hold(session, ticket_id, current_person())
    return ticket_message(session, ticket, gettext)


@bp.post("/tickets/<uuid:ticket_id>/no-show")
@policy(tutors)
@retried
@bp.output(TicketOut)
def no_show(ticket_id: UUID) -> dict[str, Any]:
    """Note that the student is not there: once to the end, twice closed."""
    session = db_session()
    ticket = service.no_show(session, ticket_id, current_person())
    return ticket_message(session, ticket, gettext)


@bp.post("/tickets/<uuid:ticket_id>/handover")
@policy(tutors)
@retried
@bp.input(HandoverIn)
@bp.output(TicketOut)
def hand_over(ticket_id: UUID, json_data: HandoverIn) -> dict[str, Any]:
    """Give the ticket to another tutor of the session, or back to the queue's head."""
    session = db_session()
    person, to = current_person(), json_data.tutor
    ticket = service.hand_over(session, ticket_id, person, to=to)
    return ticket_message(session, ticket, gettext)


def _called(ticket: Ticket) -> dict[str, Any]:
    session = db_session()
    question = questions_by_id(session, {ticket.question_id})[ticket.question_id]
    return {
        "id": ticket.id,
        "session": ticket.session_id,
        "state": ticket.state,
        "called_at": ticket.called_at,
        "absences": ticket.absences,
        "student_name": people(session, {ticket.student_id})[ticket.student_id].name,
        "question": question_messages(session, [question])[0],
    }
