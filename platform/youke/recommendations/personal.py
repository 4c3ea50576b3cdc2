"""Lessons that something in a person's history speaks for; pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from youke.recommendations.content import similarities
from youke.recommendations.diversity import QUOTA
from youke.recommendations.picks import Pick, Source, Wish
from youke.recommendations.serving import Served
from youke.recommendations.snapshot import NONE, Rows, Snapshot, Tier
from youke.recommendations.units import Step, next_step

#: Facts that new lessons are compared with, …
COMPARED = 10
#: … and how many lessons at most: the newest.
MOST_COMPARED = 2_000
#: A score below this is noise: nobody is told that it was chosen for them.
LEAST_SCORE = 0.01
#: Lessons that are "next" in one answer, and the latest facts they may follow.
MOST_NEXT, FOLLOWED = 2, 10
#: Whoever has seen more than this share of a lesson may go on to the next.
FOLLOWED_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Scene:
    """What one answer is made from."""

    snapshot: Snapshot
    wish: Wish
    served: Served | None

    @cached_property
    def barred(self) -> frozenset[int]:
        """Rows that must not come: done, or found hidden."""
        rows = (
            self.snapshot.row(each)
            for ids in (self.wish.taste.done, self.wish.dropped)
            for each in ids
        )
        return frozenset(row for row in rows if row is not None)

    @cached_property
    def signs(self) -> list[tuple[float, int]]:
        """Confidence and row of the latest lessons that new ones are compared with."""
        weights = self.wish.taste.weights
        return [
            (confidence, row)
            for fact in self.wish.taste.facts[:COMPARED]
            if (confidence := weights[str(fact.lesson_id)]) > 0
            and (row := self.snapshot.row(fact.lesson_id)) is not None
        ]

    @cached_property
    def begun(self) -> Rows:
        """Rows of everything that the person has dealt with, and the barred ones."""
        facts = self.snapshot.rows(fact.lesson_id for fact in self.wish.taste.facts)
        return np.union1d(facts, np.array([*self.barred], dtype=np.intp))


def learned(scene: Scene, tier: Tier) -> Iterator[Pick]:
    """Yield lessons by the score that the model gives them, best first."""
    if scene.served is None:
        return
    names = scene.snapshot.names
    scored = scene.served.model.recommend(
        scene.wish.taste.weights,
        scene.served.allowed(tier),
        [names.texts[row] for row in scene.barred],
        n=scene.wish.limit + QUOTA.ahead,
    )
    for each in scored:
        if each.because is not None and each.score >= LEAST_SCORE:
            yield Pick(
                row=names.row_of_text[each.item],
                source=Source.ALS,
                because=UUID(each.because),
            )


def alike(scene: Scene, tier: Tier) -> Iterator[Pick]:
    """Yield lessons alike to the latest ones, of pairs that the model cannot know."""
    rows = _comparable(scene, tier)
    if not len(rows):
        return
    columns, ids = scene.snapshot.columns, scene.snapshot.names.ids
    signs = np.array([row for _, row in scene.signs], dtype=np.intp)
    confidences = np.array([value for value, _ in scene.signs], dtype=np.float32)
    values = confidences[:, None] * similarities(columns, signs, rows)
    trained = scene.served.trained if scene.served else frozenset[str]()
    known = _known(scene, signs, trained)[:, None] & _known(scene, rows, trained)
    values[known] = 0
    strongest = values.argmax(axis=0)
    best = values.max(axis=0)
    order = np.lexsort((rows, -columns.published[rows], -best))
    for place in order[: np.count_nonzero(best > 0)].tolist():
        because = ids[signs[strongest[place]]]
        yield Pick(row=int(rows[place]), source=Source.RELATED, because=because)


def following(scene: Scene) -> Iterator[Pick]:
    """Yield what follows, in its unit, the lessons that were watched last."""
    columns = scene.snapshot.columns
    units: set[int] = set()
    for fact in scene.wish.taste.facts[:FOLLOWED]:
        row = scene.snapshot.row(fact.lesson_id)
        if row is None or fact.watched <= FOLLOWED_SHARE:
            continue
        unit = int(columns.unit[row])
        if unit == NONE or unit in units or len(units) == MOST_NEXT:
            continue
        units.add(unit)
        after = _after(scene, row)
        if after is not None:
            yield Pick(row=after, source=Source.NEXT, because=fact.lesson_id)


def _comparable(scene: Scene, tier: Tier) -> Rows:
    """Return the newest lessons that likeness may speak for.

    All of them when a sign is new to the model, else those that are new to it.
    """
    if not scene.signs:
        return np.empty(0, dtype=np.intp)
    rows, served = tier.rows, scene.served
    if served is not None:
        signs = np.array([row for _, row in scene.signs])
        if _known(scene, signs, served.trained).all():
            rows = served.untrained(tier)
    if not len(rows):
        return rows
    rows = rows[~np.isin(rows, scene.begun)]
    if len(rows) <= MOST_COMPARED:
        return rows
    published = scene.snapshot.columns.published[rows]
    newest = np.lexsort((rows, -published))[:MOST_COMPARED]
    return rows[newest]


def _known(scene: Scene, rows: Rows, trained: Collection[str]) -> NDArray[np.bool_]:
    texts = scene.snapshot.names.texts
    known = (texts[row] in trained for row in rows.tolist())
    return np.fromiter(known, dtype=np.bool_, count=len(rows))


def _after(scene: Scene, row: int) -> int | None:
    """Return the row of what follows in the unit and suits the person."""
    columns, names = scene.snapshot.columns, scene.snapshot.names
    unit = np.flatnonzero(columns.unit == columns.unit[row])
    unit = unit[scene.snapshot.suitable(scene.wish.audience, unit) | (unit == row)]
    steps = (
        Step(
            id=names.ids[each],
            number=int(columns.number[each]),
            published_at=float(columns.published[each]),
            owner=int(columns.owner[each]),
        )
        for each in unit.tolist()
    )
    done = {names.ids[each] for each in scene.barred}
    step = next_step(steps, names.ids[row], done)
    return names.row_of[step.id] if step else None
