"""Pages: the student's way in, the conversation, the counsellor's desk."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from pydantic import ValidationError
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import Person, Role, people
from youke.counselling import service
from youke.counselling.cards import said_cards, thread_card
from youke.counselling.crisis import service as crisis
from youke.counselling.doors import present_room
from youke.counselling.hotlines import HOTLINES
from youke.counselling.models import Thread
from youke.counselling.referrals import service as referrals
from youke.counselling.schemas import MessageIn, ThreadIn
from youke.counselling.states import Why
from youke.http.context import db_session
from youke.http.errors import translated
from youke.http.forms import sentences
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.clock import local, now
from youke.kernel.errors import ConflictError, InvalidError, NotFoundError

bp = APIBlueprint("counselling", __name__, enable_openapi=False)
students = having(Role.STUDENT)
counsellors = having(Role.COUNSELLOR)
LONGEST_KEY = 64
#: A new referral proposes a look after so long.
USUAL_FOLLOW_UP = timedelta(days=7)


@bp.get("/counselling")
@policy(signed_in)
def index() -> str | Response:
    """Lead everybody to where they belong here."""
    person = current_person()
    if person.has(Role.STUDENT):
        return _student_page(person, {}, {})
    if person.has(Role.COUNSELLOR):
        return redirect(url_for("counselling.desk"))
    if person.is_administrator:
        return redirect(url_for("counselling_calls.index"))
    raise NotFoundError


@bp.post("/counselling", endpoint="begin")
@policy(students)
@retried
def begin() -> Response | tuple[str, int]:
    """Begin a conversation with its first message."""
    form = request.form.to_dict()
    room, person = present_room(), current_person()
    filled = {k: form[k] for k in ("text", "counsellor") if form.get(k)}
    try:
        draft = service.Draft(**ThreadIn.model_validate(filled).model_dump())
        written = service.open_thread(room, person, draft, key=_form_key())
    except ValidationError as error:
        return _student_page(person, form, sentences(error)), 422
    except (InvalidError, ConflictError) as error:
        return _student_page(person, form, {"form": translated(error)}), 422
    return _to_thread(written.thread.id)


@bp.get("/counselling/<uuid:thread_id>")
@policy(signed_in)
def show(thread_id: UUID) -> str:
    """Show a conversation to one of its two people."""
    return _thread_page(thread_id, {})


@bp.post("/counselling/<uuid:thread_id>", endpoint="write")
@policy(signed_in)
@retried
def write(thread_id: UUID) -> Response | tuple[str, int]:
    """Say something."""
    try:
        said = MessageIn.model_validate({"text": request.form.get("text", "")})
    except ValidationError as error:
        return _thread_page(thread_id, sentences(error)), 422
    service.write(
        present_room(), current_person(), thread_id, said.text, key=_form_key()
    )
    return _to_thread(thread_id)


@bp.post("/counselling/<uuid:thread_id>/close", endpoint="close")
@policy(signed_in)
@retried
def close(thread_id: UUID) -> Response:
    """End a conversation for now."""
    service.close_thread(present_room(), current_person(), thread_id)
    return redirect(url_for("counselling.index"))


@bp.post("/counselling/<uuid:thread_id>/erase", endpoint="erase")
@policy(signed_in)
@retried
def erase(thread_id: UUID) -> Response:
    """Destroy one's own conversation."""
    try:
        service.erase_thread(present_room(), current_person(), thread_id)
    except ConflictError as error:
        flash(translated(error), "error")
        return _to_thread(thread_id)
    flash(gettext("The conversation is gone, for everybody."))
    return redirect(url_for("counselling.index"))


@bp.post("/counselling/<uuid:thread_id>/counsellor", endpoint="choose")
@policy(students)
@retried
def choose(thread_id: UUID) -> Response:
    """Give one's conversation to another counsellor."""
    wanted = request.form.get("counsellor", type=UUID)
    service.choose_counsellor(present_room(), current_person(), thread_id, wanted)
    return _to_thread(thread_id)


