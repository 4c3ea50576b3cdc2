"""The order of recommendations: pure, from a pool, a history and a model.

Whatever comes out is of the pool, once, and as many as were asked for or as there
are: each step only chooses among candidates that were filtered before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from uuid import UUID

from youke.engagement.service import Fact
from youke.recommendations.candidates import Candidate, Pool
from youke.recommendations.content import similarity
from youke.recommendations.serving import Served
from youke_recommender import Model

#: Facts that a person is folded in from: the latest say what one likes now.
FOLDED = 100
#: Facts that new lessons are compared with.
COMPARED = 10
#: A score below this is noise: nobody is told that it was chosen for them.
LEAST_SCORE = 0.01
#: A cosine below this says little about who watches both.
LEAST_COSINE = 0.1
LIKE_POINTS, VIEW_POINTS = 3, 1
#: Popularity is halved when a lesson is so old, a third at twice that, in days.
AGE_DAYS = 30.0


class Source(StrEnum):
    """Where a recommendation comes from."""

    ALS = "als"
    POPULAR = "popular"
    NEW = "new"
    RELATED = "related"


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A chosen lesson, where it comes from, and the lesson that speaks for it."""

    lesson: Candidate
    source: Source
    because: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Taste:
    """A person's history, latest first, and what is known of the lessons in it."""

    facts: Sequence[Fact]
    #: Lessons of the history that the person may still see.
    lessons: Mapping[UUID, Candidate]

    @property
    def speaks(self) -> bool:
        """Whether there is any sign of interest to go by."""
        return any(fact.confidence > 0 for fact in self.facts)

    @property
    def done(self) -> frozenset[UUID]:
        """Lessons that are not offered again: liked, or seen nearly whole."""
        return frozenset(fact.lesson_id for fact in self.facts if fact.done)

    @property
    def liked(self) -> frozenset[UUID]:
        """Lessons that the person likes."""
        return frozenset(fact.lesson_id for fact in self.facts if fact.liked)

    @property
    def weights(self) -> dict[str, float]:
        """The latest facts as the engine wants them."""
        return {str(f.lesson_id): f.confidence for f in self.facts[:FOLDED]}


def rank(
    pool: Pool, taste: Taste, served: Served | None, *, limit: int, at: datetime
) -> list[Pick]:
    """Return the best lessons for a person, best first.

    Somebody with a history gets what the model or the likeness of lessons speaks
    for, own grade first, then what is popular. Somebody without one gets what is
    popular in the own grade, and in the grades next to it when it has none.
    """
    left = pool.without(taste.done)
    if not taste.speaks:
        return popular(left.own or left.near, at=at)[:limit]
    picks: list[Pick] = []
    for tier in left.tiers:
        picks += personal(tier, taste, served, limit=limit)
    for tier in left.tiers:
        picks += popular(tier, at=at)
    return list(islice(_unique(picks), limit))


def personal(
    tier: Sequence[Candidate], taste: Taste, served: Served | None, *, limit: int
) -> list[Pick]:
    """Return lessons that something in the history speaks for."""
    learned = _learned(tier, taste, served.model, limit=limit) if served else []
    known = served.known if served else frozenset[str]()
    return list(_woven(learned, _alike(tier, taste, known)))


def popular(tier: Iterable[Candidate], *, at: datetime) -> list[Pick]:
    """Return lessons by likes and views in relation to their age, newest first."""
    ordered = sorted(tier, key=lambda c: (-popularity(c, at=at), *_newest(c)))
    return [Pick(lesson=c, source=_popular_or_new(c)) for c in ordered]


def popularity(lesson: Candidate, *, at: datetime) -> float:
    """Return (3 likes + views) / (1 + age in units of `AGE_DAYS`)."""
    age_days = max(0.0, (at - lesson.published_at).total_seconds() / 86_400)
    points = LIKE_POINTS * lesson.likes + VIEW_POINTS * lesson.views
    return points / (1.0 + age_days / AGE_DAYS)


