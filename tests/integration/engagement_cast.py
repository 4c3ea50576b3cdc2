"""Students, teachers and lessons that can be watched, with a clock that is set."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from youke.accounts.models import AccessToken
from youke.accounts.service import (
    Organisation,
    Person,
    Role,
    add_person,
    decide_profiling,
)
from youke.engagement import service as engagement
from youke.kernel import clock
from youke.lessons.service import Lesson, LessonDraft, create_lesson, publish

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class SetClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.at = NOON
        clock.set_clock(lambda: self.at)

    def go_on(self, **time: float) -> None:
        self.at += timedelta(**time)


class Cast:
    """Makes what a test of watching and recommending needs."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def person(
        self,
        *roles: Role,
        grade: int | None = None,
        organisation: Organisation | None = None,
    ) -> Person:
        return add_person(
            self.session,
            username=f"p{uuid4().hex}",
            name="Somebody",
            password="",
            password_hash="nobody signs in with it",
            roles=roles,
            organisation=organisation,
            grade=grade,
        )

    def student(
        self,
        grade: int = 7,
        *,
        organisation: Organisation | None = None,
        profiled: bool | None = True,
    ) -> Person:
        """Return a student who allows profiling or not, or was not asked (None)."""
        student = self.person(Role.STUDENT, grade=grade, organisation=organisation)
        if profiled is not None:
            decide_profiling(self.session, student, granted=profiled, given_by=student)
        return student

    def teacher(self, organisation: Organisation | None = None) -> Person:
        return self.person(Role.TEACHER, organisation=organisation)

    def lesson(
        self,
        *,
        grade: int = 7,
        subject: str = "math",
        duration_s: float | None = 100.0,
        listed: bool = True,
        **more: Any,
    ) -> Lesson:
        title = more.pop("title", "Fractions")
        owner = more.pop("owner", None) or self.teacher()
        draft = LessonDraft(title=title, grade=grade, subject=subject, **more)
        lesson = create_lesson(self.session, owner, draft)
        lesson.duration_s, lesson.playable = duration_s, duration_s is not None
        if listed:
            publish(lesson)
        self.session.flush()
        return lesson

    def token(self, person: Person) -> dict[str, str]:
        """Return the headers with which the person calls the API."""
        token = uuid4().hex
        self.session.add(
            AccessToken(
                digest=hashlib.sha256(token.encode()).hexdigest(),
                person_id=person.id,
                expires_at=clock.now() + timedelta(hours=1),
            )
        )
        return {"Authorization": f"Bearer {token}"}

    def watches(
        self,
        person: Person,
        lesson: Lesson,
        *intervals: tuple[float, float],
        session: str = "tab",
    ) -> None:
        beat = engagement.Heartbeat(
            session=session,
            position_s=intervals[-1][1] if intervals else 0.0,
            intervals=intervals,
        )
        engagement.record_watch(self.session, person, lesson.id, beat)

    def has_watched(
        self, person: Person, lesson: Lesson, share: float, *, liked: bool = False
    ) -> None:
        """Have the person have watched so much of the lesson, an hour ago."""
        assert lesson.duration_s is not None
        past = engagement.PastFact(
            person_id=person.id,
            lesson_id=lesson.id,
            seconds=share * lesson.duration_s,
            duration_s=lesson.duration_s,
            liked=liked,
            at=clock.now() - timedelta(hours=1),
        )
        engagement.record_past(self.session, [past])


def refreshed(session: Session, lesson: Lesson) -> Lesson:
    """Return the lesson as the database has it."""
    session.refresh(lesson)
    return lesson


def everybody_at_once(calls: list[Callable[[], object]]) -> None:
    """Run the calls in threads that start together; raise what any of them raises."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    together = Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        together.wait(timeout=30)
        call()

    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(run, call) for call in calls]:
            done.result()
