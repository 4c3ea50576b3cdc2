"""What classes are shown and open in a trial becomes what is told of it."""

import pytest
from engagement_cast import Cast
from training_school import School, open_school

from youke.kernel.db import Database
from youke.recommendations import exposures, serving, trials
from youke.recommendations import service as recommendations
from youke.recommendations.exposures import Exposures
from youke.recommendations.serving import ModelCache
from youke.recommendations.trials import Variant
from youke.storage import ObjectStore

STUDENTS, LESSONS = 24, 3
SECRET = "only-for-this-test"


@pytest.fixture
def school(
    database: Database, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> School:
    for name, fresh in (
        ("_cache", ModelCache()),
        ("_challenger", ModelCache()),
        ("_exposures", Exposures()),
    ):
        monkeypatch.setattr(recommendations, name, fresh)
    # A crowded machine may take longer to load a model than people should wait.
    monkeypatch.setattr(serving, "PATIENCE_S", 60.0)
    return open_school(database, store)


def test_each_card_of_a_trial_is_counted_for_the_model_that_chose_it(
    school: School,
) -> None:
    school.like(school.lessons["music"][0])
    old = school.train()
    school.like(school.lessons["physics"][0])
    new = school.train()

    with school.database.transaction() as session:
        trial = trials.start(session, old.id)
        cast = Cast(session)
        asked = {Variant.CONTROL: 0, Variant.CHALLENGER: 0}
        for _ in range(STUDENTS):
            student = cast.student()
            cast.has_watched(student, school.lessons["music"][0], 1.0, liked=True)
            found = recommendations.recommend(session, school.store, student, LESSONS)
            tokens = recommendations.shown(found, SECRET)
            recommendations.note_opening(found[0].lesson.id, tokens[0], SECRET)
            variant = Variant(found[0].slot.variant)
            asked[variant] += 1
            # Nobody is told apart by anything but the class.
            wanted = old.id if variant is Variant.CHALLENGER else new.id
            assert {each.slot.model for each in found} == {str(wanted)}
        silent = cast.student(profiled=False)
        unasked = recommendations.recommend(session, school.store, silent, LESSONS)
        recommendations.shown(unasked, SECRET)

        exposures.write(session, recommendations._exposures.take())
        result = trials.result_of(session, trial)

    assert min(asked.values()) > 0
    for variant, arm in (
        (Variant.CONTROL, result.control),
        (Variant.CHALLENGER, result.challenger),
    ):
        # Who was answered without a model tells nothing about models.
        assert (arm.shown, arm.opened) == (LESSONS * asked[variant], asked[variant])
