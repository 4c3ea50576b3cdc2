"""What was shown and opened, by place, source, day, school and district."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from youke.accounts.service import Organisation, OrganisationKind
from youke.kernel.clock import local, now
from youke.lessons.search import listed
from youke.lessons.service import Lesson
from youke.recommendations.models import Exposure, LessonExposure
from youke.recommendations.operators.charts import gini

#: How far back one looks.
DAYS = 30
#: Places of a row that are told apart.
PLACES = 12
HOME = "home"


@dataclass(frozen=True, kw_only=True)
class Clicks:
    """Cards shown and opened."""

    name: str
    shown: int
    opened: int

    @property
    def rate(self) -> float:
        """Opened of shown, 0 to 1."""
        return self.opened / self.shown if self.shown else 0.0


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of all that is shown, and of all lessons, comes from somewhere."""

    name: str
    #: 0 to 1.
    shown: float
    lessons: float


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """How showing is shared among schools, beside how lessons are."""

    districts: list[Share]
    schools: int
    gini_shown: float
    gini_lessons: float


@dataclass(frozen=True, kw_only=True)
class School:
    """A school with listed lessons: how many, and how often they were shown."""

    district: str
    lessons: int
    shown: int


def first_day() -> date:
    """Return the first of the days that one looks back on."""
    return local(now()).date() - timedelta(days=DAYS - 1)


def by_source(session: Session) -> list[Clicks]:
    """Return what was shown and opened by where it came from, most shown first."""
    found = _clicks(session, Exposure.source)
    return sorted(found, key=lambda each: -each.shown)


def by_place(session: Session) -> list[Clicks]:
    """Return what was shown and opened on the home page by place, counted from 1."""
    on_home = (Exposure.surface == HOME) & (Exposure.place < PLACES)
    found = _clicks(session, Exposure.place, on_home)
    in_order = sorted(found, key=lambda each: int(each.name))
    return [
        Clicks(name=str(int(each.name) + 1), shown=each.shown, opened=each.opened)
        for each in in_order
    ]


def by_day(session: Session) -> list[Clicks]:
    """Return what was shown and opened on each day on which anything was."""
    return sorted(_clicks(session, Exposure.day), key=lambda each: each.name)


def fairness(session: Session) -> Fairness:
    """Return how showing is shared among districts and schools."""
    schools = _schools(session)
    return Fairness(
        districts=shares(schools),
        schools=len(schools),
        gini_shown=gini([each.shown for each in schools]),
        gini_lessons=gini([each.lessons for each in schools]),
    )


def shares(schools: Iterable[School]) -> list[Share]:
    """Return the districts' shares, the one with the most lessons first; pure."""
    lessons: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for school in schools:
        lessons[school.district] += school.lessons
        shown[school.district] += school.shown
    return [
        Share(
            name=name,
            shown=shown[name] / max(shown.total(), 1),
            lessons=number / max(lessons.total(), 1),
        )
        for name, number in lessons.most_common()
    ]


def _clicks(
    session: Session, column: Any, condition: ColumnElement[bool] | None = None
) -> list[Clicks]:
    sums = func.sum(Exposure.shown), func.sum(Exposure.opened)
    statement = select(column, *sums).where(Exposure.day >= first_day())
    if condition is not None:
        statement = statement.where(condition)
    rows = session.execute(statement.group_by(column))
    return [
        Clicks(name=str(name), shown=int(shown), opened=int(opened))
        for name, shown, opened in rows
    ]


def _schools(session: Session) -> list[School]:
    """Return the schools that have listed lessons, shown or not."""
    number = func.count(Lesson.id)
    of_school = select(Lesson.school_id, number).where(listed())
    lessons = _by_school(session, of_school.group_by(Lesson.school_id))
    shown = _by_school(
        session,
        select(Lesson.school_id, func.sum(LessonExposure.shown))
        .join(LessonExposure, LessonExposure.lesson_id == Lesson.id)
        .where(listed(), LessonExposure.day >= first_day())
        .group_by(Lesson.school_id),
    )
    districts = _districts(session)
    return [
        School(district=districts.get(each, ""), lessons=n, shown=shown.get(each, 0))
        for each, n in lessons.items()
    ]


def _by_school(
    session: Session, statement: Select[UUID | None, Any]
) -> dict[UUID | None, int]:
    return {row[0]: int(row[1]) for row in session.execute(statement)}


def _districts(session: Session) -> dict[UUID | None, str]:
    """Return the name of each school's district; schools outside one have none."""
    is_school = Organisation.kind == OrganisationKind.SCHOOL.value
    above = select(Organisation.id, Organisation.parent_id).where(is_school)
    is_district = Organisation.kind == OrganisationKind.DISTRICT.value
    named = select(Organisation.id, Organisation.name).where(is_district)
    names = {row[0]: row[1] for row in session.execute(named)}
    rows = session.execute(above)
    return {school: names.get(parent, "") if parent else "" for school, parent in rows}
