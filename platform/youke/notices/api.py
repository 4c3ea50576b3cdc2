"""`/api/v1/notices`."""

from typing import Any

from apiflask import APIBlueprint
from flask_babel import gettext

from youke.accounts.guards import current_person, signed_in
from youke.http.context import db_session
from youke.http.policies import policy
from youke.notices import service
from youke.notices.schemas import NoticePageOut, NoticeQuery, UnreadOut
from youke.notices.service import Notice

bp = APIBlueprint("notices_api", __name__, url_prefix="/api/v1", tag="notices")


@bp.get("/notices")
@policy(signed_in)
@bp.input(NoticeQuery, location="query")
@bp.output(NoticePageOut)
def index(query_data: NoticeQuery) -> dict[str, Any]:
    """List what one was told, newest first."""
    session, person = db_session(), current_person()
    page = service.notices_of(
        session, person.id, cursor=query_data.cursor, limit=query_data.limit
    )
    return {
        "items": [in_words(notice) for notice in page.items],
        "next": page.next,
        "unread": service.unread_count(session, person.id),
    }


@bp.post("/notices/read")
@policy(signed_in)
@bp.output(UnreadOut)
def read_all() -> dict[str, int]:
    """Note that one has seen all notices."""
    service.mark_all_read(db_session(), current_person().id)
    return {"unread": 0}


def in_words(notice: Notice) -> dict[str, Any]:
    """Return the notice with its sentence in the reader's language."""
    sentence: str = gettext(service.sentence_of(notice))
    return {
        "id": notice.id,
        "kind": notice.kind,
        "text": sentence.format_map(notice.data),
        "data": notice.data,
        "href": notice.href,
        "created_at": notice.created_at,
        "read": notice.read,
    }
