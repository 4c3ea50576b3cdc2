"""Pages: calls for help, for those who were told of them."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, signed_in
from youke.accounts.service import Person, Role, people, school_of
from youke.counselling.aliases import alias_name
from youke.counselling.breakglass import service as breakglass
from youke.counselling.cards import said_cards
from youke.counselling.crisis import service
from youke.counselling.crisis.service import Call
from youke.counselling.doors import present_room
from youke.http.context import db_session
from youke.http.errors import translated
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.errors import ConflictError, NotFoundError

bp = APIBlueprint("counselling_calls", __name__, enable_openapi=False)
LONGEST_REASON = 500


def helpers() -> None:
    """Let counsellors and administrators in; for others there is nothing."""
    person = current_person()
    if not (person.has(Role.COUNSELLOR) or person.is_administrator):
        raise NotFoundError


@bp.get("/counselling/calls")
@policy(helpers)
def index() -> str:
    """List the calls and the requests that this person was told of."""
    room, person = present_room(), current_person()
    calls = service.live_calls(room, person)
    takers = (call.crisis.taken_by_id for call in calls)
    taken = people(db_session(), {each for each in takers if each is not None})
    return render_template(
        "counselling/calls.html",
        calls=[_call_card(call, taken) for call in calls],
        openings=_opening_cards(person),
        me=person.id,
    )


@bp.post("/counselling/calls/<uuid:crisis_id>/take", endpoint="take")
@policy(signed_in)
@retried
def take(crisis_id: UUID) -> Response:
    """Answer for a call."""
    return _try(lambda: service.take_call(present_room(), current_person(), crisis_id))


@bp.post("/counselling/calls/<uuid:crisis_id>/resolve", endpoint="resolve")
@policy(signed_in)
@retried
def resolve(crisis_id: UUID) -> Response:
    """Say that the student is safe."""
    return _try(
        lambda: service.resolve_call(present_room(), current_person(), crisis_id)
    )


@bp.post("/counselling/calls/<uuid:crisis_id>/identity", endpoint="identity")
@policy(signed_in)
@retried
def identity(crisis_id: UUID) -> str:
    """Show whoever took the call who the student is."""
    student = service.identify(present_room(), current_person(), crisis_id)
    school = school_of(student)
    return render_template(
        "counselling/identity.html",
        name=student.name,
        grade=student.grade,
        school=school.name if school else None,
    )


@bp.post("/counselling/calls/<uuid:crisis_id>/opening", endpoint="ask")
@policy(signed_in)
@retried
def ask(crisis_id: UUID) -> Response:
    """Ask a second person to agree that the conversation is opened."""
    room, person = present_room(), current_person()
    call = service.find_call(room, person, crisis_id)
    reason = request.form.get("reason", "").strip().replace("\0", "")
    if reason:
        breakglass.ask(room, person, call.thread.id, reason[:LONGEST_REASON])
        flash(gettext("A second person has to agree."))
    else:
        flash(gettext("Please say why."), "error")
    return redirect(url_for("counselling_calls.index"))


@bp.post("/counselling/openings/<uuid:opening_id>/agree", endpoint="agree")
@policy(signed_in)
@retried
def agree(opening_id: UUID) -> Response:
    """Agree as the second person."""
    return _try(lambda: breakglass.agree(present_room(), current_person(), opening_id))


@bp.post("/counselling/openings/<uuid:opening_id>/refuse", endpoint="refuse")
@policy(signed_in)
@retried
def refuse(opening_id: UUID) -> Response:
    """Say no."""
    return _try(lambda: breakglass.refuse(present_room(), current_person(), opening_id))


@bp.get("/counselling/openings/<uuid:opening_id>")
@policy(signed_in)
def opened(opening_id: UUID) -> str:
    """Show an opened conversation to one of the two, while the time lasts."""
    found = breakglass.read_opened(present_room(), current_person(), opening_id)
    return render_template(
        "counselling/opened.html",
        alias=alias_name(found.thread.alias, str(get_locale())),
        said=said_cards(found.said, gettext),
    )


def _try(action: Any) -> Response:
    """Do it, or say why not."""
    try:
        with db_session().begin_nested():
            action()
    except ConflictError as error:
        flash(translated(error), "error")
    return redirect(url_for("counselling_calls.index"))


def _call_card(call: Call, known: dict[UUID, Person]) -> dict[str, Any]:
    taker = known.get(call.crisis.taken_by_id) if call.crisis.taken_by_id else None
    return {
        "id": call.crisis.id,
        "alias": alias_name(call.thread.alias, str(get_locale())),
        "thread_id": call.thread.id,
        "counsellor_id": call.thread.counsellor_id,
        "state": call.crisis.state,
        "cause": call.crisis.cause,
        "level": call.crisis.level,
        "raised_at": call.crisis.raised_at,
        "due_at": call.crisis.due_at,
        "taken_by_id": call.crisis.taken_by_id,
        "taken_by": taker.name if taker else None,
    }


def _opening_cards(person: Person) -> list[dict[str, Any]]:
    if not person.is_administrator:
        return []
    room = present_room()
    found = breakglass.open_requests(room, person)
    ids = {opening.asked_by_id for opening, _ in found}
    names = people(db_session(), ids)
    return [
        {
            "id": opening.id,
            "alias": alias_name(thread.alias, str(get_locale())),
            "state": opening.state,
            "asked_by": names[opening.asked_by_id].name,
            "mine": opening.asked_by_id == person.id,
            "may_read": person.id in {opening.asked_by_id, opening.agreed_by_id},
            "reason": breakglass.reason_of(room, opening),
            "expires_at": opening.expires_at,
        }
        for opening, thread in found
    ]
