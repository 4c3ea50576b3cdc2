"""`/api/v1/lessons/{id}/captions`."""

from collections.abc import Sequence
from uuid import UUID

from apiflask import APIBlueprint
from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import ADMINISTRATORS, Role
from youke.captions import service
from youke.captions.schemas import CaptionsListOut, CaptionsOut
from youke.captions.service import Captions
from youke.http.context import db_session, runtime
from youke.http.policies import policy
from youke.http.retry import retried
from youke.lessons.service import find_lesson, own_lesson

bp = APIBlueprint("captions_api", __name__, url_prefix="/api/v1", tag="captions")
authors = having(Role.TEACHER, *ADMINISTRATORS)
#: How caption files are named on the way; what they are is read from them.
NAMED = frozenset({"", "text/vtt", "application/x-subrip", "text/plain"})
UNNAMED = "application/octet-stream"
FORM = "multipart/form-data"


@bp.get("/lessons/<uuid:lesson_id>/captions")
@policy(signed_in)
@bp.output(CaptionsListOut)
def index(lesson_id: UUID) -> dict[str, Sequence[Captions]]:
    """List a lesson's captions."""
    lesson = find_lesson(db_session(), lesson_id, current_person())
    return {"items": service.of_lesson(db_session(), lesson.id)}


@bp.put("/lessons/<uuid:lesson_id>/captions/<string:language>")
@policy(authors)
@retried
@bp.output(CaptionsOut)
@bp.doc(responses=[413, 415, 422])
def save(lesson_id: UUID, language: str) -> Captions:
    """Upload WebVTT or SubRip, as the body or as the `file` of a form."""
    lesson = own_lesson(db_session(), lesson_id, current_person())
    return service.save(
        db_session(), runtime().store, lesson, language=language, data=_sent()
    )


@bp.delete("/lessons/<uuid:lesson_id>/captions/<string:language>")
@policy(authors)
@retried
@bp.output({}, status_code=204)
def remove(lesson_id: UUID, language: str) -> str:
    """Take the captions in a language away."""
    lesson = own_lesson(db_session(), lesson_id, current_person())
    service.remove(db_session(), lesson, language)
    return ""


def _sent() -> bytes:
    if request.mimetype == FORM:
        file = request.files.get("file")
        return file.read() if file else b""
    if request.mimetype in NAMED | {UNNAMED}:
        return request.get_data()
    raise UnsupportedMediaType
