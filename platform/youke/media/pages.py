"""The teacher's studio: own lessons, a new one, its upload and progress."""

from collections.abc import Callable
from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request
from flask_babel import gettext
from pydantic import ValidationError
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having
from youke.accounts.service import ADMINISTRATORS, Role
from youke.captions import automatic
from youke.captions import service as captions
from youke.http.context import db_session, runtime
from youke.http.errors import translated
from youke.http.forms import sentences
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.errors import InvalidError
from youke.lessons import service as lessons
from youke.lessons.schemas import LessonIn
from youke.lessons.service import Lesson, LessonDraft
from youke.media import deletion, encodings, playback, uploads
from youke.media.errors import WithdrawFirstError
from youke.media.forms import FIELDS, field_of, filled, form_of
from youke.web.cards import catalogue_choices, lesson_cards

bp = APIBlueprint("media", __name__, enable_openapi=False)
authors = having(Role.TEACHER, *ADMINISTRATORS)
LANGUAGE_CHOICES = [
    {"code": code, "name": name} for code, name in captions.LANGUAGES.items()
]


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

    def create(said: LessonIn) -> Lesson:
        draft = LessonDraft(**said.model_dump())
        return lessons.create_lesson(db_session(), current_person(), draft)

    return _saved(create)


@bp.get("/studio/lessons/<uuid:lesson_id>")
@policy(authors)
def studio_lesson(lesson_id: UUID) -> str:
    """Show one's lesson: upload, progress, publishing."""
    session = db_session()
    lesson = _own(lesson_id)
    (card,) = lesson_cards(session, [lesson], current_person())
    transcribing = automatic.state(session, runtime().settings, lesson)
    return render_template(
        "studio/lesson.html",
        lesson=card,
        playback_url=_playback_url(lesson),
        growing=playback.still_growing(session, lesson),
        poster_url=card["poster_url"],
        media=playback.media_description(session, lesson),
        open_upload=uploads.open_upload(session, lesson.id),
        time_left_s=encodings.time_left_s(session, lesson.id),
        captions=captions.of_lesson(session, lesson.id),
        languages=LANGUAGE_CHOICES,
        transcribing=transcribing,
    )


@bp.get("/studio/lessons/<uuid:lesson_id>/edit")
@policy(authors)
def edit_lesson(lesson_id: UUID) -> str:
    """Show the form with what the lesson says of itself."""
    lesson = _own(lesson_id)
    return _form(form_of(lesson), {}, lesson)


@bp.post("/studio/lessons/<uuid:lesson_id>/edit", endpoint="revise_lesson")
@policy(authors)
def revise_lesson(lesson_id: UUID) -> Response | tuple[str, int]:
    """Take the corrections; what was emptied is cleared."""
    lesson = _own(lesson_id)

    def revise(said: LessonIn) -> Lesson:
        return lessons.revise_lesson(db_session(), lesson, said.model_dump())

    return _saved(revise, lesson)


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


@bp.post("/studio/lessons/<uuid:lesson_id>/delete")
@policy(authors)
@retried
def delete(lesson_id: UUID) -> Response:
    """Delete the lesson for ever, unless somebody published it meanwhile."""
    try:
        deletion.delete_lesson(db_session(), lesson_id, current_person())
    except WithdrawFirstError as error:
        flash(translated(error), "error")
        return redirect(f"/studio/lessons/{lesson_id}")
    flash(gettext("The lesson is deleted."))
    return redirect("/studio")


def _own(lesson_id: UUID) -> Lesson:
    return lessons.own_lesson(db_session(), lesson_id, current_person())


def _playback_url(lesson: Lesson) -> str | None:
    links = playback.PlaybackLinks(runtime().settings.secret_key)
    return links.web_address(lesson, current_person()) if lesson.playable else None


def _saved(
    save: Callable[[LessonIn], Lesson], lesson: Lesson | None = None
) -> Response | tuple[str, int]:
    """Save what the form says, or show it again with what is wrong."""
    form = {name: request.form.get(name, "") for name in FIELDS}
    try:
        saved = save(LessonIn.model_validate(filled(form)))
    except ValidationError as error:
        return _form(form, sentences(error), lesson), 422
    except InvalidError as error:
        return _form(form, {field_of(error): translated(error)}, lesson), 422
    return redirect(f"/studio/lessons/{saved.id}")


def _form(
    form: dict[str, str], errors: dict[str, str], lesson: Lesson | None = None
) -> str:
    return render_template(
        "studio/new.html",
        form=form,
        errors=errors,
        choices=catalogue_choices(),
        lesson=lesson,
    )
