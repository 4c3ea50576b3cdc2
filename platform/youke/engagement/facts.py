"""What is known of a person's watching and liking, for everybody who reads it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    desc,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from youke.accounts.service import Person, ids_of_profiled
from youke.engagement import rules
from youke.engagement.models import Like, Watch
from youke.engagement.norms import depth
from youke.engagement.terms import school_weeks_between
from youke.http.paging import DEFAULT_LIMIT, Order, Page, fetch_page
from youke.kernel.clock import now
from youke.lessons.search import listed
from youke.lessons.service import Lesson, lessons_by_id

#: Rows fetched at a time when everything is read.
BATCH = 5_000


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What one person did with one lesson, and when last."""

    lesson_id: UUID
    #: Watched share, 0 to 1.
    watched: float
    liked: bool
    at: datetime
    #: Share of the watches of lessons about as long that were not longer; None while
    #: too few are known.
    depth: float | None = None
    #: On how many days a view was counted.
    times: int = 1
    #: Weeks of school since.
    weeks: int = 0

    @property
    def confidence(self) -> float:
        """How clear a sign of interest this is; see `rules.confidence`."""
        signs = rules.Signs(
            watched=self.watched,
            liked=self.liked,
            depth=self.depth,
            times=self.times,
            weeks=self.weeks,
        )
        return rules.confidence(signs)

    @property
    def done(self) -> bool:
        """Whether the lesson need not be offered again."""
        return self.liked or self.watched > rules.SEEN_SHARE


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """A fact with the person it is of: what ranking models learn from."""

    person_id: UUID
    fact: Fact


@dataclass(frozen=True, kw_only=True)
class Started:
    """A lesson that a person has begun and not finished."""

    lesson: Lesson
    watched: float
    position_s: float


def liked(session: Session, person_id: UUID, lesson_id: UUID) -> bool:
    """Say whether the person likes the lesson."""
    return session.get(Like, (person_id, lesson_id)) is not None


def progress_of(
    session: Session, person_id: UUID, lesson_ids: Collection[UUID]
) -> dict[UUID, float]:
    """Return the watched share (0 to 1) of each lesson that was begun."""
    rows = session.execute(
        select(Watch.lesson_id, _share()).where(
            Watch.person_id == person_id, Watch.lesson_id.in_(lesson_ids)
        )
    )
    return {lesson_id: share for lesson_id, share in rows if share > 0}


def resume_position(session: Session, person_id: UUID, lesson_id: UUID) -> float | None:
    """Return the second to go on at; None: at the beginning."""
    watch = session.get(Watch, (person_id, lesson_id))
    return rules.resume_at(watch.position_s, watch.duration_s) if watch else None


def continue_watching(session: Session, person_id: UUID, limit: int) -> list[Started]:
    """Return lessons that the person has begun and not finished, latest first."""
    share = _share()
    rows = session.execute(
        select(Lesson, share, Watch.position_s)
        .join(Watch, Watch.lesson_id == Lesson.id)
        .where(Watch.person_id == person_id, listed())
        .where(share > 0, share < rules.COMPLETE_SHARE)
        .order_by(Watch.updated_at.desc())
        .limit(limit)
    )
    return [
        Started(lesson=lesson, watched=watched, position_s=position)
        for lesson, watched, position in rows
    ]


def history(session: Session, person_id: UUID, limit: int | None = None) -> list[Fact]:
    """Return what the person has watched or liked, latest first."""
    latest_first = _facts_of_one()
    if limit is not None:
        latest_first = latest_first.limit(limit)
    rows, at = session.execute(latest_first, {"person": person_id}), now()
    return [_fact(row, at) for row in rows]


def watched_lessons(
    session: Session,
    person_id: UUID,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Lesson]:
    """Return a page of the lessons that the person has watched, latest first."""
    watches = select(Watch).join(Lesson, Lesson.id == Watch.lesson_id)
    mine = watches.where(Watch.person_id == person_id, Watch.seconds > 0, listed())
    latest = Order((Watch.updated_at, Watch.lesson_id))
    page = fetch_page(session, mine, latest, cursor=cursor, limit=limit)
    return _lessons(session, page)


