from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from tutoring_cast import SATURDAY, Cast

from youke.accounts.service import Role
from youke.kernel import clock
from youke.tutoring import service
from youke.tutoring.errors import (
    AlreadyQueuedError,
    BeingAnsweredError,
    OtherGradeError,
    OtherSubjectError,
    QuestionNotOpenError,
    SessionFullError,
    SessionNotFoundError,
    SessionOverError,
    TicketNotFoundError,
    UnknownQuestionError,
)
from youke.tutoring.order import Rank
from youke.tutoring.service import Ticket


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


@pytest.fixture
def the_real_clock() -> Iterator[None]:
    """Give the clock back after the test."""
    yield
    clock.set_clock(None)


def position(cast: Cast, ticket: Ticket) -> int:
    place = service.place_of(cast.session, ticket)
    assert place is not None
    return place.position


def test_joining_takes_a_place_and_queues_the_question(cast: Cast) -> None:
    weekend, student = cast.weekend(capacity=2), cast.student()
    question = cast.question(student)
    ticket = service.join(cast.session, weekend.id, question.id, student)
    assert (ticket.state, question.state) == ("waiting", "queued")
    assert (weekend.taken, weekend.places_left) == (1, 1)


def test_tickets_stand_in_the_order_of_joining(cast: Cast) -> None:
    weekend = cast.weekend()
    tickets = [cast.queue(weekend) for _ in range(3)]
    assert [position(cast, ticket) for ticket in tickets] == [1, 2, 3]


def test_a_place_comes_with_an_estimate_and_its_reason(cast: Cast) -> None:
    weekend = cast.weekend(cast.tutor(), cast.tutor())
    cast.queue(weekend)
    place = service.place_of(cast.session, cast.queue(weekend))
    assert place is not None
    assert place.estimate is not None
    assert (place.estimate.from_min, place.estimate.to_min) == (0, 9)
    assert place.reason.data == {"position": 2, "ahead": 1}


def test_a_full_session_takes_nobody_more(cast: Cast) -> None:
    weekend = cast.weekend(capacity=1)
    cast.queue(weekend)
    with pytest.raises(SessionFullError):
        cast.queue(weekend)


def test_a_second_ticket_is_refused_even_when_the_session_is_full(cast: Cast) -> None:
    weekend, student = cast.weekend(capacity=1), cast.student()
    cast.queue(weekend, student)
    with pytest.raises(AlreadyQueuedError):
        cast.queue(weekend, student)


@pytest.mark.usefixtures("the_real_clock")
def test_a_session_that_is_over_takes_no_tickets(cast: Cast) -> None:
    weekend = cast.weekend()
    clock.set_clock(lambda: SATURDAY + timedelta(hours=2))
    with pytest.raises(SessionOverError):
        cast.queue(weekend)


def test_there_must_be_such_a_session(cast: Cast) -> None:
    student = cast.student()
    question = cast.question(student)
    with pytest.raises(SessionNotFoundError):
        service.join(cast.session, question.id, question.id, student)


def test_a_question_must_be_of_the_sessions_subject_and_grades(cast: Cast) -> None:
    weekend, student = cast.weekend(), cast.student()
    of_art = cast.question(student, subject="art")
    of_grade_7 = cast.question(student, grade=7)
    with pytest.raises(OtherSubjectError):
        service.join(cast.session, weekend.id, of_art.id, student)
    with pytest.raises(OtherGradeError):
        service.join(cast.session, weekend.id, of_grade_7.id, student)


def test_nobody_queues_the_question_of_another(cast: Cast) -> None:
    weekend, question = cast.weekend(), cast.question(cast.student())
    with pytest.raises(UnknownQuestionError):
        service.join(cast.session, weekend.id, question.id, cast.student())
    with pytest.raises(UnknownQuestionError):
        service.join(cast.session, weekend.id, weekend.id, cast.student())


def test_a_question_stands_in_one_queue_only(cast: Cast) -> None:
    student = cast.student()
    ticket = cast.queue(cast.weekend(), student)
    with pytest.raises(QuestionNotOpenError):
        service.join(cast.session, cast.weekend().id, ticket.question_id, student)


def test_leaving_gives_the_place_back_and_opens_the_question(cast: Cast) -> None:
    weekend, student = cast.weekend(capacity=1), cast.student()
    question = cast.question(student)
    ticket = service.join(cast.session, weekend.id, question.id, student)
    service.leave(cast.session, ticket.id, student)
    assert (ticket.state, question.state) == ("left", "open")
    cast.session.refresh(weekend)
    assert weekend.taken == 0
    again = service.join(cast.session, weekend.id, question.id, student)
    assert again.id != ticket.id


def test_leaving_twice_gives_one_place_back(cast: Cast) -> None:
    weekend, student = cast.weekend(), cast.student()
    ticket = cast.queue(weekend, student)
    cast.queue(weekend)
    service.leave(cast.session, ticket.id, student)
    service.leave(cast.session, ticket.id, student)
    cast.session.refresh(weekend)
    assert weekend.taken == 1


def test_those_behind_move_up_when_somebody_leaves(cast: Cast) -> None:
    weekend, student = cast.weekend(), cast.student()
    first, second = cast.queue(weekend, student), cast.queue(weekend)
    service.leave(cast.session, first.id, student)
    assert position(cast, second) == 1


def test_nobody_leaves_while_being_answered(cast: Cast) -> None:
    tutor, student = cast.tutor(), cast.student()
    weekend = cast.weekend(tutor)
    ticket = cast.queue(weekend, student)
    service.call_next(cast.session, weekend.id, tutor)
    with pytest.raises(BeingAnsweredError):
        service.leave(cast.session, ticket.id, student)


def test_who_has_asked_this_weekend_stands_behind_those_who_have_not(
    cast: Cast,
) -> None:
    saturday, student = cast.weekend(), cast.student()
    cast.queue(saturday, student)
    sunday = cast.weekend(starts_at=SATURDAY + timedelta(days=1))
    again, first = cast.queue(sunday, student), cast.queue(sunday)
    assert (again.rank, first.rank) == (Rank.AGAIN.value, Rank.FIRST.value)
    assert (position(cast, first), position(cast, again)) == (1, 2)


def test_next_weekend_everybody_asks_for_the_first_time_again(cast: Cast) -> None:
    student = cast.student()
    cast.queue(cast.weekend(), student)
    next_week = cast.weekend(starts_at=SATURDAY + timedelta(days=7))
    assert cast.queue(next_week, student).first_time


def test_a_place_given_back_does_not_count_as_asked(cast: Cast) -> None:
    weekend, student = cast.weekend(), cast.student()
    ticket = cast.queue(weekend, student)
    service.leave(cast.session, ticket.id, student)
    assert cast.queue(weekend, student).first_time


def test_a_ticket_is_seen_by_its_student_its_tutors_and_administrators(
    cast: Cast,
) -> None:
    student, tutor = cast.student(), cast.tutor()
    ticket = cast.queue(cast.weekend(tutor), student)
    for viewer in (student, tutor, cast.admin()):
        assert service.find_ticket(cast.session, ticket.id, viewer) is ticket
    for stranger in (cast.student(), cast.tutor(), cast.person(Role.TEACHER)):
        with pytest.raises(TicketNotFoundError):
            service.find_ticket(cast.session, ticket.id, stranger)


def test_nobody_gives_the_place_of_another_back(cast: Cast) -> None:
    ticket = cast.queue(cast.weekend())
    with pytest.raises(TicketNotFoundError):
        service.leave(cast.session, ticket.id, cast.student())
