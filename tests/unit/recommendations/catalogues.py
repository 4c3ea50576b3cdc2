"""Small catalogues and histories for the ranking's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from youke.engagement.service import Fact
from youke.recommendations.candidates import Candidate
from youke.recommendations.ranking import Taste

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEACHER = UUID(int=1000)


def candidate(number: int, **more: Any) -> Candidate:
    """Return a lesson of mathematics in grade 7, published so many days ago."""
    age = timedelta(days=more.pop("days", 0))
    known: dict[str, Any] = {
        "id": UUID(int=number),
        "title": f"Lesson {number}",
        "owner_id": TEACHER,
        "grade": 7,
        "subject": "math",
        "edition": None,
        "volume": None,
        "chapter": None,
        "tags": frozenset(),
        "published_at": NOW - age,
        "likes": 0,
        "views": 0,
    }
    return Candidate(**known | more)


def fact(lesson: Candidate, *, watched: float = 0.0, liked: bool = False) -> Fact:
    """Return what a person did with a lesson just now."""
    return Fact(lesson_id=lesson.id, watched=watched, liked=liked, at=NOW)


def taste(*facts: Fact, lessons: list[Candidate]) -> Taste:
    """Return a history, latest first; these lessons may still be seen."""
    return Taste(facts=facts, lessons={lesson.id: lesson for lesson in lessons})
