"""What to watch next, for one person and beside one lesson."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from youke.accounts.service import Person, Role, class_of, profiling_allowed
from youke.catalogue.service import find_subject
from youke.engagement import service as engagement
from youke.jobs import enqueue
from youke.kernel.clock import local, now
from youke.kernel.db import Database
from youke.lessons.service import Lesson, lessons_by_id
from youke.recommendations.audience import Audience
from youke.recommendations.content import common
from youke.recommendations.exploration import Ticket
from youke.recommendations.exposures import Exposures, Slot
from youke.recommendations.keeper import Keeper, State
from youke.recommendations.picks import Pick, Source, Taste, Wish
from youke.recommendations.pins import (
    classes_that_have,
    classes_to_pin_for,
    pin,
    pinned,
    pins_to_see,
    unpin,
)
from youke.recommendations.ranking import neighbours, rank
from youke.recommendations.reasons import (
    explanation,
    personal_reason,
    related_reason,
)
from youke.recommendations.serving import ModelCache
from youke.recommendations.snapshot import NONE, Snapshot
from youke.recommendations.tasks import train_ranking
from youke.recommendations.training import train
from youke.recommendations.trials import Variant, bucket_of
from youke.storage import ObjectStore

__all__ = [
    "Recommended",
    "Source",
    "classes_that_have",
    "classes_to_pin_for",
    "keep_current",
    "note_opening",
    "pin",
    "pins_to_see",
    "recommend",
    "related",
    "shown",
    "train",
    "train_soon",
    "unpin",
]

#: Units of a class that are offered, and the watched lessons they are found by.
MOST_UNITS, UNIT_LESSONS = 2, 20

_cache, _challenger = ModelCache(), ModelCache()
_keeper = Keeper(lambda v: _challenger if v is Variant.CHALLENGER else _cache)
_exposures = Exposures()


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """A lesson, why it is recommended in the reader's words, and where it is from."""

    lesson: Lesson
    reason: str
    source: Source
    #: How it came about and what of the person was used.
    why: str
    #: Where it stands; see `shown`.
    slot: Slot
    #: The chance it had, where it was drawn by lot.
    propensity: float | None = None


def keep_current(database: Database, store: ObjectStore) -> None:
    """Keep catalogue and models fresh and write counters, in threads of this process.

    Without this each request looks for changes itself, and nothing is counted.
    """
    _keeper.keep(database, store)
    _exposures.keep(database)


def recommend(
    session: Session,
    store: ObjectStore,
    person: Person,
    limit: int,
    *,
    subject: str | None = None,
    surface: str = "api",
) -> list[Recommended]:
    """Return lessons for a person, best first, from what they did until this moment.

    Only published and playable lessons that suit the person's grade (a teacher's pin
    may be of another) and are neither liked nor seen; as many as there are, at most
    `limit`; see `ranking.rank`. Whoever does not allow profiling is answered by grade
    and class: nothing of what they did is read.

    :param surface: the row that it is for, as exposures are counted.
    :raises InvalidError: when there is no such subject.
    """
    wanted = find_subject(subject).code if subject else None
    state = _keeper.state(session, store)
    variant = state.variant(person)
    profiled = profiling_allowed(session, person)
    wish = _wish(session, state, person, limit, profiled=profiled)
    wish = replace(wish, audience=Audience.of(person, wanted))
    served = state.model(variant) if profiled else None
    answer = _verified(
        session,
        lambda dropped: rank(state.snapshot, replace(wish, dropped=dropped), served),
        lambda lesson, pick: _suits(wish, lesson, pick),
        state.snapshot,
    )
    slot = _slot(state, person, surface, served.id if served else None)
    return [
        Recommended(
            lesson=lesson,
            reason=personal_reason(pick, lesson, wish.taste, answer.known),
            source=pick.source,
            why=explanation(pick.source, profiled=profiled),
            slot=slot(pick.source, place),
            propensity=pick.propensity,
        )
        for place, (pick, lesson) in enumerate(answer.picks)
    ]


def related(
    session: Session, store: ObjectStore, lesson: Lesson, person: Person, *, limit: int
) -> list[Recommended]:
    """Return lessons to go on with beside this one, best first, at most `limit`.

    Of this lesson's grade and those that suit the person, published and playable,
    neither liked nor seen, as far as the person allows to know that.
    """
    state = _keeper.state(session, store)
    snapshot = state.snapshot
    row = snapshot.row(lesson.id)
    if row is None:
        return []
    profiled = profiling_allowed(session, person)
    taste = _taste(session, person) if profiled else Taste()
    audience = Audience.of(person)
    if audience.grade is not None:
        # Who looks at a lesson of another grade goes on from there.
        audience = replace(audience, stage=None, near=audience.near | {lesson.grade})
    fits = snapshot.fits(audience)
    served = state.model(state.variant(person))

    def pick(dropped: Collection[UUID]) -> list[Pick]:
        left = fits.copy()
        left[snapshot.rows([*taste.done, *dropped])] = False
        rows = np.flatnonzero(left)
        return neighbours(snapshot, row, rows, served, limit=limit)

    answer = _verified(session, pick, lambda each, _: audience.suits(each), snapshot)
    slot = _slot(state, person, "related", served.id if served else None)
    return [
        Recommended(
            lesson=found,
            reason=related_reason(p, common(snapshot.columns, row, p.row)),
            source=p.source,
            why=explanation(p.source, profiled=profiled),
            slot=slot(p.source, place),
        )
        for place, (p, found) in enumerate(answer.picks)
    ]


