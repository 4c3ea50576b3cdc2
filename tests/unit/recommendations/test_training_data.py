"""What a model learns from."""

from datetime import timedelta
from uuid import UUID

import pytest
from catalogues import NOW

from youke.engagement.service import Fact, Interaction
from youke.recommendations import dataset
from youke.recommendations.dataset import Dataset, shortage


def did(
    person: int, lesson: int, *, days: float = 0, liked: bool = True
) -> Interaction:
    at = NOW - timedelta(days=days)
    fact = Fact(lesson_id=UUID(int=lesson), watched=0.0, liked=liked, at=at)
    return Interaction(person_id=UUID(int=person), fact=fact)


def test_the_same_facts_in_any_order_have_the_same_fingerprint() -> None:
    facts = [did(person, lesson) for person in range(4) for lesson in (2, 4)]

    assert Dataset.of(facts).fingerprint == Dataset.of(reversed(facts)).fingerprint
    assert Dataset.of(facts).fingerprint != Dataset.of(facts[1:]).fingerprint


def test_what_says_nothing_is_not_learned_from() -> None:
    silent = [did(person, 2, liked=False) for person in range(9)]

    assert len(Dataset.of(silent)) == 0


def test_a_lesson_that_few_people_know_stays_new() -> None:
    known = [did(person, 2) for person in range(3)]
    new = [did(person, 4) for person in range(2)]

    data = Dataset.of(known + new, least_students=3).interactions()

    assert data.item_ids == (str(UUID(int=2)),)
    assert data.least_people == 3


def test_the_floor_holds_for_the_earlier_part_alone() -> None:
    facts = [did(person, 2, days=20 - person) for person in range(10)]

    before, _ = Dataset.of(facts, least_students=9).split()

    assert before.interactions().item_ids == ()


def test_another_floor_makes_another_fingerprint() -> None:
    facts = [did(person, 2) for person in range(4)]

    one, other = (Dataset.of(facts, least_students=n).fingerprint for n in (2, 3))

    assert one != other


def test_the_later_part_is_later_and_only_of_known_people_and_lessons() -> None:
    data = Dataset.of(
        [
            did(person, lesson, days=9)
            for person in (1, 2, 3)
            for lesson in range(10, 14)
        ]
        + [did(1, 10, days=1), did(9, 11, days=1)]
        + [did(person, 99, days=1) for person in (1, 2, 3)]
    )

    before, after = data.split()

    assert max(before.times) < min(after.times)
    assert set(after.people) <= set(before.people)
    assert set(after.lessons) <= set(before.lessons)


def test_of_many_people_only_some_are_judges_and_always_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = [
        did(person, lesson, days=days)
        for person in range(30)
        for lesson, days in ((2, 9.0), (4, 9.0), (6, 9.0), (2, 1.0))
    ]
    everybody = set(Dataset.of(facts).split()[1].people)
    monkeypatch.setattr(dataset, "MOST_JUDGED", 10)

    some, again = (set(Dataset.of(facts).split()[1].people) for _ in range(2))

    assert len(everybody) == 30
    assert len(some) == 10
    assert some == again


def test_an_empty_platform_has_too_little_data() -> None:
    assert shortage(Dataset.of([]).interactions()) == (
        "too little data: 0 people, at least 12 are needed"
    )
