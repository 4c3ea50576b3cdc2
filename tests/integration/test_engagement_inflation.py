"""Nobody makes a lesson popular alone, with friends, or with the own pupils."""

import random
import time
from collections import defaultdict
from itertools import count

import pytest
from engagement_cast import Cast
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from youke.accounts.service import (
    Organisation,
    OrganisationKind,
    Person,
    add_organisation,
)
from youke.engagement import rules, standing
from youke.engagement import service as engagement
from youke.engagement.models import Like, View, Watch
from youke.engagement.standing import Support
from youke.lessons.service import Lesson

BEATS = 10_000
TOP = 20


class Town(Cast):
    """A cast with schools and classes, whose standings are counted when asked."""

    names = count()

    def school(self) -> Organisation:
        return add_organisation(
            self.session, kind=OrganisationKind.SCHOOL, name=f"{next(self.names)}中学"
        )

    def school_class(self, school: Organisation) -> Organisation:
        return add_organisation(
            self.session, kind=OrganisationKind.CLASS, name="1班", parent=school
        )

    def students(self, organisation: Organisation, size: int) -> list[Person]:
        return [
            self.student(organisation=organisation, profiled=None) for _ in range(size)
        ]

    def standings(self, *lessons: Lesson) -> dict[tuple[Lesson, int], float]:
        by_id = {lesson.id: lesson for lesson in lessons}
        standing.refresh_standings(self.session, list(by_id))
        return {
            (by_id[each.lesson_id], each.grade): each.points
            for each in engagement.standings(self.session)
            if each.lesson_id in by_id
        }


@pytest.fixture
def town(session: Session) -> Town:
    return Town(session)


def test_ten_thousand_forged_heartbeats_are_one_view_and_no_more_time_than_passed(
    town: Town,
) -> None:
    student = town.student()
    lessons = [town.lesson(duration_s=3600.0) for _ in range(5)]
    draw = random.Random(24)  # noqa: S311  the same forger at every run
    began = time.monotonic()
    for start in range(0, BEATS, 100):
        events = [
            engagement.Event(
                lesson_id=lessons[draw.randrange(5) if number % 3 else 0].id,
                beat=engagement.Heartbeat(
                    session=f"forged {draw.randrange(40)}",
                    position_s=3600,
                    intervals=[(second := draw.uniform(0, 3500), second + 100)],
                    speed=16,
                ),
            )
            for number in range(start, start + 100)
        ]
        engagement.record_watches(town.session, student, events)
    passed_s = time.monotonic() - began

    watched_s = town.session.scalar(
        select(func.sum(Watch.seconds)).where(Watch.person_id == student.id)
    )
    views = town.session.scalar(
        select(func.count()).where(View.person_id == student.id)
    )
    most_s = rules.ALLOWANCE_S + rules.FASTEST * passed_s
    assert watched_s is not None
    assert watched_s <= most_s
    assert views is not None
    assert views <= most_s / rules.VIEW_S
    one_lesson = select(func.count()).where(View.lesson_id == lessons[0].id)
    assert (town.session.scalar(one_lesson) or 0) <= 1


def test_a_ring_of_200_reaches_no_top_20_of_another_grade(town: Town) -> None:
    wanted = [town.lesson(grade=8) for _ in range(3)]
    honest = [town.lesson(grade=8) for _ in range(TOP)]
    for lesson in honest:
        engagement.like(town.session, town.student(8), lesson.id)
    school = town.school()
    ring = [
        town.student(7, organisation=school if number % 2 else None)
        for number in range(200)
    ]
    for member in ring:
        for lesson in wanted:
            engagement.like(town.session, member, lesson.id)

    found = town.standings(*wanted, *honest)

    eighth = sorted((p, lesson.id) for (lesson, g), p in found.items() if g == 8)
    top = {lesson_id for _, lesson_id in eighth[-TOP:]}
    assert top == {lesson.id for lesson in honest}
    assert {found[lesson, 7] for lesson in wanted} == {
        standing.CLASS_MOST + standing.CLASS_MOST
    }


def test_a_whole_school_counts_up_to_a_cap_and_the_own_pupils_less(town: Town) -> None:
    school = town.school()
    own = town.lesson(owner=town.teacher(organisation=school))
    foreign = town.lesson(owner=town.teacher(organisation=town.school()))
    for _ in range(5):
        for student in town.students(town.school_class(school), 12):
            for lesson in (own, foreign):
                engagement.like(town.session, student, lesson.id)

    found = town.standings(own, foreign)

    assert found == {
        (own, 7): standing.OWN_MOST,
        (foreign, 7): standing.SCHOOL_MOST,
    }


def test_teachers_and_administrators_move_no_ranking(town: Town) -> None:
    lesson = town.lesson()
    for _ in range(3):
        engagement.like(town.session, town.teacher(), lesson.id)

    assert town.standings(lesson) == {}


def test_a_like_that_was_taken_back_moves_nothing(town: Town) -> None:
    lesson, student = town.lesson(), town.student()
    engagement.like(town.session, student, lesson.id)
    assert town.standings(lesson) == {(lesson, 7): 1.0}

    engagement.unlike(town.session, student, lesson.id)

    assert town.standings(lesson) == {}


def test_support_halves_in_a_term(town: Town) -> None:
    lesson, student = town.lesson(), town.student()
    engagement.like(town.session, student, lesson.id)
    weeks = standing.school_weeks_until(standing.now())
    town.session.execute(
        text("UPDATE likes SET created_at = :then"), {"then": weeks[-21]}
    )

    ((_, points),) = town.standings(lesson).items()

    assert points == pytest.approx(0.5)


def test_the_database_counts_points_as_the_rule_says(town: Town) -> None:
    draw = random.Random(7)  # noqa: S311  the same town at every run
    schools = [town.school() for _ in range(3)]
    classes = [town.school_class(draw.choice(schools)) for _ in range(5)]
    lessons = [
        town.lesson(owner=town.teacher(organisation=draw.choice(schools)))
        for _ in range(4)
    ]
    expected: dict[Lesson, dict[int, list[Support]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for _ in range(150):
        where = draw.choice([*classes, *schools, None])
        student = town.student(draw.choice([7, 8]), organisation=where, profiled=None)
        for lesson in draw.sample(lessons, 3):
            is_like = draw.random() < 0.7
            acts = View(person_id=student.id, lesson_id=lesson.id)
            town.session.add(acts)
            if is_like:
                town.session.add(Like(person_id=student.id, lesson_id=lesson.id))
            given = standing.LIKE_POINTS if is_like else standing.VIEW_POINTS
            grade = student.grade or 0
            expected[lesson][grade].append(_support(where, given))
    town.session.flush()

    found = town.standings(*lessons)

    assert found == {
        (lesson, grade): pytest.approx(
            standing.points(supports, own_school=lesson.school_id)
        )
        for lesson, grades in expected.items()
        for grade, supports in grades.items()
    }


def _support(where: Organisation | None, points: float) -> Support:
    if where is None:
        return Support(points=points, class_id=None, school_id=None)
    is_class = where.kind == OrganisationKind.CLASS
    school_id = where.parent_id if is_class else where.id
    return Support(points=points, class_id=where.id, school_id=school_id)
