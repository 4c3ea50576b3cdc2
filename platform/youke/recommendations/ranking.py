"""The order of recommendations: pure, from a snapshot, a history and a model.

Whatever comes out is eligible, once, and as many as were asked for or as there are:
each step only chooses among rows that were filtered before.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import numpy as np

from youke.recommendations.content import similarities
from youke.recommendations.diversity import diversified
from youke.recommendations.exploration import BLOCK, PLACE, Ticket, draw
from youke.recommendations.personal import Scene, alike, following, learned
from youke.recommendations.picks import Pick, Source, Wish
from youke.recommendations.serving import Served
from youke.recommendations.snapshot import NONE, Rows, Snapshot, Tier

#: A cosine below this says little about who watches both.
LEAST_COSINE = 0.1
#: Rows that are looked at in one go.
CHUNK = 256


def rank(snapshot: Snapshot, wish: Wish, served: Served | None) -> list[Pick]:
    """Return the best lessons for a person, best first.

    Pinned lessons come first, then those of the units that the class is at. Somebody
    with a history gets what the model or the likeness of lessons speaks for, with what
    is next in a unit between, own grade first, and then what is popular. Somebody
    without one gets what is popular in the own grade, and in the grades next to it
    when it has none.
    """
    scene = Scene(snapshot, wish, served)
    # One more than wanted tells whether there is a choice at all.
    found = list(islice(_unique(_in_order(scene)), wish.limit + 1))
    picks = found[: wish.limit]
    if wish.ticket is None or len(found) <= wish.limit:
        return picks
    for place in range(PLACE, wish.limit, BLOCK):
        picks = _with_lot(scene, picks, place, wish.ticket)
    return picks


def neighbours(
    snapshot: Snapshot, lesson: int, rows: Rows, served: Served | None, *, limit: int
) -> list[Pick]:
    """Return lessons that are alike, and lessons that the same people watched.

    :param lesson: the row of the lesson, which is not among them.
    :param rows: where they are looked for.
    """
    others = rows[rows != lesson]
    values = similarities(snapshot.columns, np.array([lesson]), others)[0]
    some = np.flatnonzero(values > 0)
    order = np.lexsort((others, -snapshot.columns.published[others], -values))
    because = snapshot.names.ids[lesson]
    related = (
        Pick(row=row, source=Source.RELATED, because=because)
        for row in others[order[: len(some)]].tolist()
    )
    watched = _watched_alike(snapshot, lesson, others, served, limit=limit)
    return list(islice(_unique(_woven(related, watched)), limit))


def _in_order(scene: Scene) -> Iterator[Pick]:
    """Yield all eligible lessons, some more than once."""
    audience = scene.wish.audience
    tiers = [scene.snapshot.tier(audience, audience.own_grades)]
    if audience.near:
        tiers.append(scene.snapshot.tier(audience, audience.near))
    yield from _pinned(scene)
    yield from _of_units(scene)
    if scene.wish.taste.speaks:
        personal = chain.from_iterable(_personal(scene, tier) for tier in tiers)
        yield from _woven(personal, following(scene))
        yield from chain.from_iterable(_popular(scene, tier) for tier in tiers)
        return
    left = (tier for tier in tiers if not scene.barred.issuperset(tier.rows.tolist()))
    for tier in islice(left, 1):
        yield from _popular(scene, tier)


def _pinned(scene: Scene) -> Iterator[Pick]:
    subject = scene.wish.audience.subject
    columns, names = scene.snapshot.columns, scene.snapshot.names
    code = names.known(subject)
    for row in scene.snapshot.rows(scene.wish.pinned).tolist():
        fits = subject is None or columns.subject[row] == code
        if fits and row not in scene.barred:
            yield Pick(row=row, source=Source.PINNED)


def _of_units(scene: Scene) -> Iterator[Pick]:
    rows = scene.snapshot.rows(scene.wish.units)
    fits = scene.snapshot.suitable(scene.wish.audience, rows)
    for row in rows[fits].tolist():
        if row not in scene.barred:
            yield Pick(row=row, source=Source.UNIT)


def _personal(scene: Scene, tier: Tier) -> Iterator[Pick]:
    woven = _woven(learned(scene, tier), alike(scene, tier))
    return _varied(scene, _unique(woven))


def _popular(scene: Scene, tier: Tier) -> Iterator[Pick]:
    """Yield a tier by likes and views in relation to the age."""
    points = scene.snapshot.standings.points[scene.wish.audience.grade or 0]
    return _varied(
        scene,
        (
            Pick(row=row, source=Source.POPULAR if points[row] > 0 else Source.NEW)
            for row in _each(tier.popular)
            if row not in scene.barred
        ),
    )


def _each(rows: Rows) -> Iterator[int]:
    """Yield rows; few of many are wanted, so they are not all made numbers."""
    for start in range(0, len(rows), CHUNK):
        yield from rows[start : start + CHUNK].tolist()


def _varied(scene: Scene, picks: Iterable[Pick]) -> Iterator[Pick]:
    columns = scene.snapshot.columns

    def keys(pick: Pick) -> tuple[int | None, ...]:
        kinds = (columns.unit, columns.owner, columns.school)
        codes = (int(kind[pick.row]) for kind in kinds)
        return tuple(None if code == NONE else code for code in codes)

    return diversified(picks, keys)


def _with_lot(
    scene: Scene, picks: list[Pick], place: int, ticket: Ticket
) -> list[Pick]:
    """Return the picks with a lesson by lot in this place, if there is one."""
    audience = scene.wish.audience
    rows = scene.snapshot.tier(audience, audience.own_grades).fresh
    above = [pick.row for pick in picks[:place]]
    taken = np.array([*above, *scene.barred], dtype=np.intp)
    rows = rows[~(rows[:, None] == taken).any(axis=1)]
    drawn = draw(rows, ticket, place)
    if drawn is None:
        return picks
    lot = Pick(row=drawn.row, source=Source.EXPLORE, propensity=drawn.propensity)
    rest = (pick for pick in picks[place:] if pick.row != drawn.row)
    return [*picks[:place], lot, *rest][: len(picks)]


def _watched_alike(
    snapshot: Snapshot, lesson: int, others: Rows, served: Served | None, *, limit: int
) -> Iterator[Pick]:
    if served is None:
        return
    names = snapshot.names
    candidates = [names.texts[row] for row in others.tolist()]
    for each in served.model.similar(names.texts[lesson], candidates, n=limit):
        if each.score >= LEAST_COSINE:
            row = names.row_of_text[each.item]
            yield Pick(row=row, source=Source.ALS, because=names.ids[lesson])


def _woven(most: Iterable[Pick], some: Iterable[Pick]) -> Iterator[Pick]:
    """Give the second of every three places to `some`, as long as both last."""
    rest = iter(some)
    for place, pick in enumerate(most):
        if place % 2:
            yield from islice(rest, 1)
        yield pick
    yield from rest


def _unique(picks: Iterable[Pick]) -> Iterator[Pick]:
    seen: set[int] = set()
    for pick in picks:
        if pick.row not in seen:
            seen.add(pick.row)
            yield pick
