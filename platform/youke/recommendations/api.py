"""`/api/v1/recommendations`, `…/lessons/{id}/related`, `…/classes/{id}/pins`."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import Role
from youke.http.context import db_session, runtime
from youke.http.policies import policy
from youke.lessons.schemas import LessonOut
from youke.lessons.service import find_lesson
from youke.recommendations import service
from youke.recommendations.schemas import (
    Pins,
    RecommendationQuery,
    Recommendations,
    RelatedLessons,
    RelatedQuery,
)

bp = APIBlueprint(
    "recommendations_api", __name__, url_prefix="/api/v1", tag="recommendations"
)

teachers = having(Role.TEACHER)


@bp.get("/recommendations")
@policy(signed_in)
@bp.input(RecommendationQuery, location="query")
@bp.output(Recommendations)
def index(query_data: RecommendationQuery) -> dict[str, Any]:
    """Recommend lessons to the person who asks."""
    found = service.recommend(
        db_session(),
        runtime().store,
        current_person(),
        query_data.limit,
        subject=query_data.subject,
    )
    tokens = service.shown(found, runtime().settings.secret_key)
    return {
        "items": [
            {
                "lesson": each.lesson,
                "reason": each.reason,
                "source": each.source,
                "why": each.why,
                "slot": token,
            }
            for each, token in zip(found, tokens, strict=True)
        ]
    }


@bp.get("/lessons/<uuid:lesson_id>/related")
@policy(signed_in)
@bp.input(RelatedQuery, location="query")
@bp.output(RelatedLessons)
def related(lesson_id: UUID, query_data: RelatedQuery) -> dict[str, Any]:
    """List lessons to go on with beside this one."""
    session, person = db_session(), current_person()
    lesson = find_lesson(session, lesson_id, person)
    found = service.related(
        session, runtime().store, lesson, person, limit=query_data.limit
    )
    tokens = service.shown(found, runtime().settings.secret_key)
    return {"items": [_flat(e, token) for e, token in zip(found, tokens, strict=True)]}


@bp.get("/classes/<uuid:class_id>/pins")
@policy(signed_in)
@bp.output(Pins)
def pins(class_id: UUID) -> dict[str, Any]:
    """List what is recommended to a class, to its teachers and its students."""
    lessons = service.pins_to_see(db_session(), current_person(), class_id)
    return {"lessons": lessons}


@bp.put("/classes/<uuid:class_id>/pins/<uuid:lesson_id>")
@policy(teachers)
@bp.output(Pins)
def pin(class_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Recommend a lesson to a class; once more changes nothing."""
    session, person = db_session(), current_person()
    service.pin(session, person, class_id, lesson_id)
    return {"lessons": service.pins_to_see(session, person, class_id)}


@bp.delete("/classes/<uuid:class_id>/pins/<uuid:lesson_id>")
@policy(teachers)
@bp.output(Pins)
def unpin(class_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Take a recommendation to a class back."""
    session, person = db_session(), current_person()
    service.unpin(session, person, class_id, lesson_id)
    return {"lessons": service.pins_to_see(session, person, class_id)}


def _flat(found: service.Recommended, token: str) -> dict[str, Any]:
    lesson = LessonOut.model_validate(found.lesson).model_dump()
    return lesson | {"reason": found.reason, "source": found.source, "slot": token}
