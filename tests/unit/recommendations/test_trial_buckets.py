"""A class as a whole gets one of two models, by a hash that anybody can repeat."""

from uuid import UUID, uuid4

import pytest

from youke.accounts.service import Person
from youke.recommendations.serving import Published
from youke.recommendations.trials import (
    BUCKETS,
    Trial,
    Variant,
    bucket_of,
    variant_of,
)

TRIAL = UUID(int=7)


def somebody(organisation_id: UUID | None) -> Person:
    return Person(id=uuid4(), organisation_id=organisation_id)


def trial(share: float, trial_id: UUID = TRIAL) -> Trial:
    control, challenger = (Published(id=UUID(int=n), key="", sha256="") for n in (1, 2))
    return Trial(id=trial_id, control=control, challenger=challenger, share=share)


def test_the_students_of_a_class_get_the_same_model() -> None:
    for a_class in [uuid4() for _ in range(50)]:
        students = [somebody(a_class) for _ in range(30)]
        assert len({variant_of(trial(0.5), each) for each in students}) == 1


def test_the_hash_is_the_same_in_every_process_and_year() -> None:
    known = {bucket_of(TRIAL, somebody(UUID(int=n))) for n in (1, 2, 3)}
    assert known == {2, 45, 53}


def test_somebody_without_a_class_is_a_class_of_one() -> None:
    loner = somebody(None)
    assert variant_of(trial(0.5), loner) == variant_of(trial(0.5), loner)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_the_challenger_gets_its_share_of_the_classes(share: float) -> None:
    classes = [somebody(UUID(int=n)) for n in range(4_000)]
    variants = [variant_of(trial(share), each) for each in classes]
    assert variants.count(Variant.CHALLENGER) / len(classes) == pytest.approx(
        share, abs=0.03
    )


def test_another_trial_deals_the_classes_anew() -> None:
    classes = [somebody(UUID(int=n)) for n in range(1_000)]
    first, second = (
        [variant_of(trial(0.5, UUID(int=n)), each) for each in classes] for n in (7, 8)
    )
    same = sum(one == other for one, other in zip(first, second, strict=True))
    assert 400 < same < 600


def test_all_buckets_are_used() -> None:
    classes = [somebody(UUID(int=n)) for n in range(20 * BUCKETS)]
    assert {bucket_of(TRIAL, each) for each in classes} == set(range(BUCKETS))


def test_each_variant_has_its_model() -> None:
    running = trial(0.5)
    assert running.model_of(Variant.CONTROL).id == UUID(int=1)
    assert running.model_of(Variant.CHALLENGER).id == UUID(int=2)
