"""Whatever the catalogue, the history and the filters: nothing but what may come."""

import itertools
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from catalogues import NOW, entry, fact, numbers, served, snapshot, student, wish
from hypothesis import given, settings
from hypothesis import strategies as st

from youke.recommendations.audience import Audience
from youke.recommendations.content import similarities
from youke.recommendations.diversity import QUOTA, diversified
from youke.recommendations.exploration import Ticket
from youke.recommendations.picks import Source
from youke.recommendations.ranking import neighbours, rank
from youke.recommendations.snapshot import Entry, Snapshot

lesson_numbers = st.integers(min_value=1, max_value=30)
lessons = st.builds(
    entry,
    lesson_numbers,
    title=st.sampled_from(["第一课时", "第二课时", "Ratios"]),
    stage=st.sampled_from(["junior", "junior", "junior54"]),
    grade=st.integers(min_value=6, max_value=9),
    subject=st.sampled_from(["math", "music"]),
    chapter=st.sampled_from([None, "One", "Two"]),
    owner_id=st.sampled_from([UUID(int=1), UUID(int=2)]),
    school_id=st.sampled_from([None, UUID(int=3)]),
    tags=st.lists(st.sampled_from("abc"), max_size=3),
    listed=st.sampled_from([True, True, True, False]),
    days=st.integers(min_value=0, max_value=90),
)
catalogues = st.lists(lessons, unique_by=lambda c: c.id, max_size=30)
facts = st.builds(
    fact,
    st.builds(entry, lesson_numbers),
    watched=st.sampled_from([0.0, 0.01, 0.6, 0.85, 1.0]),
    liked=st.booleans(),
)
histories = st.lists(facts, unique_by=lambda f: f.lesson_id, max_size=8)
ids = st.lists(
    st.builds(lambda n: UUID(int=n), lesson_numbers), max_size=4, unique=True
)
audiences = st.sampled_from(
    [Audience(), Audience(subject="music"), student(7), student(9, "math"), student(8)]
)
TRAINED = served(*[[entry(n) for n in (1, 2, 3, 4)]] * 4, [entry(5)] * 2)
TICKET = Ticket(person_id=UUID(int=5), day=NOW.date())


def eligible(catalogue: list[Entry], wanted: Any) -> set[UUID]:
    """Say by the rule itself, lesson by lesson, what may come."""
    audience, done = wanted.audience, {*wanted.taste.done, *wanted.dropped}
    left = [c for c in catalogue if c.listed and c.id not in done]
    if audience.subject:
        left = [c for c in left if c.subject == audience.subject]
    pinned = {c.id for c in left if c.id in wanted.pinned}
    if audience.grade is None:
        return {c.id for c in left}
    left = [c for c in left if c.stage == audience.stage]
    units = {c.id for c in left if c.id in wanted.units}
    own = {c.id for c in left if c.grade == audience.grade}
    near = {c.id for c in left if c.grade in audience.near}
    units &= own | near
    return pinned | units | (own | near if wanted.taste.speaks else own or near)


@settings(deadline=None, max_examples=150)
@given(
    catalogue=catalogues,
    history=histories,
    audience=audiences,
    more=st.fixed_dictionaries({"pinned": ids, "units": ids, "dropped": ids}),
    model=st.sampled_from([None, TRAINED]),
    limit=st.integers(min_value=0, max_value=35),
    popular=st.dictionaries(lesson_numbers, st.just(3.0), max_size=9),
)
def test_only_eligible_lessons_come_once_each_and_as_many_as_there_are(
    catalogue: list[Entry], history: list[Any], audience: Audience, **rest: Any
) -> None:
    known = {c.id.int for c in catalogue}
    points = {n: p for n, p in rest["popular"].items() if n in known}
    city = snapshot(catalogue, points) if catalogue else Snapshot()
    wanted = wish(
        *history,
        limit=rest["limit"],
        audience=audience,
        ticket=TICKET,
        **rest["more"],
    )
    allowed = eligible(catalogue, wanted)

    picks = rank(city, wanted, rest["model"])

    chosen = [UUID(int=n) for n in numbers(city, picks)]
    assert len(chosen) == len(set(chosen)) == min(rest["limit"], len(allowed))
    assert set(chosen) <= allowed
    signs = {f.lesson_id for f in history if f.confidence > 0}
    assert all(pick.because in signs for pick in picks if pick.because)
    lots = [n for n, pick in enumerate(picks) if pick.source is Source.EXPLORE]
    assert all(b - a >= 10 for a, b in itertools.pairwise(lots))


@settings(deadline=None, max_examples=60)
@given(catalogue=catalogues, model=st.sampled_from([None, TRAINED]))
def test_related_lessons_are_others_once_each(
    catalogue: list[Entry], model: Any
) -> None:
    lesson = entry(99, chapter="One", tags="a")
    city = snapshot([*catalogue, lesson])
    rows = np.flatnonzero(city.columns.listed)

    picks = neighbours(city, city.row(lesson.id) or 0, rows, model, limit=9)

    chosen = numbers(city, picks)
    assert len(chosen) == len(set(chosen)) <= 9
    assert set(chosen) <= {c.id.int for c in catalogue if c.listed}


@settings(deadline=None, max_examples=100)
@given(catalogue=st.lists(lessons, unique_by=lambda c: c.id, min_size=2, max_size=9))
def test_likeness_in_columns_is_the_likeness_of_the_slow_definition(
    catalogue: list[Entry],
) -> None:
    city = snapshot(catalogue)
    rows = np.arange(len(city))

    found = similarities(city.columns, rows, rows)

    slow = [[slow_similarity(a, b) for b in catalogue] for a in catalogue]
    assert found == pytest.approx(np.array(slow), abs=1e-6)


def slow_similarity(one: Entry, other: Entry) -> float:
    """Write the definition down, a pair at a time."""
    book = ("stage", "subject", "grade", "edition", "volume", "chapter")
    same = all(getattr(one, f) == getattr(other, f) for f in book)
    united = set(one.tags) | set(other.tags)
    value = 0.4 if one.chapter and same else 0.0
    value += 0.2 if one.subject == other.subject else 0.0
    if united:
        value += 0.3 * len(set(one.tags) & set(other.tags)) / len(united)
    if not value:
        return 0.0
    value += 0.05 if one.grade == other.grade else 0.0
    return value + (0.05 if one.owner_id == other.owner_id else 0.0)


@settings(deadline=None)
@given(before=catalogues, after=catalogues)
def test_a_snapshot_that_followed_changes_is_the_one_read_anew(
    before: list[Entry], after: list[Entry]
) -> None:
    followed = snapshot(before)
    for audience in (Audience(), student(7), student(8, "math")):
        followed.tier(audience, audience.own_grades)
    followed = followed.with_entries(after)
    merged = {e.id: e for e in before} | {e.id: e for e in after}
    anew = Snapshot().with_entries(merged.values())

    for audience in (Audience(), student(7), student(8, "math")):
        tiers = [s.tier(audience, audience.own_grades) for s in (followed, anew)]
        assert set(tiers[0].names) == set(tiers[1].names)


@given(st.lists(st.tuples(*[st.sampled_from([None, 1, 2])] * 3), max_size=40))
def test_variety_loses_nothing_and_moves_nothing_far_up(keys: list[Any]) -> None:
    ranked = list(enumerate(keys))

    varied = list(diversified(ranked, lambda item: item[1]))

    assert sorted(varied) == ranked
    assert all(n - place < QUOTA.ahead for place, (n, _) in enumerate(varied))
    for key in set(keys):
        same = [n for n, k in varied if k == key]
        assert same == sorted(same)
