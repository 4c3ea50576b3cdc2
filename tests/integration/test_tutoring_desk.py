from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session
from tutoring_cast import Cast

from youke.accounts.service import Person
from youke.notices.service import notices_of
from youke.questions.errors import AlreadyAnsweredError
from youke.questions.service import Question, answers_by_question
from youke.tutoring import service
from youke.tutoring.errors import (
    HandoverToNobodyError,
    NotYourSessionError,
    NotYourTicketError,
    TicketNotActiveError,
)
from youke.tutoring.service import Ticket, TutoringSession


@dataclass
class Desk:
    """A session with two tutors and three who wait."""

    cast: Cast
    tutor: Person
    colleague: Person
    weekend: TutoringSession
    students: list[Person]
    tickets: list[Ticket]

    def call(self, tutor: Person | None = None) -> Ticket | None:
        return service.call_next(
            self.cast.session, self.weekend.id, tutor or self.tutor
        )

    def question(self, ticket: Ticket) -> Question:
        return self.cast.session.get_one(Question, ticket.question_id)

    def order(self) -> list[Ticket]:
        found = service.waiting_tickets(self.cast.session, self.weekend.id, limit=9)
        return list(found)

    def told(self, student: Person) -> list[str]:
        page = notices_of(self.cast.session, student.id)
        return [notice.kind for notice in page.items]


@pytest.fixture
def desk(session: Session) -> Desk:
    cast = Cast(session)
    tutor, colleague = cast.tutor(), cast.tutor()
    weekend = cast.weekend(tutor, colleague)
    students = [cast.student() for _ in range(3)]
    tickets = [cast.queue(weekend, student) for student in students]
    return Desk(cast, tutor, colleague, weekend, students, tickets)


def test_the_next_ticket_is_the_first_of_the_queue(desk: Desk) -> None:
    called = desk.call()
    assert called is desk.tickets[0]
    assert (called.state, called.tutor_id) == ("active", desk.tutor.id)
    assert desk.question(called).state == "answering"
    assert desk.told(desk.students[0]) == ["ticket_called"]
    assert desk.order() == desk.tickets[1:]


def test_calling_again_without_having_finished_gives_the_same_ticket(
    desk: Desk,
) -> None:
    assert desk.call() is desk.call()
    assert desk.told(desk.students[0]) == ["ticket_called"]
    assert len(desk.order()) == 2


def test_a_tutor_of_two_sessions_has_one_ticket_at_a_time(desk: Desk) -> None:
    first = desk.call()
    later = desk.cast.weekend(desk.tutor, starts_at=desk.weekend.ends_at)
    desk.cast.queue(later)
    assert service.call_next(desk.cast.session, later.id, desk.tutor) is first


def test_nobody_is_called_when_nobody_waits(desk: Desk) -> None:
    empty = desk.cast.weekend(desk.tutor, starts_at=desk.weekend.ends_at)
    assert service.call_next(desk.cast.session, empty.id, desk.tutor) is None


def test_two_tutors_get_two_tickets(desk: Desk) -> None:
    assert (desk.call(), desk.call(desk.colleague)) == tuple(desk.tickets[:2])


def test_only_the_tutors_of_a_session_call(desk: Desk) -> None:
    with pytest.raises(NotYourSessionError):
        desk.call(desk.cast.tutor())
    with pytest.raises(NotYourSessionError):
        desk.call(desk.cast.admin())


def test_an_answer_is_kept_and_its_student_told(desk: Desk) -> None:
    ticket = desk.call()
    assert ticket is not None
    service.answer(desk.cast.session, ticket.id, desk.tutor, "Because.")
    answers = answers_by_question(desk.cast.session, {ticket.question_id})
    assert answers[ticket.question_id].text == "Because."
    assert (ticket.state, desk.question(ticket).state) == ("answered", "answered")
    assert desk.told(desk.students[0]) == ["question_answered", "ticket_called"]
    assert service.answered_count(desk.cast.session, desk.weekend.id) == 1
    desk.cast.session.refresh(desk.weekend)
    assert desk.weekend.taken == 3


def test_the_same_answer_twice_is_one_answer(desk: Desk) -> None:
    ticket = desk.call()
    assert ticket is not None
    for _ in range(2):
        service.answer(desk.cast.session, ticket.id, desk.tutor, "Because.")
    assert desk.told(desk.students[0]).count("question_answered") == 1


def test_another_answer_to_the_same_ticket_is_refused(desk: Desk) -> None:
    ticket = desk.call()
    assert ticket is not None
    service.answer(desk.cast.session, ticket.id, desk.tutor, "Because.")
    with pytest.raises(AlreadyAnsweredError):
        service.answer(desk.cast.session, ticket.id, desk.tutor, "No, because.")


@pytest.mark.parametrize("act", [service.hold, service.no_show, service.hand_over])
def test_nobody_acts_on_the_ticket_of_a_colleague(desk: Desk, act: object) -> None:
    ticket = desk.call()
    assert ticket is not None
    assert callable(act)
    with pytest.raises(NotYourTicketError):
        act(desk.cast.session, ticket.id, desk.colleague)
    with pytest.raises(NotYourSessionError):
        act(desk.cast.session, ticket.id, desk.cast.tutor())
    with pytest.raises(NotYourTicketError):
        service.answer(desk.cast.session, ticket.id, desk.colleague, "Because.")
    assert ticket.state == "active"


