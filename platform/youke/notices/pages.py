"""The page of notices, and their number on every page."""

from typing import Any

from apiflask import APIBlueprint
from flask import redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, signed_in
from youke.http.context import db_session
from youke.http.policies import policy
from youke.notices import service
from youke.notices.api import in_words

bp = APIBlueprint("notices", __name__, enable_openapi=False)


@bp.get("/notices")
@policy(signed_in)
def index() -> str:
    """Show what one was told, newest first."""
    page = service.notices_of(db_session(), current_person().id)
    notices = [in_words(notice) for notice in page.items]
    return render_template("notices/index.html", notices=notices)


@bp.post("/notices/read")
@policy(signed_in)
def read_all() -> Response:
    """Note that one has seen all notices."""
    service.mark_all_read(db_session(), current_person().id)
    return redirect(url_for("notices.index"))


@bp.app_context_processor
def for_templates() -> dict[str, Any]:
    """Give every page the number of notices that its reader has not seen."""
    return {"unread_notices": _unread()}


def _unread() -> int:
    """Return the number; an error page must come out without the database, too."""
    try:
        if not current_user or not current_user.is_authenticated:
            return 0
        return service.unread_count(db_session(), current_user.id)
    except SQLAlchemyError:
        return 0
