"""`/api/v1/lessons/{id}/watch` and `/api/v1/lessons/{id}/like`."""

from uuid import UUID

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, signed_in
from youke.engagement import service
from youke.engagement.schemas import LikesOut, WatchIn
from youke.http.context import db_session
from youke.http.policies import policy

bp = APIBlueprint("engagement_api", __name__, url_prefix="/api/v1", tag="engagement")


@bp.post("/lessons/<uuid:lesson_id>/watch")
@policy(signed_in)
@bp.input(WatchIn)
@bp.output({}, status_code=204)
def watch(lesson_id: UUID, json_data: WatchIn) -> tuple[str, int]:
    """Note what has been seen; sending the same again changes nothing."""
    beat = service.Heartbeat(**json_data.model_dump())
    service.record_watch(db_session(), current_person(), lesson_id, beat)
    return "", 204


@bp.put("/lessons/<uuid:lesson_id>/like")
@policy(signed_in)
@bp.output(LikesOut)
def like(lesson_id: UUID) -> service.Likes:
    """Like the lesson; once more changes nothing."""
    return service.like(db_session(), current_person(), lesson_id)


@bp.delete("/lessons/<uuid:lesson_id>/like")
@policy(signed_in)
@bp.output(LikesOut)
def unlike(lesson_id: UUID) -> service.Likes:
    """Take the like back."""
    return service.unlike(db_session(), current_person(), lesson_id)
