"""Sessions and tickets, as the API and the pages show them."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from youke.accounts.service import Person, people
from youke.catalogue.service import grade_of, name_of, subject_of
from youke.kernel.clock import local, now
from youke.questions.service import questions_by_id
from youke.tutoring import service
from youke.tutoring.models import Ticket, TutoringSession
from youke.workdays.service import published

#: Turns a sentence into the reader's language.
Translate = Callable[[str], str]


def session_messages(
    session: Session, sessions: Sequence[TutoringSession], viewer: Person
) -> list[dict[str, Any]]:
    """Return the sessions as `schemas.SessionOut` describes them."""
    ids = [each.id for each in sessions]
    tutors = service.tutors_of(session, ids)
    known = people(session, {tutor for team in tutors.values() for tutor in team})
    mine = service.live_tickets(session, viewer.id, ids)
    days = published(session)
    return [
        {
            "id": each.id,
            "subject": each.subject,
            "grades": each.grades,
            "starts_at": each.starts_at,
            "ends_at": each.ends_at,
            "capacity": each.capacity,
            "taken": each.taken,
            "places_left": each.places_left,
            "state": each.phase.value,
            "tentative": days.day(local(each.starts_at).date()).tentative,
            "tutors": [
                {"id": tutor, "name": known[tutor].name} for tutor in tutors[each.id]
            ],
            "ticket": mine[each.id].id if each.id in mine else None,
        }
        for each in sessions
    ]


def session_cards(
    session: Session,
    sessions: Sequence[TutoringSession],
    viewer: Person,
    locale: str,
) -> list[dict[str, Any]]:
    """Return the sessions as pages show them; `mine`: the viewer has a part in it."""
    cards = session_messages(session, sessions, viewer)
    may_change = {each.id: service.may_change(each, viewer) for each in sessions}
    for card in cards:
        subject = subject_of(card["subject"])
        card["subject"] = {"code": subject.code, "name": name_of(subject, locale)}
        card["grade_names"] = [
            name_of(grade_of(number), locale) for number in card["grades"]
        ]
        card["tutor_names"] = [tutor["name"] for tutor in card["tutors"]]
        teaches = viewer.id in {tutor["id"] for tutor in card["tutors"]}
        card["mine"] = teaches or card["ticket"] is not None
        card["may_change"] = may_change[card["id"]]
    return cards


def ticket_message(session: Session, ticket: Ticket, say: Translate) -> dict[str, Any]:
    """Return the ticket as `schemas.TicketOut` describes it."""
    place = service.place_of(session, ticket)
    return {
        "id": ticket.id,
        "session": ticket.session_id,
        "question": ticket.question_id,
        "state": ticket.state,
        "joined_at": ticket.joined_at,
        "position": place and place.position,
        "estimate": place and place.estimate,
        "reason": place and say(place.reason.sentence).format_map(place.reason.data),
    }


def waiting_cards(
    session: Session, session_id: UUID, locale: str, *, limit: int
) -> list[dict[str, Any]]:
    """Return the waiting tickets as the desk shows them: nobody's name."""
    tickets = service.waiting_tickets(session, session_id, limit=limit)
    questions = questions_by_id(session, {ticket.question_id for ticket in tickets})
    moment = now()
    return [
        {
            "id": ticket.id,
            "position": position,
            "question_text": questions[ticket.question_id].text,
            "grade_name": name_of(
                grade_of(questions[ticket.question_id].grade), locale
            ),
            "waited_min": int((moment - ticket.joined_at).total_seconds() // 60),
            "first_time": ticket.first_time,
        }
        for position, ticket in enumerate(tickets, start=1)
    ]
