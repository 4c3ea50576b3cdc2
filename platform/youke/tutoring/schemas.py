"""What tutoring sends and receives."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from youke.kernel.clock import LOCAL_ZONE
from youke.kernel.schema import Schema
from youke.questions.schemas import QuestionOut

#: Beyond these no weekend is planned, and near year 9999 local times overflow.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def _in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; without a zone it is the schools' time."""
    known = moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_ZONE)
    if not EARLIEST <= known < LATEST:
        raise ValueError("the time is out of range")
    return known.astimezone(UTC)


#: A code or a name; numbers may come as such.
Named = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v)]
#: PostgreSQL keeps every character but this one.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Moment = Annotated[datetime, AfterValidator(_in_utc)]


class SessionIn(Schema):
    """A session to be published; tutors by identifier or user name."""

    subject: Named
    grades: list[Named] = Field(min_length=1, max_length=12)
    starts_at: Moment
    ends_at: Moment
    capacity: int = Field(ge=1, le=1000)
    tutors: list[Text] = Field(min_length=1, max_length=100)


class SessionChangeIn(Schema):
    """What of a session becomes different; what is left out stays."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    capacity: int | None = Field(default=None, ge=1, le=1000)


class SessionQuery(Schema):
    """Which sessions: those of which a part lies in the time, if one is given."""

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    subject: Named | None = None
    cursor: str | None = None
    limit: int = Field(default=24, ge=1, le=100)


class TutorOut(Schema):
    """A tutor of a session."""

    id: UUID
    name: str


class SessionOut(Schema):
    """A session as everybody sees it; `ticket` is the viewer's own live one."""

    id: UUID
    subject: str
    grades: list[int]
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    places_left: int
    state: str
    #: Its year's holidays are not published yet: it may be moved.
    tentative: bool
    tutors: list[TutorOut]
    ticket: UUID | None


class SessionPageOut(Schema):
    """A page of sessions."""

    items: list[SessionOut]
    next: str | None


class TicketIn(Schema):
    """The question that is to be queued."""

    question: UUID


class EstimateOut(Schema):
    """Minutes until the call: from now, or from the session's start before it."""

    from_min: int
    to_min: int


class TicketOut(Schema):
    """A ticket: its place while it waits, and why it has that place."""

    id: UUID
    session: UUID
    question: UUID
    state: str
    joined_at: datetime
    position: int | None
    estimate: EstimateOut | None
    reason: str | None


class CalledOut(Schema):
    """The ticket that a tutor is answering, with its question."""

    id: UUID
    session: UUID
    state: str
    called_at: datetime
    absences: int
    student_name: str
    question: QuestionOut


class AnswerIn(Schema):
    """A tutor's answer."""

    text: Text = Field(min_length=1, max_length=8000)


class HandoverIn(Schema):
    """To whom a ticket is handed over; without a tutor: to whoever is free next."""

    tutor: Text | None = Field(default=None, min_length=1)
