"""The page on which a person gets the address of the own calendar feed."""

from apiflask import APIBlueprint
from flask import redirect, render_template, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, signed_in
from youke.http.context import db_session
from youke.http.policies import policy
from youke.tutoring.feeds import service

bp = APIBlueprint("feeds_pages", __name__, enable_openapi=False)


@bp.get("/sessions/calendar")
@policy(signed_in)
def index() -> str:
    """Explain the feed, and say whether one is open."""
    is_open = service.has_feed(db_session(), current_person().id)
    return render_template("tutoring/calendar.html", is_open=is_open, address=None)


@bp.post("/sessions/calendar")
@policy(signed_in)
def open_feed() -> str:
    """Open a feed and show its address, this once."""
    secret = service.open_feed(db_session(), current_person().id)
    language = str(get_locale())
    address = url_for("feeds.show", secret=secret, lang=language, _external=True)
    return render_template("tutoring/calendar.html", is_open=True, address=address)


@bp.post("/sessions/calendar/close")
@policy(signed_in)
def close_feed() -> Response:
    """Let the feed answer no more."""
    service.close_feed(db_session(), current_person().id)
    return redirect(url_for("feeds_pages.index"))
