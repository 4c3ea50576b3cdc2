"""`/api/v1/lessons/{id}/watch` and `…/like`, `/api/v1/me/history` and `…/likes`."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, signed_in
from youke.engagement import service
from youke.engagement.schemas import (
    ForgetQuery,
    LikesOut,
    OwnLessonsQuery,
    WatchesIn,
    WatchesOut,
    WatchIn,
)
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


@bp.post("/watches")
@policy(signed_in)
@bp.input(WatchesIn)
@bp.output(WatchesOut)
def watches(json_data: WatchesIn) -> dict[str, Any]:
    """Note what has been seen of several lessons, after a time without network."""
    events = [
        service.Event(
            lesson_id=each.lesson,
            beat=service.Heartbeat(**each.model_dump(exclude={"lesson"})),
        )
        for each in json_data.events
    ]
    refused = service.record_watches(db_session(), current_person(), events)
    return {
        "refused": [{"lesson": each, "code": why.code} for each, why in refused.items()]
    }


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


@bp.delete("/me/history")
@policy(signed_in)
@bp.input(ForgetQuery, location="query")
@bp.output({}, status_code=204)
def forget(query_data: ForgetQuery) -> tuple[str, int]:
    """Forget what one has watched and, if wanted, what one likes."""
    session, person = db_session(), current_person()
    service.forget_watches(session, person.id)
    if query_data.likes:
        service.forget_likes(session, person.id)
    return "", 204


@bp.get("/me/likes")
@policy(signed_in)
@bp.input(OwnLessonsQuery, location="query")
@bp.output(LessonPage)
def likes(query_data: OwnLessonsQuery) -> Page[Lesson]:
    """List the lessons that one likes, latest first."""
    person, place = current_person(), query_data.model_dump()
    return service.liked_lessons(db_session(), person.id, **place)
