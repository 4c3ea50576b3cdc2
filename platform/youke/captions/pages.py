"""Captions on a lesson's page in the studio."""

from collections.abc import Callable
from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having
from youke.accounts.service import ADMINISTRATORS, Role
from youke.captions import automatic, service
from youke.http.context import db_session, runtime
from youke.http.errors import translated
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    TooLargeError,
)
from youke.lessons.service import Lesson, own_lesson

bp = APIBlueprint("captions", __name__, enable_openapi=False)
authors = having(Role.TEACHER, *ADMINISTRATORS)


@bp.post("/studio/lessons/<uuid:lesson_id>/captions")
@policy(authors)
@retried
def save(lesson_id: UUID) -> Response:
    """Take a caption file for the chosen language."""

    def take(lesson: Lesson) -> str:
        file = request.files.get("file")
        saved = service.save(
            db_session(),
            runtime().store,
            lesson,
            language=request.form.get("language", ""),
            data=file.read() if file else b"",
        )
        told: str = gettext(
            "The captions are saved: %(label)s, %(cues)d lines.",
            label=saved.label,
            cues=saved.cues,
        )
        return told

    return _done(lesson_id, take)


@bp.post("/studio/lessons/<uuid:lesson_id>/captions/<string:language>/delete")
@policy(authors)
@retried
def remove(lesson_id: UUID, language: str) -> Response:
    """Take the captions in a language away."""

    def take(lesson: Lesson) -> str:
        service.remove(db_session(), lesson, language)
        return str(gettext("The captions are deleted."))

    return _done(lesson_id, take)


@bp.post("/studio/lessons/<uuid:lesson_id>/captions/automatic")
@policy(authors)
@retried
def transcribe(lesson_id: UUID) -> Response:
    """Have captions made of what is said."""

    def take(lesson: Lesson) -> str:
        automatic.begin(db_session(), runtime().settings, lesson)
        return str(gettext("Captions are being made; you will be told."))

    return _done(lesson_id, take)


def _done(lesson_id: UUID, do: Callable[[Lesson], str]) -> Response:
    """Do it for one's own lesson, and say on its page how it went."""
    lesson = own_lesson(db_session(), lesson_id, current_person())
    try:
        flash(do(lesson))
    except (InvalidError, TooLargeError, NotFoundError, ConflictError) as error:
        flash(translated(error), "here")
    return redirect(f"/studio/lessons/{lesson_id}#captions")
