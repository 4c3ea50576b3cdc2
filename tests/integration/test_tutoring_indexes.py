"""The queries that grow with use are served by the indexes made for them."""

import pytest
from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from tutoring_cast import Cast

from youke.questions.similar import alike
from youke.tutoring.queue import not_behind


def plan(session: Session, query: Select[*tuple[object, ...]]) -> str:
    """Return how PostgreSQL would run the query if the tables were large."""
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_sort = off"))
    statement = query.compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    # Compiled for a driver, in whose format a percent sign is two.
    rows = session.execute(text(f"EXPLAIN {statement}".replace("%%", "%")))
    return "\n".join(row[0] for row in rows)


def test_similar_questions_are_found_by_their_trigrams(session: Session) -> None:
    assert "ix_questions_similar" in plan(session, alike("math", "为什 什么"))


@pytest.mark.parametrize("queue_length", [1, 3])
def test_a_position_is_counted_in_the_index_of_the_queue(
    session: Session, queue_length: int
) -> None:
    cast = Cast(session)
    weekend = cast.weekend()
    tickets = [cast.queue(weekend) for _ in range(queue_length)]
    assert "ix_tickets_queue" in plan(session, not_behind(tickets[-1]))
