"""How popular lessons are in a grade, so that no crowd can buy the first places.

A student supports a lesson with at most one point, in the own grade alone. A class
gives at most `CLASS_MOST` points, a school `SCHOOL_MOST`, and the school of the
lesson's own teacher `OWN_MOST`. So a ring of accounts moves a lesson in no other grade
than its own, and there by no more than the caps of the schools where it has accounts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from youke.accounts.service import OrganisationKind, Role
from youke.engagement import rules
from youke.engagement.models import LessonStanding
from youke.engagement.terms import MONDAYS
from youke.kernel.clock import LOCAL_ZONE, now

LIKE_POINTS = 1.0
#: Of a counted view without a like.
VIEW_POINTS = 0.4
CLASS_MOST = 10.0
SCHOOL_MOST = 30.0
OWN_MOST = 5.0
#: Rows read, and lessons counted, at a time.
BATCH = 5_000
#: Older support counts as support of so many weeks of school ago.
OLDEST_WEEKS = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A lesson's points among the students of one grade; without a row they are 0."""

    lesson_id: UUID
    grade: int
    points: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Support:
    """What one student gives a lesson, 0 to 1, and where the student learns."""

    points: float
    #: None for students of no class or school: all of them are one class of one school.
    class_id: UUID | None
    school_id: UUID | None


def points(supports: Iterable[Support], *, own_school: UUID | None) -> float:
    """Return a lesson's points in a grade from the support of that grade's students.

    :param own_school: the school of the lesson's teacher.
    """
    classes: dict[tuple[UUID | None, UUID | None], float] = defaultdict(float)
    for each in supports:
        classes[each.school_id, each.class_id] += each.points
    schools: dict[UUID | None, float] = defaultdict(float)
    for (school, _), given in classes.items():
        schools[school] += min(given, CLASS_MOST)
    return sum(
        min(given, OWN_MOST if own_school and school == own_school else SCHOOL_MOST)
        for school, given in schools.items()
    )


#: The same arithmetic where the facts are; a test holds both against each other.
_POINTS = text(
    """
    WITH acts AS (
        SELECT person_id, lesson_id, created_at AS at,
            CAST(:like AS double precision) AS points
        FROM likes WHERE lesson_id = ANY(:lessons)
        UNION ALL
        SELECT person_id, lesson_id, counted_at, :view
        FROM views WHERE lesson_id = ANY(:lessons)
    ), supports AS (
        SELECT person_id, lesson_id, max(points * (CAST(:decay AS double precision[]))[
            1 + width_bucket(at, CAST(:weeks AS timestamptz[]))
        ]) AS points
        FROM acts GROUP BY person_id, lesson_id
    ), placed AS (
        SELECT s.lesson_id, p.grade, s.points, o.id AS class_id,
            CASE o.kind WHEN :class THEN o.parent_id ELSE o.id END AS school_id
        FROM supports AS s JOIN people AS p ON p.id = s.person_id
        LEFT JOIN organisations AS o ON o.id = p.organisation_id
        WHERE p.grade IS NOT NULL AND :student = ANY(p.roles)
    ), classes AS (
        SELECT lesson_id, grade, school_id, least(sum(points), :class_most) AS points
        FROM placed GROUP BY lesson_id, grade, school_id, class_id
    ), schools AS (
        SELECT c.lesson_id, c.grade, least(sum(c.points), CASE
            WHEN c.school_id = l.school_id THEN :own_most ELSE :school_most END
        ) AS points
        FROM classes AS c JOIN lessons AS l ON l.id = c.lesson_id
        GROUP BY c.lesson_id, c.grade, c.school_id, l.school_id
    )
    SELECT lesson_id, grade, sum(points) AS points FROM schools
    GROUP BY lesson_id, grade
    """
)


def standings(session: Session) -> Iterator[Standing]:
    """Yield every lesson's points in every grade whose students dealt with it."""
    columns = (LessonStanding.lesson_id, LessonStanding.grade, LessonStanding.points)
    statement = select(*columns).execution_options(yield_per=BATCH)
    for lesson_id, grade, given in session.execute(statement):
        yield Standing(lesson_id=lesson_id, grade=grade, points=given)


def refresh_standings(session: Session, lesson_ids: Sequence[UUID]) -> None:
    """Count the points of these lessons anew from everything students did."""
    for start in range(0, len(lesson_ids), BATCH):
        _refresh(session, lesson_ids[start : start + BATCH])


def _refresh(session: Session, lesson_ids: Collection[UUID]) -> None:
    found = session.execute(_POINTS, _arguments(lesson_ids)).all()
    session.execute(
        delete(LessonStanding).where(LessonStanding.lesson_id.in_(lesson_ids))
    )
    at = now()
    rows = [
        {
            "lesson_id": row.lesson_id,
            "grade": row.grade,
            "points": row.points,
            "updated_at": at,
        }
        for row in found
    ]
    if rows:
        session.execute(insert(LessonStanding), rows)


def _arguments(lesson_ids: Collection[UUID]) -> dict[str, object]:
    weeks = school_weeks_until(now())
    return {
        "lessons": list(lesson_ids),
        "like": LIKE_POINTS,
        "view": VIEW_POINTS,
        "weeks": weeks,
        "decay": [rules.decay(len(weeks) - begun) for begun in range(len(weeks) + 1)],
        "class": OrganisationKind.CLASS.value,
        "student": Role.STUDENT.value,
        "class_most": CLASS_MOST,
        "school_most": SCHOOL_MOST,
        "own_most": OWN_MOST,
    }


def school_weeks_until(moment: datetime) -> list[datetime]:
    """Return when each of the last weeks of school began, the present one last."""
    begun = [datetime.combine(day, time(), LOCAL_ZONE) for day in MONDAYS]
    return [each for each in begun if each <= moment][-OLDEST_WEEKS:]