@pytest.mark.parametrize("act", [service.hold, service.no_show])
def test_what_was_not_called_cannot_be_worked_on(desk: Desk, act: object) -> None:
    assert callable(act)
    with pytest.raises(TicketNotActiveError):
        act(desk.cast.session, desk.tickets[0].id, desk.tutor)
    with pytest.raises(TicketNotActiveError):
        service.answer(desk.cast.session, desk.tickets[0].id, desk.tutor, "So.")


def test_a_held_ticket_stands_at_the_head_for_everybody_else(desk: Desk) -> None:
    ticket = desk.call()
    assert ticket is not None
    service.hold(desk.cast.session, ticket.id, desk.tutor)
    assert (ticket.state, desk.question(ticket).state) == ("waiting", "queued")
    assert desk.order() == desk.tickets
    assert desk.call(desk.colleague) is ticket


def test_who_put_a_ticket_aside_is_called_another_and_then_that_one(
    desk: Desk,
) -> None:
    ticket = desk.call()
    assert ticket is not None
    service.hold(desk.cast.session, ticket.id, desk.tutor)
    another = desk.call()
    assert another is desk.tickets[1]
    service.answer(desk.cast.session, another.id, desk.tutor, "So.")
    assert desk.call() is ticket


def test_a_held_ticket_comes_back_at_once_when_nobody_else_waits(desk: Desk) -> None:
    for _ in range(2):
        ticket = desk.call()
        assert ticket is not None
        service.answer(desk.cast.session, ticket.id, desk.tutor, "So.")
    last = desk.call()
    assert last is not None
    service.hold(desk.cast.session, last.id, desk.tutor)
    assert desk.call() is last


def test_holding_twice_is_holding_once(desk: Desk) -> None:
    ticket = desk.call()
    assert ticket is not None
    for _ in range(2):
        service.hold(desk.cast.session, ticket.id, desk.tutor)
    assert desk.told(desk.students[0]) == ["ticket_put_back", "ticket_called"]


def test_absent_once_goes_to_the_end_behind_everybody(desk: Desk) -> None:
    ticket = desk.call()
    assert ticket is not None
    service.no_show(desk.cast.session, ticket.id, desk.tutor)
    assert desk.order() == [*desk.tickets[1:], ticket]
    newcomer = desk.cast.queue(desk.weekend)
    assert desk.order() == [*desk.tickets[1:], newcomer, ticket]
    assert desk.told(desk.students[0])[0] == "ticket_absent"


def test_absent_twice_closes_the_ticket_and_opens_the_question(desk: Desk) -> None:
    absent = desk.tickets[0]
    absentees = 0
    while (ticket := desk.call()) is not None:
        if ticket is absent:
            service.no_show(desk.cast.session, ticket.id, desk.tutor)
            absentees += 1
        else:
            service.answer(desk.cast.session, ticket.id, desk.tutor, "So.")
    assert (absentees, absent.state) == (2, "closed")
    assert desk.question(absent).state == "open"
    assert desk.told(desk.students[0])[0] == "ticket_closed"
    desk.cast.session.refresh(desk.weekend)
    assert desk.weekend.taken == 2


@pytest.mark.parametrize("by_name", [True, False])
def test_a_handed_over_ticket_is_the_next_of_that_colleague_only(
    desk: Desk, *, by_name: bool
) -> None:
    ticket = desk.call()
    assert ticket is not None
    to = desk.colleague.username if by_name else str(desk.colleague.id)
    service.hand_over(desk.cast.session, ticket.id, desk.tutor, to=to)
    assert desk.call() is desk.tickets[1]
    assert desk.call(desk.colleague) is ticket


def test_a_ticket_whose_colleague_never_calls_is_taken_when_nobody_else_waits(
    desk: Desk,
) -> None:
    ticket = desk.call()
    assert ticket is not None
    colleague = desk.colleague.username
    service.hand_over(desk.cast.session, ticket.id, desk.tutor, to=colleague)
    for expected in (*desk.tickets[1:], ticket):
        called = desk.call()
        assert called is expected
        service.answer(desk.cast.session, called.id, desk.tutor, "So.")


def test_a_handover_to_nobody_in_particular_goes_to_the_head(desk: Desk) -> None:
    ticket = desk.call()
    assert ticket is not None
    service.hand_over(desk.cast.session, ticket.id, desk.tutor)
    assert desk.order()[0] is ticket
    assert desk.call(desk.colleague) is ticket


def test_a_handover_goes_only_to_another_tutor_of_the_session(desk: Desk) -> None:
    ticket = desk.call()
    assert ticket is not None
    strangers = [desk.cast.tutor(), desk.tutor, desk.students[1]]
    for name in [*(person.username for person in strangers), "nobody"]:
        with pytest.raises(HandoverToNobodyError):
            service.hand_over(desk.cast.session, ticket.id, desk.tutor, to=name)
    assert ticket.state == "active"
