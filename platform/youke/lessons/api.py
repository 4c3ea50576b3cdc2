"""`/api/v1/lessons`."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import ADMINISTRATORS, Role
from youke.http.context import db_session
from youke.http.idempotency import idempotent
from youke.http.paging import Page
from youke.http.policies import policy
from youke.lessons import service
from youke.lessons.details import describe
from youke.lessons.models import Lesson
from youke.lessons.schemas import (
    LessonChange,
    LessonDetail,
    LessonIn,
    LessonOut,
    LessonPage,
    LessonQuery,
)
from youke.lessons.search import LessonFilter, list_lessons

bp = APIBlueprint("lessons_api", __name__, url_prefix="/api/v1", tag="lessons")
authors = having(Role.TEACHER, *ADMINISTRATORS)


@bp.post("/lessons")
@policy(authors)
@idempotent
@bp.input(LessonIn)
@bp.output(LessonOut, status_code=201)
def create(json_data: LessonIn) -> Lesson:
    """Create a lesson; its video is uploaded next."""
    draft = service.LessonDraft(**json_data.model_dump())
    return service.create_lesson(db_session(), current_person(), draft)


@bp.get("/lessons")
@policy(signed_in)
@bp.input(LessonQuery, location="query")
@bp.output(LessonPage)
def index(query_data: LessonQuery) -> Page[Lesson]:
    """List published lessons."""
    wanted = query_data.model_dump(exclude={"cursor", "limit"})
    return list_lessons(
        db_session(),
        LessonFilter(**wanted),
        cursor=query_data.cursor,
        limit=query_data.limit,
    )


@bp.get("/lessons/<uuid:lesson_id>")
@policy(signed_in)
@bp.output(LessonDetail)
def show(lesson_id: UUID) -> dict[str, Any]:
    """Describe one lesson."""
    session, person = db_session(), current_person()
    lesson = service.find_lesson(session, lesson_id, person)
    return _detail(lesson)


@bp.patch("/lessons/<uuid:lesson_id>")
@policy(authors)
@bp.input(LessonChange)
@bp.output(LessonDetail)
def revise(lesson_id: UUID, json_data: LessonChange) -> dict[str, Any]:
    """Correct what the lesson says of itself; fields that are not sent stay."""
    session = db_session()
    lesson = service.own_lesson(session, lesson_id, current_person())
    return _detail(service.revise_lesson(session, lesson, json_data.sent()))


@bp.post("/lessons/<uuid:lesson_id>/publish")
@policy(authors)
@bp.output(LessonDetail)
def publish(lesson_id: UUID) -> dict[str, Any]:
    """Show the lesson to everybody, from when it is playable."""
    lesson = service.own_lesson(db_session(), lesson_id, current_person())
    service.publish(lesson)
    return _detail(lesson)


@bp.post("/lessons/<uuid:lesson_id>/withdraw")
@policy(authors)
@bp.output(LessonDetail)
def withdraw(lesson_id: UUID) -> dict[str, Any]:
    """Hide the lesson again."""
    lesson = service.own_lesson(db_session(), lesson_id, current_person())
    service.withdraw(lesson)
    return _detail(lesson)


def _detail(lesson: Lesson) -> dict[str, Any]:
    known = LessonOut.model_validate(lesson).model_dump()
    return known | describe(db_session(), lesson, current_person())