def shown(chosen: Sequence[Recommended], secret: str) -> list[str]:
    """Count lessons as shown; return what their links carry, in their order."""
    return [
        _exposures.show(each.lesson.id, each.slot, each.propensity).token(secret)
        for each in chosen
    ]


def note_opening(lesson_id: UUID, token: str, secret: str) -> None:
    """Count a lesson opened from where it was shown; forged tokens count nothing."""
    slot = Slot.of_token(token, secret)
    if slot is not None:
        _exposures.open(lesson_id, slot)


def train_soon(session: Session) -> None:
    """Have a model trained in the background when this transaction is done."""
    enqueue(session, train_ranking)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """Picks with their lessons as the database has them now."""

    picks: Sequence[tuple[Pick, Lesson]]
    #: Lessons that may be named in reasons.
    known: dict[UUID, Lesson]


def _verified(
    session: Session,
    choose: Callable[[Collection[UUID]], list[Pick]],
    suits: Callable[[Lesson, Pick], bool],
    snapshot: Snapshot,
) -> _Answer:
    """Choose until all that is chosen is eligible in the database too.

    The snapshot may be some seconds old; what is found hidden is chosen no more.
    """
    dropped: set[UUID] = set()
    ids = snapshot.names.ids
    while True:
        picks = choose(dropped)
        because = {pick.because for pick in picks if pick.because}
        found = lessons_by_id(session, {ids[p.row] for p in picks} | because)
        pairs = [(pick, found.get(ids[pick.row])) for pick in picks]
        bad = {
            ids[pick.row]
            for pick, lesson in pairs
            if lesson is None or not suits(lesson, pick)
        }
        if not bad:
            known = {each: lesson for each, lesson in found.items() if lesson.listed}
            good = [(pick, lesson) for pick, lesson in pairs if lesson is not None]
            return _Answer(picks=good, known=known)
        hidden = [i for i in bad if i not in found or not found[i].listed]
        _keeper.bury(hidden)
        dropped |= bad


def _suits(wish: Wish, lesson: Lesson, pick: Pick) -> bool:
    pinned_here = pick.source is Source.PINNED
    return wish.audience.shows(lesson) if pinned_here else wish.audience.suits(lesson)


def _wish(
    session: Session, state: State, person: Person, limit: int, *, profiled: bool
) -> Wish:
    is_student = person.has(Role.STUDENT)
    ours = class_of(person) if is_student else None
    units = [] if profiled or ours is None else _units(session, state, ours.id)
    return Wish(
        audience=Audience.of(person),
        limit=limit,
        taste=_taste(session, person) if profiled else Taste(),
        pinned=pinned(session, ours.id if ours else None),
        units=units,
        ticket=Ticket(person_id=person.id, day=local(now()).date()),
    )


def _taste(session: Session, person: Person) -> Taste:
    return Taste(facts=engagement.history(session, person.id))


def _units(session: Session, state: State, class_id: UUID) -> list[UUID]:
    """Return the lessons of the units that a class is at, each in its order."""
    snapshot = state.snapshot
    watched = engagement.watched_in_class(session, class_id, UNIT_LESSONS)
    codes = snapshot.columns.unit[snapshot.rows(watched)].tolist()
    units = [code for code in dict.fromkeys(codes) if code != NONE][:MOST_UNITS]
    lessons: list[UUID] = []
    for unit in units:
        rows = np.flatnonzero(snapshot.columns.listed & (snapshot.columns.unit == unit))
        columns = snapshot.columns
        order = np.lexsort((rows, columns.published[rows], columns.number[rows]))
        lessons += [snapshot.names.ids[row] for row in rows[order].tolist()]
    return lessons


def _slot(
    state: State, person: Person, surface: str, model: UUID | None
) -> Callable[[Source, int], Slot]:
    """Return what makes the slots of one answer."""
    trial = state.trial
    arm = state.variant(person)

    def make(source: Source, place: int) -> Slot:
        return Slot(
            surface=surface,
            model=str(model or ""),
            variant=arm.value if arm else "",
            source=source.value,
            place=place,
            trial=str(trial.id) if trial else "",
            bucket=bucket_of(trial.id, person) if trial else -1,
        )

    return make
