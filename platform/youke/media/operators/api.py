"""`/api/v1/encodings` and `/api/v1/lessons/{id}/re-encode`."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask_babel import gettext

from youke.accounts.guards import administrators, current_person
from youke.http.context import db_session
from youke.http.idempotency import idempotent
from youke.http.policies import policy
from youke.http.retry import retried
from youke.media.models import Encoding
from youke.media.operators import listing, service
from youke.media.operators.cards import encoding_details, encoding_messages
from youke.media.operators.schemas import (
    EncodingDetailsOut,
    EncodingPageOut,
    EncodingQuery,
)
from youke.media.operators.scope import check_overseen, overseen

bp = APIBlueprint("operators_api", __name__, url_prefix="/api/v1", tag="encodings")


@bp.get("/encodings")
@policy(administrators)
@bp.input(EncodingQuery, location="query")
@bp.output(EncodingPageOut)
def index(query_data: EncodingQuery) -> dict[str, Any]:
    """List the encodings of the own organisation's lessons, newest first."""
    session = db_session()
    page = listing.encodings_page(
        session,
        overseen(current_person()),
        query_data.state,
        cursor=query_data.cursor,
        limit=query_data.limit,
    )
    items = encoding_messages(session, page.items, gettext)
    return {"items": items, "next": page.next}


@bp.get("/encodings/<uuid:encoding_id>")
@policy(administrators)
@bp.output(EncodingDetailsOut)
def show(encoding_id: UUID) -> dict[str, Any]:
    """Show one encoding: steps, recipe, renditions."""
    return _details(_found(encoding_id))


@bp.post("/encodings/<uuid:encoding_id>/retry")
@policy(administrators)
@retried
@bp.output(EncodingDetailsOut, status_code=202)
def retry(encoding_id: UUID) -> dict[str, Any]:
    """Begin again what has failed."""
    return _details(service.retry(db_session(), _found(encoding_id)))


@bp.post("/encodings/<uuid:encoding_id>/cancel")
@policy(administrators)
@retried
@bp.output(EncodingDetailsOut)
def cancel(encoding_id: UUID) -> dict[str, Any]:
    """Stop the work; the lesson goes back to the video that it has."""
    encoding = _found(encoding_id)
    service.cancel(db_session(), encoding)
    return _details(encoding)


@bp.post("/lessons/<uuid:lesson_id>/re-encode")
@policy(administrators)
@retried
@idempotent
@bp.output(EncodingDetailsOut, status_code=202)
def reencode(lesson_id: UUID) -> dict[str, Any]:
    """Make a lesson's renditions anew; the present ones are watched until then."""
    session = db_session()
    check_overseen(session, lesson_id, current_person())
    return _details(service.reencode(session, lesson_id))


def _found(encoding_id: UUID) -> Encoding:
    return listing.find_encoding(db_session(), encoding_id, overseen(current_person()))


def _details(encoding: Encoding) -> dict[str, Any]:
    return encoding_details(db_session(), encoding, gettext)
