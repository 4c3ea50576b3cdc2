"""Pages: sessions, one's place in a queue, the tutor's desk.

The pages of questions stand here, too: they show the question's ticket and offer the
sessions that take it, of which `questions` knows nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from pydantic import ValidationError
from werkzeug.wrappers import Response

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import ADMINISTRATORS, Role, people, people_with_role
from youke.http.context import db_session
from youke.http.errors import translated
from youke.http.forms import sentences
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.clock import now
from youke.kernel.errors import ConflictError, InvalidError, NotFoundError
from youke.lessons.service import find_lesson
from youke.questions import service as questions
from youke.questions.cards import question_items
from youke.questions.schemas import QuestionIn
from youke.questions.service import Question
from youke.tutoring import service
from youke.tutoring.cards import session_cards, ticket_message, waiting_cards
from youke.tutoring.forms import field_of, filled, identifier, seconds, usual_times
from youke.tutoring.models import Ticket, TutoringSession
from youke.tutoring.schemas import AnswerIn, SessionIn
from youke.web.cards import catalogue_choices, lesson_cards
from youke.workdays.service import published

bp = APIBlueprint("tutoring", __name__, enable_openapi=False)
questions_bp = APIBlueprint("questions", __name__, enable_openapi=False)
students = having(Role.STUDENT)
tutors = having(Role.TUTOR)
publishers = having(Role.TUTOR, *ADMINISTRATORS)

#: The desk lists so many of those who wait.
MOST_WAITING = 50
MOST_QUESTIONS = 100


@questions_bp.get("/ask")
@policy(students)
def ask() -> str:
    """Show the form, from a lesson at its second, or for a session."""
    session, person = db_session(), current_person()
    form: dict[str, Any] = {"grade": str(person.grade or "")}
    if lesson_id := identifier(request.args.get("lesson")):
        lesson = find_lesson(session, lesson_id, person)
        form = {"lesson": lesson.id, "position_s": seconds(request.args.get("t"))}
        form |= {"subject": lesson.subject, "grade": str(lesson.grade)}
    if session_id := identifier(request.args.get("session")):
        subject = service.find_session(session, session_id).subject
        form |= {"session": str(session_id), "subject": subject}
    return _ask_form(form, {})


@questions_bp.post("/ask", endpoint="send")
@policy(students)
@retried
def send_question() -> Response | tuple[str, int]:
    """Write the question down and, when a session was chosen, queue it."""
    form = request.form.to_dict()
    try:
        asked = QuestionIn.model_validate(filled(form, QuestionIn))
        draft = questions.QuestionDraft(**asked.model_dump())
        question = questions.ask(db_session(), current_person(), draft)
    except ValidationError as error:
        return _ask_form(form, sentences(error)), 422
    except InvalidError as error:
        return _ask_form(form, {field_of(error, form): translated(error)}), 422
    if session_id := request.form.get("session", type=UUID):
        _try(lambda: _join(session_id, question.id))
    return redirect(url_for("questions.show", question_id=question.id))


@questions_bp.get("/questions")
@policy(signed_in)
def index() -> str:
    """List one's own questions, newest first."""
    page = questions.own_questions(db_session(), current_person(), limit=MOST_QUESTIONS)
    return render_template("questions/index.html", questions=_items(page.items))


@questions_bp.get("/questions/<uuid:question_id>")
@policy(signed_in)
def show(question_id: UUID) -> str:
    """Show a question: its place in the queue, its answer, others like it."""
    session = db_session()
    question = questions.find_question(session, question_id, current_person())
    (item,) = _items([question])
    is_open = question.state == questions.QuestionState.OPEN.value
    return render_template(
        "questions/show.html",
        question=item,
        sessions=_suitable_sessions(question.subject, question.grade)
        if is_open
        else [],
        similar=questions.similar_questions(
            session, subject=question.subject, text=question.text
        )
        if item["answer"] is None
        else [],
    )


@questions_bp.post("/questions/<uuid:question_id>/withdraw")
@policy(students)
@retried
def withdraw(question_id: UUID) -> Response:
    """Take one's own question back."""
    _try(lambda: questions.withdraw(db_session(), question_id, current_person()))
    return redirect(url_for("questions.show", question_id=question_id))