@bp.post("/counselling/<uuid:thread_id>/take", endpoint="take")
@policy(signed_in)
@retried
def take(thread_id: UUID) -> Response:
    """Take a conversation that waits."""
    try:
        service.take_thread(present_room(), current_person(), thread_id)
    except ConflictError as error:
        flash(translated(error), "error")
        return redirect(url_for("counselling.desk"))
    return _to_thread(thread_id)


@bp.post("/counselling/help", endpoint="help")
@policy(signed_in)
@retried
def call_for_help() -> Response:
    """Ask for a person at once; the numbers to call are on the page that follows."""
    thread_id = request.form.get("thread", type=UUID)
    thread = service.call_for_help(present_room(), current_person(), thread_id)
    return _to_thread(thread.id)


@bp.get("/counselling/desk")
@policy(counsellors)
def desk() -> str:
    """Show a counsellor the own conversations: calls first, then what is unread."""
    room, person = present_room(), current_person()
    calls = crisis.live_calls(room, person)
    urgent = {call.thread.id for call in calls}
    cards = [_card(each) for each in service.threads_of_counsellor(room, person)]
    for card in cards:
        card["urgent"] = card["id"] in urgent
    cards.sort(key=lambda card: (not card["urgent"], not card["unread"]))
    return render_template(
        "counselling/desk.html",
        threads=cards,
        waiting=[_card(each) for each in service.waiting_threads(room)],
        calls=len(calls),
        on_duty=any(
            is_on for each, is_on in service.counsellors(room) if each == person
        ),
        referrals=[
            {"day": each.follow_up_on, "late": each.follow_up_on <= local(now()).date()}
            | _card(thread)
            for each, thread in referrals.due(room, person)
        ],
    )


@bp.post("/counselling/duty", endpoint="duty")
@policy(counsellors)
@retried
def duty() -> Response:
    """Go on duty or off it."""
    is_on = request.form.get("on") == "1"
    service.set_duty(present_room(), current_person(), is_on=is_on)
    return redirect(url_for("counselling.desk"))


def _student_page(person: Person, form: dict[str, Any], errors: dict[str, str]) -> str:
    room = present_room()
    threads = service.threads_of_student(room, person)
    return render_template(
        "counselling/index.html",
        threads=[_card(each, for_student=True) for each in threads],
        counsellors=_offered(),
        hotlines=HOTLINES,
        form=form,
        errors=errors,
        key=uuid4().hex,
    )


def _thread_page(thread_id: UUID, errors: dict[str, str]) -> str:
    room, person = present_room(), current_person()
    found = service.read(room, person, thread_id)
    thread, mine = found.thread, found.why == Why.OWN
    ids = {thread.counsellor_id} if thread.counsellor_id else set()
    known = people(db_session(), ids)
    return render_template(
        "counselling/thread.html",
        thread=_card(thread, for_student=mine),
        mine=mine,
        said=said_cards(found.said, gettext),
        counsellor=known[thread.counsellor_id].name if thread.counsellor_id else None,
        call=crisis.live_call_of(room, thread.id),
        referrals=[] if mine else referrals.referrals_of(room, person, thread.id),
        counsellors=_offered() if mine else [],
        hotlines=HOTLINES,
        today=local(now()).date(),
        follow_up=local(now() + USUAL_FOLLOW_UP).date(),
        text=request.form.get("text", ""),
        errors=errors,
        key=uuid4().hex,
    )


def _offered() -> list[dict[str, Any]]:
    return [
        {"id": person.id, "name": person.name, "on_duty": is_on}
        for person, is_on in service.counsellors(present_room())
    ]


def _card(thread: Thread, *, for_student: bool = False) -> dict[str, Any]:
    return thread_card(thread, str(get_locale()), for_student=for_student)


def _form_key() -> str | None:
    return request.form.get("key", "")[:LONGEST_KEY] or None


def _to_thread(thread_id: UUID) -> Response:
    return redirect(url_for("counselling.show", thread_id=thread_id))