def count_watched(session: Session, person_id: UUID) -> int:
    """Return how many lessons the person has watched, also hidden ones."""
    mine = (Watch.person_id == person_id) & (Watch.seconds > 0)
    return session.scalar(select(func.count()).where(mine)) or 0


def count_liked(session: Session, person_id: UUID) -> int:
    """Return how many lessons the person likes, also hidden ones."""
    mine = Like.person_id == person_id
    return session.scalar(select(func.count()).where(mine)) or 0


def liked_lessons(
    session: Session,
    person_id: UUID,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Lesson]:
    """Return a page of the lessons that the person likes, latest first."""
    likes = select(Like).join(Lesson, Lesson.id == Like.lesson_id)
    mine = likes.where(Like.person_id == person_id, listed())
    latest = Order((Like.created_at, Like.lesson_id))
    page = fetch_page(session, mine, latest, cursor=cursor, limit=limit)
    return _lessons(session, page)


def all_interactions(session: Session) -> Iterator[Interaction]:
    """Yield every fact of everybody who allows profiling, fetched in batches."""
    facts = _facts(None).subquery()
    allowed = facts.c.person_id.in_(ids_of_profiled())
    statement = select(facts).where(allowed).execution_options(yield_per=BATCH)
    at = now()
    for row in session.execute(statement):
        yield Interaction(person_id=row.person_id, fact=_fact(row, at))


def describe(session: Session, lesson: Lesson, viewer: Person) -> dict[str, Any]:
    """Return what engagement adds to a lesson's description."""
    return {
        "liked": liked(session, viewer.id, lesson.id),
        "position_s": resume_position(session, viewer.id, lesson.id),
    }


@cache
def _facts_of_one() -> Select[UUID, UUID, float, bool, Any, float | None, int]:
    # Made once: every recommendation asks it, and making it takes a millisecond.
    one: BindParameter[UUID] = bindparam("person")
    return _facts(one).order_by(desc("at"), desc("lesson_id"))


def _facts(
    person_id: BindParameter[UUID] | None,
) -> Select[UUID, UUID, float, bool, Any, float | None, int]:
    """Select watches and likes side by side: a person may have either alone."""
    watches, likes = select(Watch), select(Like)
    if person_id is not None:
        watches = watches.where(Watch.person_id == person_id)
        likes = likes.where(Like.person_id == person_id)
    w, k = aliased(Watch, watches.subquery()), aliased(Like, likes.subquery())
    both = (w.person_id == k.person_id) & (w.lesson_id == k.lesson_id)
    return select(
        func.coalesce(w.person_id, k.person_id).label("person_id"),
        func.coalesce(w.lesson_id, k.lesson_id).label("lesson_id"),
        _share(w).label("watched"),
        k.person_id.is_not(None).label("liked"),
        func.greatest(w.updated_at, k.created_at).label("at"),
        depth(w.seconds, w.duration_s).label("depth"),
        func.coalesce(w.times, 0).label("times"),
    ).join_from(w, k, both, full=True)


def _lessons(session: Session, page: Page[Watch] | Page[Like]) -> Page[Lesson]:
    ids = [row.lesson_id for row in page.items]
    found = lessons_by_id(session, ids)
    return Page(items=[found[each] for each in ids], next=page.next)


def _fact(row: Any, at: datetime) -> Fact:
    return Fact(
        lesson_id=row.lesson_id,
        watched=row.watched,
        liked=row.liked,
        at=row.at,
        depth=row.depth,
        times=row.times,
        weeks=school_weeks_between(row.at, at),
    )


def _share(watch: type[Watch] = Watch) -> ColumnElement[float]:
    # Of NULL and a number, LEAST takes the number: no watch would be a whole one.
    return func.least(1.0, func.coalesce(watch.seconds / watch.duration_s, 0.0))
