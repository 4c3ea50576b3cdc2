"""What has expired is deleted, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harness.city import PASSWORD
from youke.accounts import service as accounts
from youke.accounts.models import AccessToken
from youke.accounts.service import Role
from youke.http.idempotency import IdempotentAnswer, forget_old_answers
from youke.kernel.clock import now, set_clock
from youke.kernel.ids import new_id


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    yield
    set_clock(None)


def in_days(days: int) -> None:
    then = now() + timedelta(days=days)
    set_clock(lambda: then)


def test_only_expired_sign_ins_are_forgotten(session: Session) -> None:
    accounts.add_person(
        session, username="lin", name="林", password=PASSWORD, roles=[Role.STUDENT]
    )
    accounts.sign_in(session, username="lin", password=PASSWORD)
    in_days(10)
    _, token = accounts.sign_in(session, username="lin", password=PASSWORD)
    in_days(10)

    assert accounts.forget_expired_tokens(session) == 1
    assert accounts.person_for_token(session, token)
    assert session.scalar(select(func.count()).select_from(AccessToken)) == 1


def test_answers_are_kept_for_a_week(session: Session) -> None:
    answer = IdempotentAnswer(
        person_id=new_id(), key="k", request_hash="", status=201, body=""
    )
    answer.created_at = now()
    session.add(answer)
    session.flush()

    in_days(6)
    assert forget_old_answers(session) == 0
    in_days(2)
    assert forget_old_answers(session) == 1
