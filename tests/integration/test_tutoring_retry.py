import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from youke.http.context import db_session
from youke.http.retry import retried


def raise_in_database(sqlstate: str) -> None:
    """Let PostgreSQL end the transaction with this error."""
    block = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$"
    db_session().execute(text(block))


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_a_deadlocked_request_is_tried_again_in_a_new_transaction(
    app: APIFlask, sqlstate: str
) -> None:
    tries = []

    @retried
    def view() -> int | None:
        tries.append(1)
        if len(tries) == 1:
            raise_in_database(sqlstate)
        return db_session().scalar(text("SELECT 7"))

    with app.test_request_context():
        assert view() == 7
    assert len(tries) == 2


def test_it_is_tried_once_more_only(app: APIFlask) -> None:
    tries = []

    @retried
    def view() -> None:
        tries.append(1)
        raise_in_database("40P01")

    with app.test_request_context(), pytest.raises(DBAPIError):
        view()
    assert len(tries) == 2


def test_other_errors_are_not_tried_again(app: APIFlask) -> None:
    tries = []

    @retried
    def view() -> None:
        tries.append(1)
        raise_in_database("23505")

    with app.test_request_context(), pytest.raises(DBAPIError):
        view()
    assert len(tries) == 1