def neighbours(
    lesson: Candidate,
    candidates: Iterable[Candidate],
    served: Served | None,
    *,
    limit: int,
) -> list[Pick]:
    """Return lessons that are alike, and lessons that the same people watched.

    The lesson itself is not among them.
    """
    others = [c for c in candidates if c.id != lesson.id]
    alike = [
        Pick(lesson=c, source=Source.RELATED, because=lesson.id)
        for c in sorted(others, key=lambda c: _by_likeness(lesson, c))
        if similarity(lesson, c) > 0
    ]
    watched = _watched_alike(lesson, others, served, limit=limit)
    return list(islice(_unique(_woven(alike, watched)), limit))


def _learned(
    tier: Sequence[Candidate], taste: Taste, model: Model, *, limit: int
) -> list[Pick]:
    of_id = {str(c.id): c for c in tier}
    scored = model.recommend(taste.weights, list(of_id), n=limit)
    return [
        Pick(lesson=of_id[s.item], source=Source.ALS, because=UUID(s.because))
        for s in scored
        if s.because is not None and s.score >= LEAST_SCORE
    ]


def _watched_alike(
    lesson: Candidate,
    others: Sequence[Candidate],
    served: Served | None,
    *,
    limit: int,
) -> list[Pick]:
    if served is None:
        return []
    of_id = {str(c.id): c for c in others}
    return [
        Pick(lesson=of_id[s.item], source=Source.ALS, because=lesson.id)
        for s in served.model.similar(str(lesson.id), list(of_id), n=limit)
        if s.score >= LEAST_COSINE
    ]


def _alike(
    tier: Sequence[Candidate], taste: Taste, known: frozenset[str]
) -> list[Pick]:
    """Return lessons alike to the latest ones, of pairs that the model cannot know."""
    signs = [
        (fact.confidence, taste.lessons[fact.lesson_id])
        for fact in taste.facts[:COMPARED]
        if fact.confidence > 0 and fact.lesson_id in taste.lessons
    ]
    begun = {fact.lesson_id for fact in taste.facts}
    found = [
        (value, Pick(lesson=candidate, source=Source.RELATED, because=because))
        for candidate in tier
        if candidate.id not in begun
        for value, because in [_strongest(candidate, signs, known)]
        if value > 0
    ]
    found.sort(key=lambda each: (-each[0], *_newest(each[1].lesson)))
    return [pick for _, pick in found]


def _strongest(
    candidate: Candidate,
    signs: Iterable[tuple[float, Candidate]],
    known: frozenset[str],
) -> tuple[float, UUID]:
    """Return how strongly, and which lesson speaks most for the candidate."""
    best = 0.0, candidate.id
    for confidence, lesson in signs:
        if str(candidate.id) in known and str(lesson.id) in known:
            continue
        value = confidence * similarity(lesson, candidate)
        if value > best[0]:
            best = value, lesson.id
    return best


def _woven(most: Iterable[Pick], some: Iterable[Pick]) -> Iterator[Pick]:
    """Give the second of every three places to `some`, as long as both last."""
    rest = iter(some)
    for place, pick in enumerate(most):
        if place % 2:
            yield from islice(rest, 1)
        yield pick
    yield from rest


def _unique(picks: Iterable[Pick]) -> Iterator[Pick]:
    seen: set[UUID] = set()
    for pick in picks:
        if pick.lesson.id not in seen:
            seen.add(pick.lesson.id)
            yield pick


def _popular_or_new(lesson: Candidate) -> Source:
    return Source.POPULAR if lesson.likes or lesson.views else Source.NEW


def _newest(lesson: Candidate) -> tuple[float, UUID]:
    return -lesson.published_at.timestamp(), lesson.id


def _by_likeness(lesson: Candidate, other: Candidate) -> tuple[float, float, UUID]:
    return -similarity(lesson, other), *_newest(other)