@bp.get("/sessions")
@policy(signed_in)
def sessions() -> str:
    """List the sessions that are not over."""
    page = service.list_sessions(db_session(), service.SessionFilter(), limit=100)
    return render_template("tutoring/sessions.html", sessions=_cards(page.items))


@bp.get("/sessions/new")
@policy(publishers)
def new_session() -> str:
    """Show the form; it proposes next Saturday afternoon."""
    person = current_person()
    mine = [str(person.id)] if person.has(Role.TUTOR) else []
    proposed = usual_times(now(), published(db_session()))
    return _session_form(proposed | {"grades": [], "tutors": mine}, {})


@bp.post("/sessions/new", endpoint="publish")
@policy(publishers)
@retried
def publish_session() -> Response | tuple[str, int]:
    """Publish the session."""
    form: dict[str, Any] = request.form.to_dict()
    form |= {name: request.form.getlist(name) for name in ("grades", "tutors")}
    try:
        wanted = SessionIn.model_validate(filled(form, SessionIn))
        draft = service.SessionDraft(**wanted.model_dump())
        service.publish_session(db_session(), current_person(), draft)
    except ValidationError as error:
        return _session_form(form, sentences(error)), 422
    except (InvalidError, ConflictError) as error:
        return _session_form(form, {field_of(error, form): translated(error)}), 422
    flash(gettext("The session is published."))
    return redirect(url_for("tutoring.sessions"))


@bp.post("/sessions/<uuid:session_id>/join")
@policy(students)
@retried
def join(session_id: UUID) -> Response:
    """Queue one's question in the session."""
    question_id = request.form.get("question", type=UUID)
    if question_id is None:
        raise NotFoundError
    _try(lambda: _join(session_id, question_id))
    return redirect(url_for("questions.show", question_id=question_id))


@bp.post("/tickets/<uuid:ticket_id>/leave")
@policy(students)
@retried
def leave(ticket_id: UUID) -> Response:
    """Give one's place back."""
    session, person = db_session(), current_person()
    ticket = service.find_ticket(session, ticket_id, person)
    _try(lambda: service.leave(session, ticket_id, person))
    return redirect(url_for("questions.show", question_id=ticket.question_id))


@bp.get("/desk")
@policy(tutors)
def desk() -> str:
    """List the tutor's own sessions."""
    mine = service.sessions_of_tutor(db_session(), current_person().id)
    waiting = questions.open_count(db_session())
    return render_template(
        "tutoring/desk.html", sessions=_cards(mine), open_count=waiting
    )


@bp.get("/desk/<uuid:session_id>")
@policy(tutors)
def desk_session(session_id: UUID) -> str:
    """Show who is being answered and who waits."""
    session, person = db_session(), current_person()
    found = service.check_seat(session, session_id, person)
    return render_template(
        "tutoring/desk_session.html",
        session=_cards([found])[0],
        current=_current(service.active_ticket(session, person.id)),
        waiting=waiting_cards(session, session_id, _locale(), limit=MOST_WAITING),
        answered_count=service.answered_count(session, session_id),
    )


@bp.post("/desk/<uuid:session_id>/next")
@policy(tutors)
@retried
def call_next(session_id: UUID) -> Response:
    """Call the next ticket."""
    ticket = service.call_next(db_session(), session_id, current_person())
    if ticket is None:
        flash(gettext("Nobody is waiting."))
    return _to_desk(ticket.session_id if ticket else session_id)


@bp.post("/tickets/<uuid:ticket_id>/answer")
@policy(tutors)
@retried
def answer(ticket_id: UUID) -> Response:
    """Answer the question that is on the desk."""
    try:
        text = AnswerIn.model_validate(filled(request.form.to_dict(), AnswerIn)).text
    except ValidationError as error:
        flash(next(iter(sentences(error).values())), "error")
        return _to_desk(_ticket(ticket_id).session_id)
    return _at_desk(
        ticket_id,
        lambda: service.answer(db_session(), ticket_id, current_person(), text),
    )


