"""Students, tutors and sessions for tests, with names that nobody else has."""

import functools
import hashlib
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from youke.accounts.models import AccessToken
from youke.accounts.service import Person, Role, add_person, hash_password
from youke.kernel.clock import now
from youke.lessons.models import Lesson
from youke.lessons.service import LessonDraft, create_lesson, publish
from youke.questions import service as questions
from youke.questions.service import Question, QuestionDraft
from youke.tutoring import service as tutoring
from youke.tutoring.service import SessionDraft, Ticket, TutoringSession

SATURDAY = datetime.fromisoformat("2099-11-28T14:00:00+08:00")


@functools.cache
def _password_hash() -> str:
    """Argon2 is slow on purpose; nobody here needs a password of their own."""
    return hash_password("not a secret")


class Cast:
    """Makes what a test of questions and tutoring needs, in one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def person(self, *roles: Role, grade: int | None = None) -> Person:
        name = f"p{uuid4().hex}"
        return add_person(
            self.session,
            username=name,
            name=f"Name of {name[:9]}",
            password="",
            password_hash=_password_hash(),
            roles=roles,
            grade=grade,
        )

    def student(self, grade: int = 5) -> Person:
        return self.person(Role.STUDENT, grade=grade)

    def tutor(self) -> Person:
        return self.person(Role.TUTOR)

    def admin(self) -> Person:
        return self.person(Role.CITY_ADMIN)

    def token(self, person: Person) -> dict[str, str]:
        """Return the headers with which the person calls the API."""
        token = uuid4().hex
        digest = hashlib.sha256(token.encode()).hexdigest()
        expires_at = now() + timedelta(hours=1)
        self.session.add(
            AccessToken(digest=digest, person_id=person.id, expires_at=expires_at)
        )
        self.session.flush()
        return {"Authorization": f"Bearer {token}"}

    def lesson(self, *, duration_s: float | None = 60.0, listed: bool = True) -> Lesson:
        draft = LessonDraft(title="Fractions", grade=5, subject="math")
        lesson = create_lesson(self.session, self.person(Role.TEACHER), draft)
        lesson.duration_s = duration_s
        if listed:
            lesson.playable = True
            publish(lesson)
        self.session.flush()
        return lesson

    def question(
        self,
        student: Person,
        text: str = "Why is that so?",
        *,
        subject: str = "math",
        grade: int = 5,
        lesson: UUID | None = None,
        position_s: float | None = None,
    ) -> Question:
        draft = QuestionDraft(
            subject=subject,
            grade=grade,
            text=text,
            lesson=lesson,
            position_s=position_s,
        )
        return questions.ask(self.session, student, draft)

    def weekend(
        self,
        *tutors: Person,
        capacity: int = 10,
        starts_at: datetime = SATURDAY,
        subject: str = "math",
    ) -> TutoringSession:
        draft = SessionDraft(
            subject=subject,
            grades=[4, 5, 6],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            capacity=capacity,
            tutors=[tutor.username for tutor in tutors or [self.tutor()]],
        )
        return tutoring.publish_session(self.session, self.admin(), draft)

    def queue(self, weekend: TutoringSession, student: Person | None = None) -> Ticket:
        student = student or self.student()
        question = self.question(student)
        return tutoring.join(self.session, weekend.id, question.id, student)
