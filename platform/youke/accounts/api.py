"""`/api/v1/auth` and `/api/v1/me`."""

from typing import Any

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, signed_in
from youke.accounts.models import Person
from youke.accounts.schemas import (
    Credentials,
    DecisionIn,
    DecisionOut,
    PersonOut,
    Token,
)
from youke.accounts.service import (
    decide_profiling,
    decision_on_profiling,
    profiling_allowed,
    sign_in,
)
from youke.http.context import db_session
from youke.http.limits import limit_failed_sign_ins
from youke.http.policies import anyone, policy

bp = APIBlueprint("auth_api", __name__, url_prefix="/api/v1", tag="accounts")


@bp.post("/auth/token")
@policy(anyone)
@limit_failed_sign_ins
@bp.input(Credentials)
@bp.output(Token)
def issue_token(json_data: Credentials) -> Token:
    """Trade a user name and a password for a bearer token."""
    _, token = sign_in(
        db_session(), username=json_data.username, password=json_data.password
    )
    return Token(token=token)


@bp.get("/me")
@policy(signed_in)
@bp.output(PersonOut)
def me() -> Person:
    """Tell who is asking."""
    return current_person()


@bp.get("/me/consents/profiling")
@policy(signed_in)
@bp.output(DecisionOut)
def profiling() -> dict[str, Any]:
    """Tell whether recommendations may be made from what one did."""
    return _profiling()


@bp.put("/me/consents/profiling")
@policy(signed_in)
@bp.input(DecisionIn)
@bp.output(DecisionOut)
def put_profiling(json_data: DecisionIn) -> dict[str, Any]:
    """Decide whether recommendations may be made from what one did."""
    person = current_person()
    decide_profiling(db_session(), person, granted=json_data.granted, given_by=person)
    return _profiling()


def _profiling() -> dict[str, Any]:
    session, person = db_session(), current_person()
    return {
        "allowed": profiling_allowed(session, person),
        "granted": decision_on_profiling(session, person.id),
    }
