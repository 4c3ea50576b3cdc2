"""Whoever is erased, or takes consent back, is not in the next model."""

import pytest
from sqlalchemy import select
from training_school import PEOPLE, School, open_school

from youke.accounts import service as accounts
from youke.accounts.service import Person
from youke.engagement import service as engagement
from youke.engagement.models import Watch
from youke.erasing import erase
from youke.kernel.db import Database
from youke.storage import ObjectStore


@pytest.fixture
def school(database: Database, store: ObjectStore) -> School:
    return open_school(database, store)


def test_the_next_training_knows_neither_of_them(school: School) -> None:
    before = school.train()
    with school.database.transaction() as session:
        known = select(Person).where(Person.id.in_(select(Watch.person_id)))
        erased, refusing = session.scalars(known.limit(2)).all()
        assert erase(session, erased.username)
        accounts.decide_profiling(session, refusing, granted=False, given_by=refusing)
        left = {each.person_id for each in engagement.all_interactions(session)}

    after = school.train()

    assert len(left) == PEOPLE - 2
    assert not left & {erased.id, refusing.id}
    assert before.interactions == PEOPLE * 5
    assert after.interactions == (PEOPLE - 2) * 5
    assert after.fingerprint != before.fingerprint
