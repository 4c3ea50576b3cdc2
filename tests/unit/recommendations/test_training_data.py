"""What a model learns from, and whether it may be published."""

from datetime import timedelta
from uuid import UUID

from catalogues import NOW

from youke.engagement.service import Fact, Interaction
from youke.recommendations.dataset import LEAST_FACTS, Dataset
from youke.recommendations.training import NDCG, judge


def did(
    person: int, lesson: int, *, days: float = 0, liked: bool = True
) -> Interaction:
    at = NOW - timedelta(days=days)
    fact = Fact(lesson_id=UUID(int=lesson), watched=0.0, liked=liked, at=at)
    return Interaction(person_id=UUID(int=person), fact=fact)


def two_schools(people: int, *, days_between: float = 0.1) -> Dataset:
    """Return people who each liked eight lessons of one of two halves."""
    return Dataset.of(
        did(
            person,
            100 + 10 * (person % 2) + (person + step) % 10,
            days=40 - days_between * (person + 10 * step),
        )
        for person in range(people)
        for step in range(8)
    )


def test_the_same_facts_in_any_order_have_the_same_fingerprint() -> None:
    facts = [did(person, lesson) for person in range(4) for lesson in (2, 4)]

    assert Dataset.of(facts).fingerprint == Dataset.of(reversed(facts)).fingerprint
    assert Dataset.of(facts).fingerprint != Dataset.of(facts[1:]).fingerprint


def test_what_says_nothing_is_not_learned_from() -> None:
    silent = [did(person, 2, liked=False) for person in range(9)]

    assert len(Dataset.of(silent)) == 0


def test_a_lesson_that_two_people_know_stays_new() -> None:
    known = [did(person, 2) for person in range(3)]
    new = [did(person, 4) for person in range(2)]

    assert set(Dataset.of(known + new).lessons) == {str(UUID(int=2))}


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


def test_an_empty_platform_has_too_little_data() -> None:
    verdict = judge(Dataset.of([]))

    assert verdict.refused
    assert verdict.reason is not None
    assert "too little data" in verdict.reason


def test_few_judges_are_no_reason_to_refuse_but_are_said() -> None:
    data = two_schools(LEAST_FACTS // 8 + 1)

    verdict = judge(data)

    assert not verdict.refused
    assert verdict.metrics == {}
    assert verdict.reason is not None
    assert "not measured" in verdict.reason


def test_a_model_that_knows_the_schools_is_measured_and_accepted() -> None:
    verdict = judge(two_schools(60))

    assert not verdict.refused
    assert verdict.metrics["als"][NDCG] > verdict.metrics["popularity"][NDCG]


def test_a_model_worse_than_popularity_is_refused() -> None:
    # Everybody comes for one lesson last, which whoever counts knows best.
    chorus = [did(person, 1, days=0) for person in range(50)]
    early = [did(person + 100, 1, days=30) for person in range(60)]
    own = [did(p, 10 + (7 * p + k) % 39, days=20) for p in range(50) for k in (0, 1)]

    verdict = judge(Dataset.of(chorus + early + own))

    assert verdict.refused
    assert verdict.reason is not None
    assert "popularity" in verdict.reason
