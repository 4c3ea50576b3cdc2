"""The pages on which a published session is changed or cancelled."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import ValidationError
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having
from youke.accounts.service import ADMINISTRATORS, Role
from youke.http.context import db_session
from youke.http.errors import translated
from youke.http.forms import sentences
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.clock import local
from youke.kernel.errors import ConflictError, InvalidError
from youke.tutoring import service
from youke.tutoring.errors import OnlyOwnSessionsError
from youke.tutoring.forms import field_of, filled
from youke.tutoring.schemas import SessionChangeIn

bp = APIBlueprint("calendar_pages", __name__, enable_openapi=False)
publishers = having(Role.TUTOR, *ADMINISTRATORS)


@bp.get("/sessions/<uuid:session_id>/edit")
@policy(publishers)
def edit(session_id: UUID) -> str:
    """Show the form with what the session is now."""
    found = service.find_session(db_session(), session_id)
    if not service.may_change(found, current_person()):
        raise OnlyOwnSessionsError
    form = {
        "starts_at": f"{local(found.starts_at):%Y-%m-%dT%H:%M}",
        "ends_at": f"{local(found.ends_at):%Y-%m-%dT%H:%M}",
        "capacity": found.capacity,
    }
    return _form(session_id, form, {})


@bp.post("/sessions/<uuid:session_id>/edit")
@policy(publishers)
@retried
def save(session_id: UUID) -> Response | tuple[str, int]:
    """Change the session."""
    form = request.form.to_dict()
    try:
        wanted = SessionChangeIn.model_validate(filled(form, SessionChangeIn))
        change = service.SessionChange(**wanted.model_dump())
        service.change(db_session(), session_id, current_person(), change)
    except ValidationError as error:
        return _form(session_id, form, sentences(error)), 422
    except (InvalidError, ConflictError) as error:
        errors = {field_of(error, form): translated(error)}
        return _form(session_id, form, errors), 422
    flash(gettext("The session is changed."))
    return redirect(url_for("tutoring.sessions"))


@bp.post("/sessions/<uuid:session_id>/cancel")
@policy(publishers)
@retried
def cancel(session_id: UUID) -> Response:
    """Cancel the session."""
    try:
        service.cancel(db_session(), session_id, current_person())
    except ConflictError as error:
        flash(translated(error))
    else:
        flash(gettext("The session is cancelled."))
    return redirect(url_for("tutoring.sessions"))


def _form(session_id: UUID, form: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "tutoring/edit_session.html", session_id=session_id, form=form, errors=errors
    )
