"""The pages on which tutors answer open questions."""

from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from pydantic import ValidationError
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having
from youke.accounts.service import Role
from youke.http.context import db_session
from youke.http.errors import translated
from youke.http.forms import sentences
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.clock import now
from youke.kernel.errors import ConflictError
from youke.questions.cards import question_items
from youke.questions.service import open_questions
from youke.tutoring.inbox import service
from youke.tutoring.inbox.schemas import InboxQuery
from youke.tutoring.schemas import AnswerIn
from youke.web.cards import catalogue_choices

bp = APIBlueprint("inbox", __name__, enable_openapi=False)
tutors = having(Role.TUTOR)


@bp.get("/desk/questions")
@policy(tutors)
def index() -> str:
    """List what one has taken, and what is open."""
    session, locale = db_session(), str(get_locale())
    wanted = InboxQuery(
        subject=request.args.get("subject") or None, cursor=request.args.get("cursor")
    )
    page = open_questions(session, **wanted.model_dump())
    return render_template(
        "tutoring/inbox.html",
        taken=question_items(
            session, service.taken_by(session, current_person()), locale
        ),
        questions=question_items(session, page.items, locale),
        next=page.next,
        subject=wanted.subject,
        subjects=catalogue_choices()["subjects"],
        moment=now(),
    )


@bp.post("/desk/questions/<uuid:question_id>/take")
@policy(tutors)
@retried
def take(question_id: UUID) -> Response:
    """Take a question and go to it."""
    try:
        service.take(db_session(), question_id, current_person())
    except ConflictError as error:
        flash(translated(error))
        return redirect(url_for("inbox.index"))
    return redirect(url_for("inbox.show", question_id=question_id))


@bp.get("/desk/questions/<uuid:question_id>")
@policy(tutors)
def show(question_id: UUID) -> str | Response:
    """Show a question that one has taken, with the form for its answer."""
    shown = _form(question_id, "", {})
    return shown or redirect(url_for("inbox.index"))


@bp.post("/desk/questions/<uuid:question_id>/answer")
@policy(tutors)
@retried
def answer(question_id: UUID) -> Response | tuple[str, int]:
    """Answer the question."""
    text = request.form.get("text", "")
    try:
        wanted = AnswerIn(text=text)
        service.answer(db_session(), question_id, current_person(), wanted.text)
    except ValidationError as error:
        shown = _form(question_id, text, sentences(error))
        return (shown, 422) if shown else redirect(url_for("inbox.index"))
    except ConflictError as error:
        flash(translated(error))
    else:
        flash(gettext("Answered. Thank you."))
    return redirect(url_for("inbox.index"))


@bp.post("/desk/questions/<uuid:question_id>/leave")
@policy(tutors)
@retried
def leave(question_id: UUID) -> Response:
    """Leave the question to others."""
    service.leave(db_session(), question_id, current_person())
    return redirect(url_for("inbox.index"))


def _form(question_id: UUID, text: str, errors: dict[str, str]) -> str | None:
    session = db_session()
    taken = service.taken_by(session, current_person())
    mine = [question for question in taken if question.id == question_id]
    if not mine:
        return None
    return render_template(
        "tutoring/inbox_question.html",
        question=question_items(session, mine, str(get_locale()))[0],
        text=text,
        errors=errors,
    )
