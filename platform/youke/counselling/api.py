"""`/api/v1/counselling`: conversations of the one who asks.

Who is neither the student nor the counsellor gets the same answer as for a
conversation that does not exist. The general store of repeated answers is not used
here, because it is outside the zone: `Idempotency-Key` goes into the zone's own tables.
"""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import request
from flask_babel import get_locale, gettext

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import Role
from youke.counselling import service
from youke.counselling.cards import said_cards, thread_card
from youke.counselling.doors import present_room
from youke.counselling.schemas import (
    CallIn,
    ConversationOut,
    MessageIn,
    ThreadIn,
    ThreadsOut,
    WrittenOut,
)
from youke.counselling.states import Why
from youke.http.idempotency import HEADER, LONGEST_KEY, KeyTooLongError
from youke.http.policies import policy

bp = APIBlueprint(
    "counselling_api", __name__, url_prefix="/api/v1/counselling", tag="counselling"
)
students = having(Role.STUDENT)


@bp.get("/threads")
@policy(signed_in)
@bp.output(ThreadsOut)
def index() -> dict[str, Any]:
    """List one's own conversations, without a word of what was said."""
    person = current_person()
    is_student = person.has(Role.STUDENT)
    found = (
        service.threads_of_student(present_room(), person)
        if is_student
        else service.threads_of_counsellor(present_room(), person)
    )
    return {"items": [_card(thread, for_student=is_student) for thread in found]}


@bp.post("/threads")
@policy(students)
@bp.input(ThreadIn)
@bp.output(WrittenOut, status_code=201)
def begin(json_data: ThreadIn) -> dict[str, Any]:
    """Begin a conversation."""
    draft = service.Draft(**json_data.model_dump())
    written = service.open_thread(
        present_room(), current_person(), draft, key=_repeat_key()
    )
    return {"id": written.thread.id, "raised": written.raised}


@bp.get("/threads/<uuid:thread_id>")
@policy(signed_in)
@bp.output(ConversationOut)
def show(thread_id: UUID) -> dict[str, Any]:
    """Read a conversation; that is logged."""
    found = service.read(present_room(), current_person(), thread_id)
    card = _card(found.thread, for_student=found.why == Why.OWN)
    return card | {"said": said_cards(found.said, gettext)}


@bp.post("/threads/<uuid:thread_id>/messages")
@policy(signed_in)
@bp.input(MessageIn)
@bp.output(WrittenOut, status_code=201)
def write(thread_id: UUID, json_data: MessageIn) -> dict[str, Any]:
    """Say something in a conversation."""
    written = service.write(
        present_room(), current_person(), thread_id, json_data.text, key=_repeat_key()
    )
    return {"id": written.thread.id, "raised": written.raised}


@bp.post("/calls")
@policy(signed_in)
@bp.input(CallIn)
@bp.output(WrittenOut, status_code=201)
def call(json_data: CallIn) -> dict[str, Any]:
    """Ask for a person at once."""
    person = current_person()
    thread = service.call_for_help(present_room(), person, json_data.thread)
    return {"id": thread.id, "raised": True}


def _card(thread: Any, *, for_student: bool) -> dict[str, Any]:
    return thread_card(thread, str(get_locale()), for_student=for_student)


def _repeat_key() -> str | None:
    key = request.headers.get(HEADER)
    if key and len(key) > LONGEST_KEY:
        raise KeyTooLongError
    return key or None
