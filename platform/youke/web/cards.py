"""Lessons as pages show them: one shape for lists, rows and the lesson's own page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import get_locale
from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.accounts.service import Person
from youke.catalogue.service import (
    GRADES,
    STAGES,
    SUBJECTS,
    Grade,
    grade_of,
    name_of,
    subject_of,
)
from youke.engagement import service as engagement
from youke.http.context import public_s3_endpoint, runtime
from youke.lessons.service import Lesson
from youke.media import service as media

Card = dict[str, Any]


def lesson_cards(
    session: Session,
    lessons: Sequence[Lesson],
    viewer: Person,
    *,
    reasons: Mapping[UUID, str] | None = None,
) -> list[Card]:
    """Return a card for each lesson as this viewer sees it.

    :param reasons: why lessons are recommended, by their identifiers.
    """
    teachers = accounts.people(session, {lesson.owner_id for lesson in lessons})
    watched = engagement.progress_of(
        session, viewer.id, [lesson.id for lesson in lessons]
    )
    return [
        _card(lesson, teachers[lesson.owner_id])
        | {
            "watched": watched.get(lesson.id, 0.0),
            "reason": (reasons or {}).get(lesson.id),
        }
        for lesson in lessons
    ]


def _card(lesson: Lesson, teacher: Person) -> Card:
    school = accounts.school_of(teacher)
    endpoint = public_s3_endpoint()
    return {
        "id": str(lesson.id),
        "title": lesson.title,
        "summary": lesson.summary,
        "tags": lesson.tags,
        "chapter": lesson.chapter,
        "subject": subject_choice(lesson.subject),
        "grade_name": grade_name(lesson.grade),
        "teacher_name": teacher.name,
        "school_name": school.name if school else None,
        "duration_s": lesson.duration_s,
        "poster_url": media.poster_url(runtime().store, lesson, endpoint=endpoint),
        "likes": lesson.likes,
        "views": lesson.views,
        "playable": lesson.playable,
        "state": lesson.state,
        "code": lesson.code,
        "progress": lesson.progress,
        "published": lesson.published_at is not None,
        "created_at": lesson.created_at,
    }


def subject_choice(code: str) -> dict[str, str]:
    """Return a subject's code and its name in the reader's language."""
    return {"code": code, "name": name_of(subject_of(code), str(get_locale()))}


def grade_name(number: int) -> str:
    """Return a grade's name in the reader's language."""
    return name_of(grade_of(number), str(get_locale()))


def catalogue_choices() -> dict[str, list[dict[str, str]]]:
    """Return stages, grades and subjects for forms, in the reader's language."""
    return {
        "stages": _choices(STAGES),
        "grades": [
            choice | {"stages": _stages_of(grade)}
            for choice, grade in zip(_choices(GRADES), GRADES, strict=True)
        ],
        "subjects": _choices(SUBJECTS),
    }


def _stages_of(grade: Grade) -> str:
    """Return the codes of the stages that have the grade, separated by spaces."""
    return " ".join(stage.code for stage in STAGES if grade.number in stage.grades)


def _choices(entries: Iterable[Any]) -> list[dict[str, str]]:
    locale = str(get_locale())
    return [{"code": each.code, "name": name_of(each, locale)} for each in entries]
