"""No question waits in vain: what sessions do not reach is answered all the same."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tutoring_cast import SATURDAY, Cast

from youke.kernel import clock
from youke.kernel.db import Database
from youke.notices.models import Notice
from youke.questions import service as questions
from youke.questions.errors import AlreadyAnsweredError
from youke.questions.service import QuestionState
from youke.tutoring import closing, service
from youke.tutoring.errors import QuestionTakenError
from youke.tutoring.inbox import service as inbox
from youke.tutoring.models import Ticket
from youke.tutoring.service import TicketState

END = SATURDAY + timedelta(hours=2)


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Return something that sets the clock."""

    def set_to(moment: datetime) -> None:
        clock.set_clock(lambda: moment.astimezone(UTC))

    set_to(SATURDAY - timedelta(days=1))
    yield set_to
    clock.set_clock(None)


def close_all(session: Session) -> int:
    return sum(closing.close(session, each) for each in closing.ended_sessions(session))


def test_what_a_session_did_not_reach_is_promised_in_the_order_of_the_queue(
    session: Session, at: Callable[[datetime], None]
) -> None:
    cast = Cast(session)
    weekend = cast.weekend(cast.tutor())
    tickets = [cast.queue(weekend) for _ in range(3)]

    at(END + closing.GRACE + timedelta(seconds=1))
    assert close_all(session) == 3
    assert close_all(session) == 0

    inbox_page = questions.open_questions(session).items
    assert [q.id for q in inbox_page] == [t.question_id for t in tickets]
    assert {t.state for t in tickets} == {TicketState.UNREACHED.value}
    assert inbox_page[0].due_at == END + closing.PROMISE
    told = session.scalars(
        select(Notice.kind).where(Notice.person_id == tickets[0].student_id)
    ).all()
    assert told == ["ticket_unreached"]


def test_a_queue_is_not_closed_while_its_tutor_may_run_over(
    session: Session, at: Callable[[datetime], None]
) -> None:
    cast = Cast(session)
    weekend = cast.weekend(cast.tutor())
    ticket = cast.queue(weekend)

    at(END + closing.GRACE / 2)

    assert close_all(session) == 0
    assert closing.close(session, weekend.id) == 0
    assert ticket.state == TicketState.WAITING.value


def test_a_question_that_waited_for_its_session_is_promised_anew(
    session: Session, at: Callable[[datetime], None]
) -> None:
    cast = Cast(session)
    student = cast.student()
    ticket = cast.queue(cast.weekend(cast.tutor()), student)
    question = questions.question_for_update(session, ticket.question_id)
    leaving = question.due_at + timedelta(days=5)
    at(leaving)

    service.leave(session, ticket.id, student)

    assert question.due_at == leaving + questions.PROMISE


def test_a_tutor_who_gives_a_question_up_does_not_put_its_promise_off(
    session: Session, at: Callable[[datetime], None]
) -> None:
    cast = Cast(session)
    tutor, question = cast.tutor(), cast.question(cast.student())
    promised = question.due_at
    at(promised + timedelta(days=1))

    inbox.take(session, question.id, tutor)
    inbox.leave(session, question.id, tutor)

    assert question.due_at == promised


def test_a_tutor_answers_an_open_question_and_the_student_is_told(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor, student = cast.tutor(), cast.student()
    question = cast.question(student)

    inbox.take(session, question.id, tutor)
    assert inbox.taken_by(session, tutor) == [question]
    inbox.answer(session, question.id, tutor, "Like this.")
    inbox.answer(session, question.id, tutor, "Like this.")

    assert question.state == QuestionState.ANSWERED.value
    told = session.scalars(select(Notice.kind).where(Notice.person_id == student.id))
    assert told.all() == ["question_answered"]
    with pytest.raises(AlreadyAnsweredError):
        inbox.answer(session, question.id, tutor, "Otherwise.")


def test_a_question_that_waits_in_a_queue_is_not_taken_out_of_it(
    session: Session,
) -> None:
    cast = Cast(session)
    ticket = cast.queue(cast.weekend(cast.tutor()))

    with pytest.raises(QuestionTakenError):
        inbox.take(session, ticket.question_id, cast.tutor())


def test_a_question_that_is_called_in_a_session_is_not_left_in_the_inbox(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor = cast.tutor()
    weekend = cast.weekend(tutor)
    cast.queue(weekend)
    ticket = service.call_next(session, weekend.id, tutor)
    assert ticket is not None

    inbox.leave(session, ticket.question_id, tutor)

    assert ticket.state == TicketState.ACTIVE.value
    assert inbox.taken_by(session, tutor) == []
    with pytest.raises(QuestionTakenError):
        inbox.answer(session, ticket.question_id, tutor, "Past the desk.")


def test_a_tutor_who_forgets_a_question_loses_it(
    session: Session, at: Callable[[datetime], None]
) -> None:
    cast = Cast(session)
    question = cast.question(cast.student())
    inbox.take(session, question.id, cast.tutor())
    assert inbox.release_forgotten(session) == 0

    at(SATURDAY - timedelta(days=1) + inbox.TAKEN_FOR + timedelta(seconds=1))

    assert inbox.release_forgotten(session) == 1
    assert question.state == QuestionState.OPEN.value


def test_a_ticket_that_is_answered_for_long_is_not_taken_for_forgotten(
    session: Session, at: Callable[[datetime], None]
) -> None:
    cast = Cast(session)
    tutor = cast.tutor()
    weekend = cast.weekend(tutor)
    cast.queue(weekend)
    service.call_next(session, weekend.id, tutor)

    at(SATURDAY + timedelta(hours=5))

    assert inbox.release_forgotten(session) == 0


def test_of_many_tutors_one_gets_the_question(database: Database) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        question = cast.question(cast.student()).id
        tutors = [cast.tutor() for _ in range(8)]
    start, got = Barrier(len(tutors)), []

    def take(tutor: object) -> None:
        start.wait()
        try:
            with database.transaction() as session:
                inbox.take(session, question, tutor)  # type: ignore[arg-type]  # a person
        except QuestionTakenError:
            return
        got.append(tutor)

    threads = [Thread(target=take, args=[tutor]) for tutor in tutors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 1
    with database.transaction() as session:
        assert session.scalar(select(Ticket.id)) is None
