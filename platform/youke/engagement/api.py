"""`/api/v1/lessons/{id}/watch` and `…/like`, `/api/v1/me/history` and `…/likes`."""

from uuid import UUID

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, signed_in
from youke.engagement import service
from youke.engagement.schemas import LikesOut, OwnLessonsQuery, WatchIn
from youke.http.context import db_session
from youke.http.paging import Page
from youke.http.policies import policy
from youke.lessons.schemas import LessonPage
from youke.lessons.service import Lesson

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


@bp.get("/me/history")
@policy(signed_in)
@bp.input(OwnLessonsQuery, location="query")
@bp.output(LessonPage)
def history(query_data: OwnLessonsQuery) -> Page[Lesson]:
    """List the lessons that one has watched, latest first."""
    person, place = current_person(), query_data.model_dump()
    return service.watched_lessons(db_session(), person.id, **place)


@bp.get("/me/likes")
@policy(signed_in)
@bp.input(OwnLessonsQuery, location="query")
@bp.output(LessonPage)
def likes(query_data: OwnLessonsQuery) -> Page[Lesson]:
    """List the lessons that one likes, latest first."""
    person, place = current_person(), query_data.model_dump()
    return service.liked_lessons(db_session(), person.id, **place)
