"""How popular lessons are in a grade, so that no crowd can buy the first places."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.engagement.models import LessonStanding

#: Rows fetched at a time when everything is read.
BATCH = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A lesson's points among the students of one grade; without a row they are 0."""

    lesson_id: UUID
    grade: int
    points: float


def standings(session: Session) -> Iterator[Standing]:
    """Yield every lesson's points in every grade whose students dealt with it."""
    columns = (LessonStanding.lesson_id, LessonStanding.grade, LessonStanding.points)
    statement = select(*columns).execution_options(yield_per=BATCH)
    for lesson_id, grade, points in session.execute(statement):
        yield Standing(lesson_id=lesson_id, grade=grade, points=points)
