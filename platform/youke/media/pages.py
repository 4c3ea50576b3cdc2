"""The teacher's studio: own lessons, a new one, its upload and progress."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having
from youke.accounts.service import ADMINISTRATORS, Role
from youke.http.context import db_session, runtime
from youke.http.errors import translated
from youke.http.forms import sentences
from youke.http.policies import policy
from youke.kernel.errors import InvalidError
from youke.lessons import service as lessons
from youke.lessons.schemas import LessonIn
from youke.lessons.service import Lesson, LessonDraft
from youke.media import playback, uploads
from youke.web.cards import catalogue_choices, lesson_cards

bp = APIBlueprint("media", __name__, enable_openapi=False)
authors = having(Role.TEACHER, *ADMINISTRATORS)
FIELDS = (
    *("title", "stage", "grade", "subject", "edition", "volume", "chapter"),
    *("tags", "summary"),
)


@bp.get("/studio")
@policy(authors)
def studio() -> str:
    """List the teacher's lessons."""
    session, person = db_session(), current_person()
    mine = lessons.own_lessons(session, person)
    return render_template(
        "studio/index.html", lessons=lesson_cards(session, mine, person)
    )


@bp.get("/studio/new")
@policy(authors)
def new_lesson() -> str:
    """Show the form for a new lesson."""
    return _form({}, {})


@bp.post("/studio/new")
@policy(authors)
def create_lesson() -> Response | tuple[str, int]:
    """Create the lesson and go on to its upload."""
    form = {name: request.form.get(name, "") for name in FIELDS}
    try:
        draft = LessonIn.model_validate(_filled(form))
        lesson = lessons.create_lesson(
            db_session(), current_person(), LessonDraft(**draft.model_dump())
        )
    except ValidationError as error:
        return _form(form, sentences(error)), 422
    except InvalidError as error:
        return _form(form, {_field_of(error): translated(error)}), 422
    return redirect(f"/studio/lessons/{lesson.id}")


@bp.get("/studio/lessons/<uuid:lesson_id>")
@policy(authors)
def studio_lesson(lesson_id: UUID) -> str:
    """Show one's lesson: upload, progress, publishing."""
    session = db_session()
    lesson = _own(lesson_id)
    (card,) = lesson_cards(session, [lesson], current_person())
    return render_template(
        "studio/lesson.html",
        lesson=card,
        playback_url=_playback_url(lesson),
        poster_url=card["poster_url"],
        media=playback.media_description(session, lesson),
        open_upload=uploads.open_upload(session, lesson.id),
    )


@bp.post("/studio/lessons/<uuid:lesson_id>/publish")
@policy(authors)
def publish(lesson_id: UUID) -> Response:
    """Show the lesson to everybody."""
    lessons.publish(_own(lesson_id))
    return redirect(f"/studio/lessons/{lesson_id}")


@bp.post("/studio/lessons/<uuid:lesson_id>/withdraw")
@policy(authors)
def withdraw(lesson_id: UUID) -> Response:
    """Hide the lesson again."""
    lessons.withdraw(_own(lesson_id))
    return redirect(f"/studio/lessons/{lesson_id}")


def _own(lesson_id: UUID) -> Lesson:
    return lessons.own_lesson(db_session(), lesson_id, current_person())


def _playback_url(lesson: Lesson) -> str | None:
    links = playback.PlaybackLinks(runtime().settings.secret_key)
    return links.web_address(lesson, current_person()) if lesson.playable else None


def _filled(form: dict[str, str]) -> dict[str, Any]:
    """Return what was filled in; tags come separated by commas of either script."""
    values: dict[str, Any] = {k: v for k, v in form.items() if v.strip()}
    tags = form["tags"].replace("，", ",").replace("、", ",").split(",")
    return values | {"tags": [tag.strip() for tag in tags if tag.strip()]}


def _field_of(error: InvalidError) -> str:
    return next((name for name in FIELDS if name in error.code), "title")


def _form(form: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "studio/new.html", form=form, errors=errors, choices=catalogue_choices()
    )
