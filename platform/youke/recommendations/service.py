"""What to watch next, for one person and beside one lesson."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.catalogue.service import find_subject
from youke.engagement import service as engagement
from youke.jobs import enqueue
from youke.kernel.clock import now
from youke.lessons.service import Lesson, lessons_by_id
from youke.recommendations.candidates import (
    as_candidates,
    find_candidates,
    grades_of,
    pool_for,
)
from youke.recommendations.ranking import (
    FOLDED,
    Pick,
    Source,
    Taste,
    neighbours,
    rank,
)
from youke.recommendations.reasons import personal_reason, related_reason
from youke.recommendations.serving import ModelCache, Served, published_model
from youke.recommendations.tasks import train_ranking
from youke.recommendations.training import train
from youke.storage import ObjectStore

__all__ = ["Recommended", "Source", "recommend", "related", "train", "train_soon"]

_cache = ModelCache()


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """A lesson, why it is recommended in the reader's words, and where it is from."""

    lesson: Lesson
    reason: str
    source: Source


def recommend(
    session: Session,
    store: ObjectStore,
    person: Person,
    limit: int,
    *,
    subject: str | None = None,
) -> list[Recommended]:
    """Return lessons for a person, best first, from what they did until this moment.

    Only published and playable lessons that suit the person's grade and are neither
    liked nor seen; as many as there are, at most `limit`; see `ranking.rank`.

    :raises InvalidError: when there is no such subject.
    """
    wanted = find_subject(subject).code if subject else None
    pool = pool_for(session, person, subject=wanted)
    taste = _taste(session, person)
    picks = rank(pool, taste, _served(session, store), limit=limit, at=now())
    reasons = [personal_reason(pick, taste) for pick in picks]
    return _recommended(session, picks, reasons)


def related(
    session: Session, store: ObjectStore, lesson: Lesson, person: Person, *, limit: int
) -> list[Recommended]:
    """Return lessons to go on with beside this one, best first, at most `limit`.

    Of this lesson's grade and those that suit the person, published and playable,
    neither liked nor seen.
    """
    grades = grades_of(person)
    wanted = None if grades is None else grades | {lesson.grade}
    itself = as_candidates([lesson]).get(lesson.id)
    if itself is None:
        return []
    done = {f.lesson_id for f in engagement.history(session, person.id) if f.done}
    candidates = find_candidates(session, grades=wanted)
    left = [candidate for candidate in candidates if candidate.id not in done]
    picks = neighbours(itself, left, _served(session, store), limit=limit)
    return _recommended(session, picks, [related_reason(p, itself) for p in picks])


def train_soon(session: Session) -> None:
    """Have a model trained in the background when this transaction is done."""
    enqueue(session, train_ranking)


def _taste(session: Session, person: Person) -> Taste:
    facts = engagement.history(session, person.id)
    latest = [fact.lesson_id for fact in facts[:FOLDED]]
    lessons = lessons_by_id(session, latest)
    return Taste(facts=facts, lessons=as_candidates(lessons.values()))


def _served(session: Session, store: ObjectStore) -> Served | None:
    return _cache.get(published_model(session), store)


def _recommended(
    session: Session, picks: Sequence[Pick], reasons: Sequence[str]
) -> list[Recommended]:
    lessons = lessons_by_id(session, [pick.lesson.id for pick in picks])
    return [
        Recommended(lesson=lessons[pick.lesson.id], reason=reason, source=pick.source)
        for pick, reason in zip(picks, reasons, strict=True)
    ]
