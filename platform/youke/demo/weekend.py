"""A weekend session with a queue, and an answer that stands on a lesson."""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from youke.accounts.service import Person, Role, people_with_role, person_named
from youke.kernel.clock import LOCAL_ZONE, local, now
from youke.lessons.service import Lesson
from youke.questions import service as questions
from youke.questions.service import QuestionDraft
from youke.tutoring import service as tutoring
from youke.tutoring.service import SessionDraft, SessionFilter

SATURDAY = 5
SUBJECT, GRADES, CAPACITY = "math", (7, 8), 12
#: At this second of the first lesson somebody asked, and was answered.
POSITION_S = 4.0
PINNED = "这里说“相反数的相反数是它自己”，那负负得正和它是同一件事吗？"
ANSWER = (
    "是同一件事的两种说法。把乘以 −1 看成在数轴上转到对面：转一次到对面，"
    "转两次就回到原处，所以 (−1)×(−1)=1。"
)
WAITING = (
    "为什么 −2 的平方是 4，而 −2² 却等于 −4？",
    "数轴上两点之间的距离怎么用绝对值写出来？",
    "解方程移项的时候为什么要变号？",
    "正方体展开图里，相对的两个面怎么一眼看出来？",
    "合并同类项时，字母相同、指数不同的项为什么不能合并？",
)


def load_weekend(session: Session, lesson: Lesson) -> None:
    """Publish next Saturday's session, answer one student and queue five more."""
    admin = person_named(session, "admin")
    coming = tutoring.list_sessions(session, SessionFilter(since=now()))
    if coming.items:
        return
    starts_at = next_saturday(now())
    published = tutoring.publish_session(
        session,
        admin,
        SessionDraft(
            subject=SUBJECT,
            grades=GRADES,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            capacity=CAPACITY,
            tutors=("tutor", "tutor2"),
        ),
    )
    first, *others = _askers(session)
    _queue(session, published.id, first, PINNED, lesson=lesson)
    tutor = person_named(session, "tutor")
    ticket = tutoring.call_next(session, published.id, tutor)
    if ticket is not None:
        tutoring.answer(session, ticket.id, tutor, ANSWER)
    for student, text in zip(others, WAITING, strict=False):
        _queue(session, published.id, student, text)


def next_saturday(moment: datetime) -> datetime:
    """Return 14:00 of the first Saturday after this day, where the schools are."""
    today = local(moment).date()
    days = (SATURDAY - today.weekday()) % 7 or 7
    day = today + timedelta(days=days)
    return datetime.combine(day, time(14), LOCAL_ZONE)


def _askers(session: Session) -> list[Person]:
    """Return students of the session's grades, but not the newcomer."""
    students = people_with_role(session, Role.STUDENT)
    fitting = [s for s in students if s.grade in GRADES and s.username != "student"]
    return fitting[: len(WAITING) + 1]


def _queue(
    session: Session,
    session_id: UUID,
    student: Person,
    text: str,
    *,
    lesson: Lesson | None = None,
) -> None:
    """Ask, at a second of the lesson if there is one, and take a place."""
    draft = QuestionDraft(
        subject=SUBJECT,
        grade=student.grade or GRADES[0],
        text=text,
        lesson=lesson.id if lesson else None,
        position_s=POSITION_S if lesson else None,
    )
    question = questions.ask(session, student, draft)
    tutoring.join(session, session_id, question.id, student)
