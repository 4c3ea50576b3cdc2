"""`/admin/encodings`: what is being prepared, what went wrong, what is stored."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from youke.accounts.guards import administrators, current_person
from youke.accounts.service import people
from youke.http.context import db_session, runtime
from youke.http.errors import translated
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.errors import ConflictError
from youke.media.models import Encoding
from youke.media.operators import listing, service, storage
from youke.media.operators.cards import encoding_details, encoding_messages
from youke.media.operators.listing import View
from youke.media.operators.retention import Retention
from youke.media.operators.scope import overseen
from youke.media.operators.timeline import timeline
from youke.media.operators.wording import STANDINGS

bp = APIBlueprint("operators", __name__, enable_openapi=False)


@bp.get("/admin/encodings")
@policy(administrators)
def index() -> str:
    """List the encodings of a view, with the queue and what is stored above it."""
    session, lessons = db_session(), _lessons()
    view = _view(request.args.get("state"))
    cursor = request.args.get("cursor")
    page = listing.encodings_page(session, lessons, view, cursor=cursor)
    return render_template(
        "admin/encodings.html",
        encodings=encoding_messages(session, page.items, gettext),
        next_cursor=page.next,
        cursor=cursor,
        view=view and view.value,
        overview=listing.overview(session, lessons),
        unbegun=_unbegun() if view in {None, View.WAITING} and not cursor else [],
        stored=storage.stored(session, lessons),
        savings=storage.savings(session, lessons, _policy()),
        policy=_policy(),
        standings=STANDINGS,
    )


@bp.get("/admin/encodings/<uuid:encoding_id>")
@policy(administrators)
def show(encoding_id: UUID) -> str:
    """Show one encoding: steps, recipe, renditions."""
    encoding = encoding_details(db_session(), _found(encoding_id), gettext)
    return render_template(
        "admin/encoding.html",
        encoding=encoding,
        timeline=timeline(encoding["steps"]),
        standings=STANDINGS,
    )


@bp.post("/admin/encodings/<uuid:encoding_id>/retry")
@policy(administrators)
@retried
def retry(encoding_id: UUID) -> Response:
    """Begin again what has failed."""
    encoding = _found(encoding_id)
    begun = _tried(
        lambda: service.retry(db_session(), encoding), gettext("It begins again.")
    )
    return _to(begun or encoding)


@bp.post("/admin/encodings/<uuid:encoding_id>/cancel")
@policy(administrators)
@retried
def cancel(encoding_id: UUID) -> Response:
    """Stop the work."""
    encoding = _found(encoding_id)
    _tried(lambda: service.cancel(db_session(), encoding), gettext("It is stopped."))
    return _to(encoding)


@bp.post("/admin/encodings/<uuid:encoding_id>/re-encode")
@policy(administrators)
@retried
def reencode(encoding_id: UUID) -> Response:
    """Make the lesson's renditions anew."""
    encoding = _found(encoding_id)
    begun = _tried(
        lambda: service.reencode(db_session(), encoding.lesson_id),
        gettext("The versions are made anew, when nothing else is to do."),
    )
    return _to(begun or encoding)


def _lessons() -> ColumnElement[bool]:
    return overseen(current_person())


def _found(encoding_id: UUID) -> Encoding:
    return listing.find_encoding(db_session(), encoding_id, _lessons())


def _view(sent: str | None) -> View | None:
    return View(sent) if sent in set(View) else None


def _policy() -> Retention:
    return Retention.of(runtime().settings)


def _unbegun() -> list[dict[str, Any]]:
    """Return the lessons that wait for their first worker."""
    session = db_session()
    lessons = listing.unbegun_lessons(session, _lessons())
    teachers = people(session, {lesson.owner_id for lesson in lessons})
    return [
        {"title": lesson.title, "teacher": teachers[lesson.owner_id].name}
        for lesson in lessons
    ]


def _tried(action: Callable[[], Encoding | None], done: str) -> Encoding | None:
    """Do it and say so, or say why not; what was done before it stays."""
    try:
        with db_session().begin_nested():
            result = action()
    except ConflictError as error:
        flash(translated(error), "error")
        return None
    flash(done)
    return result


def _to(encoding: Encoding) -> Response:
    return redirect(url_for("operators.show", encoding_id=encoding.id))