@bp.post("/tickets/<uuid:ticket_id>/hold")
@policy(tutors)
@retried
def hold(ticket_id: UUID) -> Response:
    """Put the question back to the head of the queue."""
    return _at_desk(
        ticket_id, lambda: service.hold(db_session(), ticket_id, current_person())
    )


@bp.post("/tickets/<uuid:ticket_id>/no-show")
@policy(tutors)
@retried
def no_show(ticket_id: UUID) -> Response:
    """Note that the student is not there."""
    return _at_desk(
        ticket_id, lambda: service.no_show(db_session(), ticket_id, current_person())
    )


def _ask_form(form: dict[str, Any], errors: dict[str, str]) -> str:
    session, person = db_session(), current_person()
    lesson, lesson_id = None, identifier(form.get("lesson"))
    if lesson_id is not None:
        known = find_lesson(session, lesson_id, person)
        (lesson,) = lesson_cards(session, [known], person)
    return render_template(
        "questions/ask.html",
        lesson=lesson,
        position_s=seconds(form.get("position_s")),
        form=form,
        errors=errors,
        choices=catalogue_choices(),
        # The form itself shows those of the subject and the grade that are chosen.
        sessions=_suitable_sessions(None, None),
    )


def _session_form(form: dict[str, Any], errors: dict[str, str]) -> str:
    person = current_person()
    known = people_with_role(db_session(), Role.TUTOR)
    offered = known if person.is_administrator else [person]
    choices = catalogue_choices() | {
        "tutors": [{"code": str(tutor.id), "name": tutor.name} for tutor in offered]
    }
    return render_template(
        "tutoring/new_session.html", form=form, errors=errors, choices=choices
    )


def _locale() -> str:
    return str(get_locale())


def _items(found: Sequence[Question]) -> list[dict[str, Any]]:
    """Return the questions as pages show them, with their tickets."""
    session = db_session()
    items = question_items(session, found, _locale())
    tickets = service.tickets_of_questions(session, [item["id"] for item in items])
    for item in items:
        if ticket := tickets.get(item["id"]):
            queue = service.find_session(session, ticket.session_id)
            item["ticket"] = ticket_message(session, ticket, gettext)
            item["ticket"]["session"] = _cards([queue])[0]
    return items


def _cards(found: Sequence[TutoringSession]) -> list[dict[str, Any]]:
    return session_cards(db_session(), found, current_person(), _locale())


def _suitable_sessions(subject: str | None, grade: int | None) -> list[dict[str, Any]]:
    wanted = service.SessionFilter(subject=subject)
    page = service.list_sessions(db_session(), wanted, limit=100)
    return _cards([each for each in page.items if grade in {None, *each.grades}])


def _current(ticket: Ticket | None) -> dict[str, Any] | None:
    """Return the ticket on the desk; only here a tutor reads the student's name."""
    if ticket is None:
        return None
    session = db_session()
    found = questions.questions_by_id(session, {ticket.question_id})
    (item,) = question_items(session, list(found.values()), _locale())
    return {
        "id": ticket.id,
        "question": item,
        "student_name": people(session, {ticket.student_id})[ticket.student_id].name,
        "grade_name": item["grade_name"],
        "called_at": ticket.called_at,
        "session_id": ticket.session_id,
    }


def _join(session_id: UUID, question_id: UUID) -> Ticket:
    return service.join(db_session(), session_id, question_id, current_person())


def _ticket(ticket_id: UUID) -> Ticket:
    return service.find_ticket(db_session(), ticket_id, current_person())


def _try(action: Callable[[], object]) -> None:
    """Do it, or say why not; what was done before it stays."""
    try:
        with db_session().begin_nested():
            action()
    except (ConflictError, InvalidError) as error:
        flash(translated(error), "error")


def _at_desk(ticket_id: UUID, action: Callable[[], object]) -> Response:
    session_id = _ticket(ticket_id).session_id
    _try(action)
    return _to_desk(session_id)


def _to_desk(session_id: UUID) -> Response:
    return redirect(url_for("tutoring.desk_session", session_id=session_id))
