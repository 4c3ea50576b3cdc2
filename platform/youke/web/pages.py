"""Pages that many features compose: home, lessons, one lesson, the style guide."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import render_template, request
from flask_babel import force_locale

from youke.accounts.guards import current_person, signed_in
from youke.accounts.service import Person, Role, decision_on_profiling
from youke.catalogue.service import SUBJECTS
from youke.engagement import service as engagement
from youke.http.context import db_session, public_s3_endpoint, runtime
from youke.http.paging import Page
from youke.http.policies import anyone, policy
from youke.lessons.search import LessonFilter, count_lessons, list_lessons
from youke.lessons.service import Lesson, find_lesson
from youke.media.service import PlaybackLinks, poster_url, still_growing
from youke.questions import service as questions
from youke.recommendations import service as recommendations
from youke.recommendations.service import Recommended
from youke.web.cards import Card, catalogue_choices, lesson_cards, subject_choice
from youke.web.style_guide import specimens

bp = APIBlueprint("web", __name__, enable_openapi=False)
lessons_bp = APIBlueprint("lessons", __name__, enable_openapi=False)

RECOMMENDED, RELATED, ROW, CONTINUED = 12, 8, 6, 6


@bp.get("/")
@policy(signed_in)
def home() -> str:
    """Show what is recommended, what was begun, and each subject's newest."""
    person = current_person()
    recommended = recommendations.recommend(
        db_session(), runtime().store, person, RECOMMENDED, surface="home"
    )
    return render_template(
        "home.html",
        recommended=_recommended_cards(recommended, person),
        ask_profiling=_is_to_be_asked(person),
        continue_watching=_begun(person),
        rows=_rows(person),
        subjects=catalogue_choices()["subjects"],
    )


@lessons_bp.get("/lessons")
@policy(signed_in)
def browse() -> str:
    """List lessons by filter; the next page alone for htmx."""
    session, person = db_session(), current_person()
    filters = _filters(person)
    wanted = LessonFilter(**filters)
    page = list_lessons(session, wanted, cursor=request.args.get("cursor"))
    return render_template(
        "lessons/_cards.html" if _is_further_page() else "lessons/browse.html",
        lessons=lesson_cards(session, page.items, person),
        filters=filters,
        choices=catalogue_choices(),
        next_cursor=page.next,
        total=count_lessons(session, wanted),
    )


@bp.get("/lessons/<uuid:lesson_id>")
@policy(signed_in)
def lesson(lesson_id: UUID) -> str:
    """Show a lesson: player, like, ask, answers, related ones."""
    session, person = db_session(), current_person()
    found = find_lesson(session, lesson_id, person)
    _note_opening(found)
    related = recommendations.related(
        session, runtime().store, found, person, limit=RELATED
    )
    return render_template(
        "lesson.html",
        lesson=_lesson_card(found, person),
        playback_url=playback_link(found, person),
        growing=still_growing(session, found),
        poster_url=poster_url(runtime().store, found, endpoint=public_s3_endpoint()),
        resume_s=engagement.resume_position(session, person.id, found.id),
        start_s=request.args.get("t", type=float),
        related=_recommended_cards(related, person),
        answers=questions.answers_on_lesson(session, found.id),
        can_ask=person.has(Role.STUDENT),
        pin_choices=_pin_choices(found, person),
    )


@bp.get("/me/history")
@policy(signed_in)
def history() -> str:
    """List what the person has watched, latest first."""
    return _own_lessons("own/history.html", engagement.watched_lessons)


@bp.get("/me/likes")
@policy(signed_in)
def likes() -> str:
    """List what the person likes, latest first."""
    return _own_lessons("own/likes.html", engagement.liked_lessons)


@bp.get("/style-guide")
@policy(anyone)
def style_guide() -> str:
    """Show every piece of the design language, in both languages and themes."""
    pieces = partial(render_template, "style_guide_pieces.html")
    shown = specimens(render=pieces, in_locale=force_locale)
    return render_template("style_guide.html", specimens=shown)


