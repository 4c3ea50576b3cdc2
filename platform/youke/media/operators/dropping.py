"""Dropping from many lessons, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.kernel.db import Database
from youke.kernel.errors import YoukeError
from youke.media.models import Upload
from youke.media.operators import service, storage
from youke.media.operators.retention import Retention
from youke.media.operators.service import Freed

Refused = Callable[[UUID, YoukeError], None]
#: What drops one thing of one lesson, if it may.
Act = Callable[[Session], Freed | None]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be dropped."""

    originals: bool = False
    rungs: Sequence[str] = ()
    #: Only what has been ready for so long.
    age: timedelta = timedelta()
    #: Only of these lessons; of all if none is named.
    lessons: Sequence[UUID] = ()


def drop(
    database: Database, wanted: Wanted, refused: Refused, *, dry_run: bool = False
) -> Iterator[Freed]:
    """Drop what is wanted and yield it.

    :param refused: is told of the lessons that need what is wanted, and why.
    :param dry_run: do everything but keep nothing of it.
    """
    for lesson_id, act in _acts(database, wanted):
        try:
            freed = _tried(database, act, dry_run=dry_run)
        except YoukeError as error:
            refused(lesson_id, error)
            continue
        if freed is not None:
            yield freed


def follow(database: Database, policy: Retention, refused: Refused) -> Iterator[Freed]:
    """Drop what a policy does not keep any longer and yield it."""
    if policy.originals is not None:
        wanted = Wanted(originals=True, age=policy.originals)
        yield from drop(database, wanted, refused)
    for rung, age in policy.rungs.items():
        yield from drop(database, Wanted(rungs=(rung,), age=age), refused)


def _tried(database: Database, act: Act, *, dry_run: bool) -> Freed | None:
    with database.sessions() as session:
        freed = act(session)
        if not dry_run:
            session.commit()
    return freed


def _acts(database: Database, wanted: Wanted) -> Iterator[tuple[UUID, Act]]:
    if wanted.originals:
        for lesson_id, upload_id in _originals(database, wanted):
            yield lesson_id, _original_of(upload_id)
    for rung in wanted.rungs:
        for lesson_id in _lessons_with(database, wanted, rung):
            yield lesson_id, _rung_of(lesson_id, rung)


def _original_of(upload_id: UUID) -> Act:
    return lambda session: service.drop_original(session, upload_id)


def _rung_of(lesson_id: UUID, rung: str) -> Act:
    return lambda session: service.drop_rung(session, lesson_id, rung)


def _originals(database: Database, wanted: Wanted) -> list[tuple[UUID, UUID]]:
    """Return the originals in question; who names lessons is told why others stay."""
    with database.transaction() as session:
        if wanted.lessons:
            named = Upload.lesson_id.in_(wanted.lessons)
            found = select(Upload).where(storage.is_original(), named)
        else:
            found = storage.originals_older_than(wanted.age)
        found = found.order_by(Upload.id)
        return [(each.lesson_id, each.id) for each in session.scalars(found)]


def _lessons_with(database: Database, wanted: Wanted, rung: str) -> Sequence[UUID]:
    if wanted.lessons:
        return wanted.lessons
    with database.transaction() as session:
        return service.complete_lessons(session, rung=rung, age=wanted.age)
