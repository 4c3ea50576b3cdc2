"""Small catalogues and histories for the ranking's tests."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from youke.engagement.service import Fact
from youke.recommendations.audience import Audience, near_grades
from youke.recommendations.picks import Pick, Taste, Wish
from youke.recommendations.serving import Served
from youke.recommendations.snapshot import GRADES, Entry, Snapshot, Standings
from youke_recommender import AlsModel, AlsParams, Interactions

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEACHER = UUID(int=1000)
MODEL = UUID(int=9999)


def entry(number: int, **more: Any) -> Entry:
    """Return a lesson of mathematics in grade 7, published so many days ago."""
    age = timedelta(days=more.pop("days", 0))
    known: dict[str, Any] = {
        "id": UUID(int=number),
        "title": f"Lesson {number}",
        "owner_id": TEACHER,
        "school_id": None,
        "stage": "junior",
        "grade": 7,
        "subject": "math",
        "edition": None,
        "volume": None,
        "chapter": None,
        "tags": (),
        "published_at": NOW - age,
    }
    return Entry(**known | more)


def snapshot(
    entries: Iterable[Entry],
    points: Mapping[int, float] | None = None,
    shown: Mapping[int, float] | None = None,
) -> Snapshot:
    """Return a catalogue; `points` (with every grade) and `shown` by lesson number."""
    made = Snapshot().with_entries(entries)
    by_row = np.zeros((GRADES, len(made)), dtype=np.float32)
    counts = np.zeros(len(made), dtype=np.float32)
    for values, array in ((points or {}, by_row), (shown or {}, counts)):
        for number, value in values.items():
            array[..., made.names.row_of[UUID(int=number)]] = value
    return made.with_standings(
        Standings(points=by_row, shown=counts, at=NOW.timestamp())
    )


def student(grade: int = 7, subject: str | None = None) -> Audience:
    """Return what suits a student of lower secondary school."""
    return Audience(
        stage="junior", grade=grade, near=near_grades(grade), subject=subject
    )


def fact(lesson: Entry, *, watched: float = 0.0, liked: bool = False) -> Fact:
    """Return what a person did with a lesson just now."""
    return Fact(lesson_id=lesson.id, watched=watched, liked=liked, at=NOW)


def wish(*facts: Fact, limit: int = 10, **more: Any) -> Wish:
    """Return what a student of grade 7 asks for, history latest first."""
    basis = Wish(
        audience=student(),
        limit=limit,
        taste=Taste(facts=facts),
    )
    return replace(basis, **more)


def served(*people: list[Entry]) -> Served:
    """Train on people who each liked some lessons."""
    pairs = [(f"p{n}", str(c.id)) for n, liked in enumerate(people) for c in liked]
    users, items = zip(*pairs, strict=True)
    data = Interactions.from_triples(users, items, [1.0] * len(pairs))
    return Served.of(
        MODEL, AlsModel.fit(data, params=AlsParams(factors=4, iterations=5))
    )


def numbers(found: Snapshot, picks: list[Pick]) -> list[int]:
    """Return the numbers of the chosen lessons."""
    return [found.names.ids[pick.row].int for pick in picks]