def _is_to_be_asked(person: Person) -> bool:
    """Say whether a student has not decided on personal recommendations yet."""
    undecided = decision_on_profiling(db_session(), person.id) is None
    return undecided and person.has(Role.STUDENT)


def _own_lessons(template: str, listing: Callable[..., Page[Lesson]]) -> str:
    session, person = db_session(), current_person()
    page = listing(session, person.id, cursor=request.args.get("cursor"))
    return render_template(
        "lessons/_cards.html" if _is_further_page() else template,
        lessons=lesson_cards(session, page.items, person),
        path=request.path,
        filters={},
        next_cursor=page.next,
    )


def _is_further_page() -> bool:
    """Say whether htmx asks for the cards of the next page alone."""
    return "HX-Request" in request.headers and "cursor" in request.args


def _filters(person: Person) -> dict[str, str | None]:
    """Return what is looked for; a student's own grade where nothing else is said.

    An empty grade means all of them; words, tags and stages are looked for in all.
    """
    names = ("q", "stage", "grade", "subject", "tag", "sort")
    filters = {name: _text(request.args.get(name)) for name in names}
    if filters["q"] or filters["stage"] or filters["tag"] or "grade" in request.args:
        return filters | {"grade": filters["grade"] or ""}
    own = str(person.grade) if person.has(Role.STUDENT) and person.grade else None
    return filters | {"grade": own}


def _text(sent: str | None) -> str | None:
    """Return a filter as PostgreSQL takes it, where no text has a null character."""
    return sent.replace("\0", "\N{REPLACEMENT CHARACTER}") if sent else None


def playback_link(lesson: Lesson, person: Person) -> str | None:
    """Return the address of the web playlist, None before there is one."""
    if not lesson.playable:
        return None
    return PlaybackLinks(runtime().settings.secret_key).web_address(lesson, person)


def _lesson_card(lesson: Lesson, person: Person) -> Card:
    session = db_session()
    (card,) = lesson_cards(session, [lesson], person)
    return card | {"liked": engagement.liked(session, person.id, lesson.id)}


def _recommended_cards(chosen: list[Recommended], person: Person) -> list[Card]:
    reasons = {each.lesson.id: each.reason for each in chosen if each.reason}
    lessons = [each.lesson for each in chosen]
    cards = lesson_cards(db_session(), lessons, person, reasons=reasons)
    tokens = recommendations.shown(chosen, runtime().settings.secret_key)
    return [
        card | {"why": each.why, "source": each.source, "slot": token}
        for card, each, token in zip(cards, chosen, tokens, strict=True)
    ]


def _note_opening(lesson: Lesson) -> None:
    """Count that the lesson was opened from a row, if its link says so."""
    token = request.args.get("from")
    if token:
        secret = runtime().settings.secret_key
        recommendations.note_opening(lesson.id, token, secret)


def _pin_choices(lesson: Lesson, person: Person) -> list[dict[str, Any]]:
    """Return the classes to which the person may recommend the lesson."""
    session = db_session()
    classes = recommendations.classes_to_pin_for(session, person)
    pinned = recommendations.classes_that_have(session, lesson.id, classes)
    return [
        {"id": str(each.id), "name": each.name, "pinned": each.id in pinned}
        for each in classes
    ]


def _begun(person: Person) -> list[Card]:
    session = db_session()
    begun = engagement.continue_watching(session, person.id, CONTINUED)
    return lesson_cards(session, [each.lesson for each in begun], person)


def _rows(person: Person) -> list[dict[str, Any]]:
    rows = []
    grade = str(person.grade) if person.grade else None
    for subject in SUBJECTS:
        wanted = LessonFilter(subject=subject.code, grade=grade)
        lessons = list_lessons(db_session(), wanted, limit=ROW).items
        if lessons:
            cards = lesson_cards(db_session(), lessons, person)
            rows.append({"subject": subject_choice(subject.code), "lessons": cards})
    return rows
