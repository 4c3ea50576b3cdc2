"""`/api/v1/recommendations` and `/api/v1/lessons/{id}/related`."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from youke.accounts.guards import current_person, signed_in
from youke.http.context import db_session, runtime
from youke.http.policies import policy
from youke.lessons.schemas import LessonOut
from youke.lessons.service import find_lesson
from youke.recommendations import service
from youke.recommendations.schemas import (
    RecommendationQuery,
    Recommendations,
    RelatedLessons,
    RelatedQuery,
)

bp = APIBlueprint(
    "recommendations_api", __name__, url_prefix="/api/v1", tag="recommendations"
)


@bp.get("/recommendations")
@policy(signed_in)
@bp.input(RecommendationQuery, location="query")
@bp.output(Recommendations)
def index(query_data: RecommendationQuery) -> dict[str, Any]:
    """Recommend lessons to the person who asks."""
    items = service.recommend(
        db_session(),
        runtime().store,
        current_person(),
        query_data.limit,
        subject=query_data.subject,
    )
    return {"items": items}


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
    return {"items": [_flat(each) for each in found]}


def _flat(found: service.Recommended) -> dict[str, Any]:
    lesson = LessonOut.model_validate(found.lesson).model_dump()
    return lesson | {"reason": found.reason, "source": found.source}
