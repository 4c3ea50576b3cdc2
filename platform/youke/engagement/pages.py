"""The page of one's own data: what is used, the switch, and forgetting."""

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, signed_in
from youke.accounts.service import (
    Role,
    decide_profiling,
    decision_on_profiling,
    profiling_allowed,
)
from youke.engagement import service
from youke.http.context import db_session
from youke.http.policies import policy
from youke.http.preferences import own_path

bp = APIBlueprint("privacy", __name__, enable_openapi=False)


@bp.get("/me/privacy")
@policy(signed_in)
def privacy() -> str:
    """Say what is known of the person, what for, and let them decide."""
    session, person = db_session(), current_person()
    return render_template(
        "own/privacy.html",
        allowed=profiling_allowed(session, person),
        decided=decision_on_profiling(session, person.id) is not None,
        is_student=person.has(Role.STUDENT),
        watched=service.count_watched(session, person.id),
        liked=service.count_liked(session, person.id),
    )


@bp.post("/me/privacy/profiling")
@policy(signed_in)
def decide() -> Response:
    """Note a yes or a no, and go back to where it was asked."""
    person, granted = current_person(), request.form.get("granted") == "yes"
    decide_profiling(db_session(), person, granted=granted, given_by=person)
    flash(
        gettext("Recommendations now follow what you watch and like.")
        if granted
        else gettext("Recommendations no longer look at what you did.")
    )
    return redirect(own_path(request.form.get("next") or "/me/privacy"))


@bp.post("/me/privacy/forget")
@policy(signed_in)
def forget() -> Response:
    """Forget what the person watched, and their likes if they want that, too."""
    session, person = db_session(), current_person()
    service.forget_watches(session, person.id)
    if request.form.get("likes"):
        service.forget_likes(session, person.id)
    flash(gettext("It is forgotten."))
    return redirect("/me/privacy")
