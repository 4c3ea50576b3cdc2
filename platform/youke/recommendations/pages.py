"""The button with which a teacher recommends a lesson to a class."""

from uuid import UUID

from apiflask import APIBlueprint
from flask import redirect, request
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having
from youke.accounts.service import Role
from youke.http.context import db_session
from youke.http.policies import policy
from youke.recommendations import service

bp = APIBlueprint("pins", __name__, enable_openapi=False)
teachers = having(Role.TEACHER)


@bp.post("/lessons/<uuid:lesson_id>/pins/<uuid:class_id>")
@policy(teachers)
def change_pin(lesson_id: UUID, class_id: UUID) -> Response:
    """Recommend the lesson to the class, or take that back, and show the lesson."""
    act = service.unpin if request.form.get("pinned") == "no" else service.pin
    act(db_session(), current_person(), class_id, lesson_id)
    return redirect(f"/lessons/{lesson_id}", code=303)
