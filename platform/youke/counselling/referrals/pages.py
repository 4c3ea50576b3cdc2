"""Pages: the counsellor writes referrals down and follows them."""

from datetime import date
from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having
from youke.accounts.service import Role
from youke.counselling.doors import present_room
from youke.counselling.errors import FollowUpInPastError
from youke.counselling.referrals import service
from youke.http.errors import translated
from youke.http.policies import policy
from youke.http.retry import retried

bp = APIBlueprint("counselling_referrals", __name__, enable_openapi=False)
counsellors = having(Role.COUNSELLOR)
LONGEST_NOTE = 2000


@bp.post("/counselling/<uuid:thread_id>/referrals")
@policy(counsellors)
@retried
def refer(thread_id: UUID) -> Response:
    """Send the student on."""
    note, day = _note(), _day()
    if not note or day is None:
        flash(gettext("Please say to whom, and when you look again."), "error")
        return _back(thread_id)
    try:
        service.refer(
            present_room(), current_person(), thread_id, note=note, follow_up_on=day
        )
    except FollowUpInPastError as error:
        flash(translated(error), "error")
    return _back(thread_id)


@bp.post("/counselling/<uuid:thread_id>/referrals/<uuid:referral_id>")
@policy(counsellors)
@retried
def follow_up(thread_id: UUID, referral_id: UUID) -> Response:
    """Write down what came of it, and look again or close."""
    note = _note()
    day = None if request.form.get("close") else _day()
    if not note or (day is None and not request.form.get("close")):
        flash(gettext("Please say what came of it, and when you look again."), "error")
        return _back(thread_id)
    try:
        service.follow_up(
            present_room(), current_person(), referral_id, note=note, follow_up_on=day
        )
    except FollowUpInPastError as error:
        flash(translated(error), "error")
    return _back(thread_id)


def _note() -> str:
    return request.form.get("note", "").strip().replace("\0", "")[:LONGEST_NOTE]


def _day() -> date | None:
    try:
        return date.fromisoformat(request.form.get("follow_up_on", ""))
    except ValueError:
        return None


def _back(thread_id: UUID) -> Response:
    return redirect(url_for("counselling.show", thread_id=thread_id))
