"""Published sessions are changed and cancelled, and everybody concerned hears of it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tutoring_cast import SATURDAY, Cast

from youke.kernel.db import Database
from youke.kernel.errors import ConflictError
from youke.notices.models import Notice
from youke.questions.service import QuestionState
from youke.tutoring import service
from youke.tutoring.errors import (
    FewerPlacesThanTakenError,
    MakeupDayError,
    OnlyOwnSessionsError,
    SessionCancelledError,
    SessionEndsTooEarlyError,
    TutorBusyError,
)
from youke.tutoring.models import Ticket, TutoringSession
from youke.tutoring.service import SessionChange, SessionPhase, TicketState

HOUR = timedelta(hours=1)


def kinds(session: Session, person_id: object) -> list[str]:
    mine = select(Notice.kind).where(Notice.person_id == person_id)
    return list(session.scalars(mine.order_by(Notice.id)))


def test_a_new_time_is_told_to_tutors_and_to_students_who_wait(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor, student, admin = cast.tutor(), cast.student(), cast.admin()
    weekend = cast.weekend(tutor)
    service.join(session, weekend.id, cast.question(student).id, student)
    later = SessionChange(
        starts_at=weekend.starts_at + HOUR, ends_at=weekend.ends_at + HOUR
    )

    service.change(session, weekend.id, admin, later)
    service.change(session, weekend.id, admin, later)

    session.refresh(weekend)
    assert weekend.starts_at == SATURDAY + HOUR
    assert weekend.sequence == 1
    assert kinds(session, tutor.id) == ["session_moved"]
    assert kinds(session, student.id) == ["session_moved"]


def test_a_tutor_who_is_busy_then_keeps_the_session_where_it_is(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor, admin = cast.tutor(), cast.admin()
    weekend = cast.weekend(tutor)
    other = cast.weekend(tutor, starts_at=weekend.ends_at)
    wanted = SessionChange(ends_at=other.starts_at + HOUR)

    with pytest.raises(TutorBusyError) as refused:
        service.change(session, weekend.id, admin, wanted)

    assert tutor.name in refused.value.message
    session.refresh(weekend)
    assert weekend.ends_at == other.starts_at


def test_times_that_make_no_sense_are_refused(session: Session) -> None:
    cast = Cast(session)
    weekend, admin = cast.weekend(cast.tutor()), cast.admin()
    before = SessionChange(ends_at=weekend.starts_at - HOUR)
    makeup = SATURDAY.replace(year=2026, month=2, day=28)

    with pytest.raises(SessionEndsTooEarlyError):
        service.change(session, weekend.id, admin, before)
    with pytest.raises(MakeupDayError):
        service.change(
            session,
            weekend.id,
            admin,
            SessionChange(starts_at=makeup, ends_at=makeup + HOUR),
        )


def test_there_are_never_fewer_places_than_are_taken(session: Session) -> None:
    cast = Cast(session)
    weekend, admin = cast.weekend(cast.tutor(), capacity=3), cast.admin()
    for student in (cast.student(), cast.student()):
        service.join(session, weekend.id, cast.question(student).id, student)

    with pytest.raises(FewerPlacesThanTakenError):
        service.change(session, weekend.id, admin, SessionChange(capacity=1))
    service.change(session, weekend.id, admin, SessionChange(capacity=2))

    assert weekend.places_left == 0


def test_a_cancelled_session_opens_its_questions_again_and_tells_everybody(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor, student, admin = cast.tutor(), cast.student(), cast.admin()
    weekend, question = cast.weekend(tutor), cast.question(student)
    ticket = service.join(session, weekend.id, question.id, student)

    service.cancel(session, weekend.id, admin)
    service.cancel(session, weekend.id, admin)

    assert weekend.phase is SessionPhase.CANCELLED
    assert ticket.state == TicketState.UNREACHED.value
    assert question.state == QuestionState.OPEN.value
    assert weekend.taken == 0
    assert kinds(session, tutor.id) == ["session_cancelled"]
    assert kinds(session, student.id) == ["session_cancelled"]
    with pytest.raises(SessionCancelledError):
        service.join(session, weekend.id, question.id, student)


def test_a_cancelled_session_leaves_its_tutors_time_free(session: Session) -> None:
    cast = Cast(session)
    tutor, admin = cast.tutor(), cast.admin()
    service.cancel(session, cast.weekend(tutor).id, admin)

    assert cast.weekend(tutor).id


def test_who_was_in_a_cancelled_session_asks_a_first_question_elsewhere(
    session: Session,
) -> None:
    cast = Cast(session)
    student, question = (who := cast.student()), cast.question(who)
    cancelled, other = cast.weekend(cast.tutor()), cast.weekend(cast.tutor())
    service.join(session, cancelled.id, question.id, student)
    service.cancel(session, cancelled.id, cast.admin())

    assert service.join(session, other.id, question.id, student).first_time


def test_a_ticket_that_is_being_answered_outlives_the_cancelling(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor, student = cast.tutor(), cast.student()
    weekend = cast.weekend(tutor)
    service.join(session, weekend.id, cast.question(student).id, student)
    ticket = service.call_next(session, weekend.id, tutor)
    assert ticket is not None

    service.cancel(session, weekend.id, cast.admin())

    answered = service.answer(session, ticket.id, tutor, "Like this.")
    assert answered.state == TicketState.ANSWERED.value
    assert weekend.taken == 1


def test_only_its_publisher_and_administrators_change_a_session(
    session: Session,
) -> None:
    cast = Cast(session)
    tutor = cast.tutor()
    weekend = cast.weekend(tutor)

    for attempt in (
        lambda: service.cancel(session, weekend.id, tutor),
        lambda: service.change(session, weekend.id, tutor, SessionChange(capacity=9)),
    ):
        with pytest.raises(OnlyOwnSessionsError):
            attempt()


def test_nobody_is_left_waiting_when_students_join_while_it_is_cancelled(
    database: Database,
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        weekend = cast.weekend(cast.tutor(), capacity=50).id
        admin = cast.admin()
        pairs = [(who := cast.student(), cast.question(who).id) for _ in range(12)]
    start = Barrier(len(pairs) + 1)

    def join(pair: tuple[object, object]) -> None:
        start.wait()
        try:
            with database.transaction() as session:
                service.join(session, weekend, pair[1], pair[0])  # type: ignore[arg-type]  # a pair of a student and a question
        except ConflictError:
            return

    def cancel() -> None:
        start.wait()
        with database.transaction() as session:
            service.cancel(session, weekend, admin)

    threads = [Thread(target=join, args=[pair]) for pair in pairs]
    threads.append(Thread(target=cancel))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.transaction() as session:
        states = set(
            session.scalars(select(Ticket.state).where(Ticket.session_id == weekend))
        )
        found = session.get_one(TutoringSession, weekend)
    assert states <= {TicketState.UNREACHED.value}
    assert found.taken == 0
