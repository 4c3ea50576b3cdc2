"""What 200 students watched and liked: drawn, but with tastes that can be learned."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from youke.accounts.service import Person
from youke.demo.lessons import DemoLesson
from youke.engagement.service import PastFact
from youke.kernel.clock import now
from youke.lessons.service import Lesson

#: Subjects that go together in one student's taste.
TASTES = (
    frozenset({"math", "physics", "chemistry"}),
    frozenset({"chinese", "history", "english"}),
    frozenset({"biology", "geography", "science", "english"}),
)
#: How likely a lesson is watched: of the own taste, and another.
LIKELY, UNLIKELY = 0.75, 0.15
#: `student` is left without a history: the newcomer that a visitor starts as.
NEWCOMER = "student"


def draw_past(
    students: Iterable[Person], lessons: Mapping[DemoLesson, Lesson]
) -> Iterator[PastFact]:
    """Yield what each student did in the last six weeks, the same at every call."""
    draw = random.Random(390_000)
    for student in students:
        taste = draw.choice(TASTES)
        if student.username != NEWCOMER:
            for demo in _watched(draw, taste, student, list(lessons)):
                fits = demo.subject in taste
                yield _fact(draw, student.id, lessons[demo], demo.seconds, fits=fits)


def _watched(
    draw: random.Random,
    taste: frozenset[str],
    student: Person,
    lessons: Sequence[DemoLesson],
) -> list[DemoLesson]:
    own_grade = [demo for demo in lessons if demo.grade == student.grade]
    return [
        demo
        for demo in own_grade
        if draw.random() < (LIKELY if demo.subject in taste else UNLIKELY)
    ]


def _fact(
    draw: random.Random, student: UUID, lesson: Lesson, seconds: int, *, fits: bool
) -> PastFact:
    share = draw.uniform(0.6, 1.0) if fits else draw.uniform(0.1, 0.6)
    return PastFact(
        person_id=student,
        lesson_id=lesson.id,
        seconds=share * seconds,
        duration_s=float(seconds),
        liked=draw.random() < (0.7 if fits else 0.1),
        at=now() - timedelta(days=draw.uniform(1, 42)),
    )
