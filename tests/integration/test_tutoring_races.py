"""Many at once: through the service on its own connections, and over HTTP."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar
from uuid import UUID

import requests
from sqlalchemy import func, select
from tutoring_cast import SATURDAY, Cast

from youke.accounts.service import Person
from youke.kernel.db import Database
from youke.kernel.errors import YoukeError
from youke.questions.service import Question
from youke.tutoring import service
from youke.tutoring.models import Ticket
from youke.tutoring.service import SessionDraft, TutoringSession

Item = TypeVar("Item")
#: The pool has 20 connections; more threads than these would only wait for one.
THREADS = 20


def at_once(items: list[Item], act: Callable[[Item], object]) -> list[object]:
    """Act on all items from as many threads, which start together."""
    together = min(len(items), THREADS)
    gate = Barrier(together)

    def wait_and_act(numbered: tuple[int, Item]) -> object:
        if numbered[0] < together:
            gate.wait(timeout=30)
        return act(numbered[1])

    with ThreadPoolExecutor(together) as pool:
        return list(pool.map(wait_and_act, enumerate(items)))


def code_of(act: Callable[[], object]) -> str:
    """Return "ok", or the code of the error."""
    try:
        act()
    except YoukeError as error:
        return error.code
    return "ok"


def joining(database: Database, weekend_id: UUID, question: Question) -> str:
    def join() -> None:
        with database.transaction() as session:
            student = session.get_one(Person, question.asker_id)
            service.join(session, weekend_id, question.id, student)

    return code_of(join)


def taken(database: Database, weekend_id: UUID) -> tuple[int, int]:
    """Return the session's counter and the number of its live tickets."""
    with database.transaction() as session:
        counter = session.get_one(TutoringSession, weekend_id).taken
        live = (Ticket.session_id == weekend_id) & (Ticket.state == "waiting")
        return counter, session.scalar(select(func.count()).where(live)) or 0


def test_fifty_at_once_for_ten_places_get_ten_tickets(database: Database) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        weekend_id = cast.weekend(capacity=10).id
        questions = [cast.question(cast.student()) for _ in range(50)]
    outcomes = at_once(questions, lambda q: joining(database, weekend_id, q))
    assert Counter(outcomes) == {"ok": 10, "session_full": 40}
    assert taken(database, weekend_id) == (10, 10)


def test_one_student_with_twenty_questions_at_once_gets_one_ticket(
    database: Database,
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        weekend_id, student = cast.weekend(capacity=10).id, cast.student()
        questions = [cast.question(student) for _ in range(20)]
    outcomes = at_once(questions, lambda q: joining(database, weekend_id, q))
    assert Counter(outcomes) == {"ok": 1, "already_queued": 19}
    assert taken(database, weekend_id) == (1, 1)


def test_one_question_for_many_sessions_at_once_stands_in_one(
    database: Database,
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        question = cast.question(cast.student())
        ids = [cast.weekend().id for _ in range(8)]
    outcomes = at_once(ids, lambda weekend_id: joining(database, weekend_id, question))
    assert Counter(outcomes) == {"ok": 1, "question_not_open": 7}
    assert sum(taken(database, weekend_id)[0] for weekend_id in ids) == 1


def test_twenty_tutors_at_once_get_twenty_tickets(database: Database) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        tutors = [cast.tutor() for _ in range(20)]
        weekend = cast.weekend(*tutors, capacity=25)
        for _ in range(25):
            cast.queue(weekend)

    def call(tutor: Person) -> UUID | None:
        with database.transaction() as session:
            ticket = service.call_next(session, weekend.id, tutor)
            return ticket.id if ticket else None

    called = at_once(tutors, call)
    assert None not in called
    assert len(set(called)) == 20


def test_one_tutor_pressing_ten_times_at_once_gets_one_ticket(
    database: Database,
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        tutor = cast.tutor()
        weekend = cast.weekend(tutor)
        for _ in range(5):
            cast.queue(weekend)

    def call(_: int) -> UUID | None:
        with database.transaction() as session:
            ticket = service.call_next(session, weekend.id, tutor)
            return ticket.id if ticket else None

    assert len(set(at_once(list(range(10)), call))) == 1
    assert taken(database, weekend.id) == (5, 4)


def test_joining_and_leaving_at_once_lose_no_place(database: Database) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        weekend = cast.weekend(capacity=10)
        tickets = [cast.queue(weekend) for _ in range(10)]
        questions = [cast.question(cast.student()) for _ in range(10)]

    def leave(ticket: Ticket) -> None:
        with database.transaction() as session:
            student = session.get_one(Person, ticket.student_id)
            service.leave(session, ticket.id, student)

    def act(item: Ticket | Question) -> str:
        if isinstance(item, Question):
            return joining(database, weekend.id, item)
        return code_of(lambda: leave(item)).replace("ok", "left")

    mixed = [item for pair in zip(tickets, questions, strict=True) for item in pair]
    outcomes = Counter(at_once(mixed, act))
    assert outcomes["left"] == 10
    assert outcomes["ok"] + outcomes["session_full"] == 10
    assert taken(database, weekend.id) == (outcomes["ok"], outcomes["ok"])


def test_sessions_at_once_for_the_same_tutors_do_not_deadlock(
    database: Database,
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        admin, team = cast.admin(), [cast.tutor().username for _ in range(12)]

    def publish(number: int) -> str:
        draft = SessionDraft(
            subject="math",
            grades=[5],
            starts_at=SATURDAY,
            ends_at=SATURDAY + timedelta(hours=2),
            capacity=10,
            tutors=team if number % 2 else team[::-1],
        )

        def act() -> None:
            with database.transaction() as session:
                service.publish_session(session, admin, draft)

        return code_of(act)

    outcomes = at_once(list(range(16)), publish)
    assert Counter(outcomes) == {"ok": 1, "tutor_busy": 15}


def test_a_tutor_does_not_wait_for_a_colleague_who_is_calling(
    database: Database,
) -> None:
    with database.transaction() as session:
        cast = Cast(session)
        tutor, colleague = cast.tutor(), cast.tutor()
        weekend = cast.weekend(tutor, colleague)
        tickets = [cast.queue(weekend).id for _ in range(2)]
    with database.transaction() as first, database.transaction() as second:
        # The first call has not been committed when the second is made.
        called = service.call_next(first, weekend.id, tutor)
        also_called = service.call_next(second, weekend.id, colleague)
    assert called is not None
    assert also_called is not None
    assert [called.id, also_called.id] == tickets


def test_fifty_at_once_over_http_get_ten_tickets_and_forty_clear_refusals(
    live_server: str, live_database: Database
) -> None:
    with live_database.transaction() as session:
        cast = Cast(session)
        weekend_id = cast.weekend(capacity=10).id
        students = [cast.student() for _ in range(50)]
        bodies = [
            ({"question": str(cast.question(student).id)}, cast.token(student))
            for student in students
        ]
    address = f"{live_server}/api/v1/sessions/{weekend_id}/tickets"

    def join(request: tuple[dict[str, str], dict[str, str]]) -> str:
        body, headers = request
        answer = requests.post(address, json=body, headers=headers, timeout=30)
        return f"{answer.status_code} {answer.json().get('code', '')}"

    with ThreadPoolExecutor(50) as pool:
        outcomes = Counter(pool.map(join, bodies))
    assert outcomes == {"201 ": 10, "409 session_full": 40}
    assert taken(live_database, weekend_id) == (10, 10)
