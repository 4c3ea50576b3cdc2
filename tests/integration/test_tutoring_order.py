"""The database claims in the order that the pure functions say."""

import random
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from tutoring_cast import Cast

from youke.accounts.service import Person
from youke.tutoring import service
from youke.tutoring.models import SessionTutor
from youke.tutoring.order import Claim, Rank, claim_key, queue_key
from youke.tutoring.service import Ticket, TutoringSession

TICKETS = 12


def shuffled_queue(cast: Cast, draw: random.Random) -> tuple[TutoringSession, Person]:
    """Fill a queue with tickets of all kinds, as no morning would bring them."""
    tutor, colleague = cast.tutor(), cast.tutor()
    weekend = cast.weekend(tutor, colleague, capacity=TICKETS)
    turns = draw.sample(range(1, 100), TICKETS)
    tickets = [cast.queue(weekend) for _ in range(TICKETS)]
    for ticket, turn in zip(tickets, turns, strict=True):
        ticket.rank, ticket.turn = draw.choice(list(Rank)).value, turn
        ticket.wanted_tutor_id = draw.choice([None, None, tutor.id, colleague.id])
    cast.session.flush()
    cast.session.execute(
        update(SessionTutor)
        .where(SessionTutor.tutor_id == tutor.id)
        .values(set_aside_id=draw.choice(tickets).id)
    )
    return weekend, tutor


def by_pure_functions(
    tickets: list[Ticket], tutor_id: UUID, set_aside: UUID | None
) -> Ticket:
    return min(
        tickets,
        key=lambda ticket: claim_key(
            Claim(
                standing=ticket.standing,
                wanted_tutor=ticket.wanted_tutor_id,
                set_aside=ticket.id == set_aside,
            ),
            tutor_id,
        ),
    )


@pytest.mark.parametrize("seed", range(5))
def test_tickets_are_called_in_the_order_of_the_pure_function(
    session: Session, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311  a repeatable shuffle, no secret
    weekend, tutor = shuffled_queue(Cast(session), draw)
    seat = session.get_one(SessionTutor, (weekend.id, tutor.id))
    for left in range(TICKETS, 0, -1):
        session.refresh(seat)
        waiting = list(service.waiting_tickets(session, weekend.id, limit=99))
        assert len(waiting) == left
        expected = by_pure_functions(waiting, tutor.id, seat.set_aside_id)
        called = service.call_next(session, weekend.id, tutor)
        assert called is expected
        service.answer(session, called.id, tutor, "So.")


@pytest.mark.parametrize("seed", range(5))
def test_positions_are_those_of_the_pure_order(session: Session, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  a repeatable shuffle, no secret
    weekend, _ = shuffled_queue(Cast(session), draw)
    listed = list(service.waiting_tickets(session, weekend.id, limit=99))
    assert listed == sorted(listed, key=lambda ticket: queue_key(ticket.standing))
    places = [service.place_of(session, ticket) for ticket in listed]
    assert [p.position for p in places if p] == list(range(1, TICKETS + 1))
