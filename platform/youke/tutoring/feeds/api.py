"""`/api/v1/me/calendar-feed`, and the feed that calendars read."""

from apiflask import APIBlueprint
from flask import Response, request, url_for
from flask_babel import force_locale, get_locale, gettext

from youke.accounts.guards import current_person, signed_in
from youke.http.context import db_session
from youke.http.policies import anyone, policy
from youke.http.preferences import LANGUAGES
from youke.tutoring.feeds import service
from youke.tutoring.feeds.cards import entries_of
from youke.tutoring.feeds.ics import calendar
from youke.tutoring.feeds.schemas import FeedOut

bp = APIBlueprint("feeds_api", __name__, url_prefix="/api/v1", tag="tutoring")
feed_bp = APIBlueprint("feeds", __name__, enable_openapi=False)


@bp.post("/me/calendar-feed")
@policy(signed_in)
@bp.output(FeedOut, status_code=201)
def open_feed() -> dict[str, str]:
    """Open a feed of one's sessions; an address given before answers no more."""
    secret = service.open_feed(db_session(), current_person().id)
    language = str(get_locale())
    return {"url": url_for("feeds.show", secret=secret, lang=language, _external=True)}


@bp.delete("/me/calendar-feed")
@policy(signed_in)
@bp.output({}, status_code=204)
def close_feed() -> str:
    """Let the feed answer no more."""
    service.close_feed(db_session(), current_person().id)
    return ""


@feed_bp.get("/calendar/<secret>.ics")
@policy(anyone)
def show(secret: str) -> Response:
    """Answer with the calendar; its secret address is the key."""
    session = db_session()
    owner = service.owner_of(session, secret)
    wanted = request.args.get("lang", "")
    language = wanted if wanted in LANGUAGES else LANGUAGES[0]
    with force_locale(language):
        entries = entries_of(
            session,
            service.sessions_of(session, owner.id),
            locale=language,
            address=lambda path: request.host_url.rstrip("/") + path,
        )
        content = calendar(gettext("Youke tutoring"), entries)
    answer = Response(content, mimetype="text/calendar")
    # It is one person's: nothing between us and the calendar may keep it.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
