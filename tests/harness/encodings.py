"""Looks into encodings and their jobs, and moves them as a worker or time would."""

from uuid import UUID

from sqlalchemy import select, text

from harness.city import Caller, City
from youke.media import encodings
from youke.media.models import Encoding


def all_encodings(city: City) -> list[Encoding]:
    with city.database.transaction() as session:
        return list(session.scalars(select(Encoding).order_by(Encoding.id)).all())


def jobs(city: City) -> list[tuple[str, str, int]]:
    """The jobs there are: task, status, attempts."""
    query = "SELECT task_name, status::text, attempts FROM procrastinate_jobs"
    with city.database.transaction() as session:
        return [(r[0], r[1], r[2]) for r in session.execute(text(query))]


def told(teacher: Caller) -> list[tuple[str, str]]:
    """What notices the teacher has: kind and address."""
    items = teacher.get("/notices").get_json()["items"]
    return [(item["kind"], item["href"]) for item in items]


def make_due(city: City) -> None:
    """Let retries happen now."""
    with city.database.transaction() as session:
        session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))


def begin(city: City, upload: UUID) -> Encoding:
    with city.database.transaction() as session:
        encoding = encodings.begin(session, upload)
    assert encoding is not None
    return encoding
