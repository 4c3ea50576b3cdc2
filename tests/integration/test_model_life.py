"""Models are taken back, held back, compared, and forgotten; old ones serve on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from engagement_cast import Cast
from sqlalchemy import update
from sqlalchemy.orm import Session
from training_school import School, environment_of, open_school, rows

from youke.cli import main
from youke.jobs.worker import Tools
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.kernel.errors import YoukeError
from youke.kernel.ids import new_id
from youke.recommendations import registry, tasks, training, trials
from youke.recommendations.comparing import Finding
from youke.recommendations.errors import (
    AlreadyCurrentError,
    ModelNotFoundError,
    NoEarlierModelError,
    NoModelError,
    NothingToPublishError,
    NoTrialError,
    NotUsableError,
    ShareError,
    TrialRunningError,
)
from youke.recommendations.models import RankingModel
from youke.recommendations.states import ModelState
from youke.recommendations.training import Options
from youke.storage import ObjectStore

Act = Callable[..., Any]


class Office:
    """Whoever looks after models: each act is a transaction of its own."""

    def __init__(self, school: School) -> None:
        self.school = school

    def does(self, act: Act, *arguments: object, **more: object) -> UUID:
        with self.school.database.transaction() as session:
            return UUID(str(act(session, *arguments, **more).id))

    def fails(
        self, error: type[YoukeError], act: Act, *arguments: object, **more: object
    ) -> None:
        with (
            pytest.raises(error),
            self.school.database.transaction() as session,
        ):
            act(session, *arguments, **more)

    def state(self, model: RankingModel) -> str:
        with self.school.database.transaction() as session:
            return registry.find(session, model.id).state

    def trained(self, times: int) -> list[RankingModel]:
        """Return models that were trained one after another, each on a like more."""
        models = []
        lessons = [each for kind in self.school.lessons.values() for each in kind]
        for lesson in lessons[:times]:
            self.school.like(lesson)
            models.append(self.school.train())
        return models


@pytest.fixture
def school(database: Database, store: ObjectStore) -> School:
    return open_school(database, store)


@pytest.fixture
def office(school: School) -> Office:
    return Office(school)


def test_a_rollback_brings_the_model_before_back(
    school: School, office: Office
) -> None:
    old, new = office.trained(2)

    office.does(registry.roll_back)

    published = school.current()
    assert published is not None
    assert published.id == old.id
    assert office.state(new) == "withdrawn"


def test_after_a_rollback_nothing_is_published_by_itself(
    school: School, office: Office
) -> None:
    old, _ = office.trained(2)
    office.does(registry.roll_back)

    school.like(school.lessons["physics"][0])
    waiting = school.train()
    school.like(school.lessons["physics"][1])
    newer = school.train()

    assert office.state(old) == "current"
    assert (office.state(waiting), office.state(newer)) == ("retired", "ready")


def test_publishing_what_waits_ends_the_hold(school: School, office: Office) -> None:
    office.trained(2)
    office.does(registry.roll_back)
    school.like(school.lessons["physics"][0])
    waiting = school.train()

    assert office.does(registry.publish) == waiting.id
    school.like(school.lessons["physics"][1])

    assert school.train().state == ModelState.CURRENT.value


def test_a_release_lets_the_next_training_publish(
    school: School, office: Office
) -> None:
    office.trained(2)
    office.does(registry.roll_back)

    with school.database.transaction() as session:
        assert registry.release(session)
        assert not registry.release(session)
    school.like(school.lessons["physics"][0])

    assert school.train().state == ModelState.CURRENT.value


def test_the_next_rollback_goes_further_back_and_ends_somewhere(
    office: Office,
) -> None:
    first, second, _ = office.trained(3)

    assert office.does(registry.roll_back) == second.id
    assert office.does(registry.roll_back) == first.id
    office.fails(NoEarlierModelError, registry.roll_back)


def test_one_may_name_the_model_to_go_back_to(office: Office) -> None:
    first, _, third = office.trained(3)

    assert office.does(registry.roll_back, first.id) == first.id
    office.fails(AlreadyCurrentError, registry.roll_back, first.id)
    office.fails(ModelNotFoundError, registry.roll_back, new_id())
    assert office.does(registry.publish, third.id) == third.id


def test_a_refused_model_never_serves(
    school: School, office: Office, database: Database
) -> None:
    with database.transaction() as session:
        refused = RankingModel(
            id=new_id(),
            state=ModelState.REFUSED.value,
            algorithm="als",
            params={},
            metrics={},
            items=0,
            interactions=0,
            fingerprint="",
            key="models/some.npz",
        )
        session.add(refused)
        model_id = refused.id
    office.trained(1)

    office.fails(NotUsableError, registry.publish, model_id)
    office.fails(NotUsableError, registry.roll_back, model_id)
    office.fails(NotUsableError, trials.start, model_id)
    office.fails(NothingToPublishError, registry.publish)
    assert school.current() is not None


def test_what_knows_much_less_than_the_present_model_waits_for_a_word(
    school: School, office: Office
) -> None:
    (good,) = office.trained(1)
    with school.database.transaction() as session:
        registry.find(session, good.id).interactions = 10_000
    school.like(school.lessons["physics"][0])

    refused = school.train()
    forced = school.train(Options(may_shrink=True))

    assert refused.reason == (
        f"it would know {refused.interactions} facts; the present model knows 10000"
    )
    assert (refused.state, forced.state) == ("refused", "current")


def test_a_trial_gives_classes_different_models_and_holds_new_ones_back(
    school: School, office: Office
) -> None:
    old, new = office.trained(2)
    office.does(trials.start, old.id)

    with school.database.transaction() as session:
        trial = trials.current_trial(session)
        cast = Cast(session)
        served = {
            trial.model_of(trials.variant_of(trial, cast.student())).id
            for _ in range(60)
            if trial
        }
    school.like(school.lessons["physics"][0])

    assert served == {old.id, new.id}
    assert school.train().state == ModelState.READY.value
    office.fails(TrialRunningError, registry.roll_back)
    office.fails(TrialRunningError, registry.publish, old.id)
    office.fails(TrialRunningError, trials.start, old.id)


def test_a_trial_ends_with_either_model_for_everybody(
    school: School, office: Office
) -> None:
    old, new = office.trained(2)

    office.does(trials.start, old.id, 0.2)
    office.does(trials.stop)
    assert office.state(new) == "current"

    office.does(trials.start, old.id, 0.2)
    office.does(trials.stop, publish_challenger=True)
    assert office.state(old) == "current"

    office.fails(NoTrialError, trials.stop)
    office.fails(ShareError, trials.start, new.id, 0.99)
    with school.database.transaction() as session:
        assert trials.current_trial(session) is None
        assert len(trials.past(session)) == 2


def test_a_trial_needs_a_model_that_serves(office: Office) -> None:
    office.fails(NoModelError, trials.start, new_id())


def test_what_is_counted_is_added_up_and_told(school: School, office: Office) -> None:
    old, _ = office.trained(2)
    trial_id = office.does(trials.start, old.id)
    with school.database.transaction() as session:
        for _ in range(2):
            trials.count(session, trial_id, dict.fromkeys(range(50), (100, 10)))
            trials.count(session, trial_id, dict.fromkeys(range(100, 150), (100, 5)))
        trials.count(session, trial_id, {})

        trial = trials.running(session)
        assert trial is not None
        result = trials.result_of(session, trial)

    assert (result.challenger.shown, result.challenger.opened) == (10_000, 1_000)
    assert (result.control.shown, result.control.opened) == (10_000, 500)
    assert result.finding is Finding.CHALLENGER_BETTER


def test_nothing_is_trained_by_itself_too_soon_or_while_a_trial_runs(
    school: School, office: Office, tools: Tools
) -> None:
    assert tools.store
    tasks.train_regularly(0)
    assert rows(school.database) == {"current": 1}
    old, _ = office.trained(2)
    school.like(school.lessons["physics"][0])

    tasks.train_regularly(0)
    assert rows(school.database).total() == 3
    make_older(school, timedelta(hours=6))
    office.does(trials.start, old.id)
    tasks.train_regularly(0)
    assert rows(school.database).total() == 3
    office.does(trials.stop)
    tasks.train_regularly(0)
    assert rows(school.database).total() == 4


def make_older(school: School, age: timedelta) -> None:
    older = update(RankingModel).values(created_at=RankingModel.created_at - age)
    with school.database.transaction() as session:
        session.execute(older)


def test_old_artefacts_are_forgotten_and_their_figures_stay(
    school: School, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "KEPT_ARTEFACTS", 1)

    first, second, third = office.trained(3)

    assert set(school.store.keys("models/")) >= {str(second.key), str(third.key)}
    assert str(first.key) not in set(school.store.keys("models/"))
    assert rows(school.database) == {"current": 1, "retired": 2}
    office.fails(NotUsableError, registry.roll_back, first.id)
    monkeypatch.setattr(registry, "KEPT", 1)
    registry.prune(school.database, school.store)
    assert rows(school.database) == {"current": 1, "retired": 1}


def test_the_models_of_a_running_trial_are_never_forgotten(
    school: School, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = office.trained(2)
    office.does(trials.start, old.id)
    monkeypatch.setattr(registry, "KEPT_ARTEFACTS", 0)
    monkeypatch.setattr(registry, "KEPT", 0)

    registry.prune(school.database, school.store)

    assert str(old.key) in set(school.store.keys("models/"))
    assert rows(school.database) == {"current": 1, "retired": 1}


def test_what_a_killed_trainer_left_in_the_store_goes_after_a_day(
    school: School, office: Office
) -> None:
    office.trained(1)
    fresh, ancient = new_id(), UUID(int=new_id().int & ((1 << 80) - 1))
    for each in (fresh, ancient):
        key = f"models/{each}.npz"
        school.store.put_bytes(key, b"x", content_type="application/octet-stream")

    registry.prune(school.database, school.store)

    left = set(school.store.keys("models/"))
    assert f"models/{fresh}.npz" in left
    assert f"models/{ancient}.npz" not in left
    school.store.delete(f"models/{fresh}.npz")


def test_nothing_is_learned_of_students_who_do_not_allow_it(session: Session) -> None:
    cast = Cast(session)
    silent, open_one = cast.student(profiled=False), cast.student()
    lesson = cast.lesson()
    for student in (silent, open_one):
        cast.has_watched(student, lesson, 1.0, liked=True)

    material = training.read(session, Options())

    assert set(material.data.people) == {str(open_one.id)}


@pytest.fixture
def youke(settings: Settings, school: School) -> Callable[..., Result]:
    """Runs `youke …` on this test's database, which has the school in it."""
    assert school

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(
            main, list(map(str, arguments)), env=environment_of(settings)
        )

    return run


def test_models_are_looked_after_from_a_terminal(
    youke: Callable[..., Result], office: Office
) -> None:
    assert youke("model", "list").output == "No models.\n"
    assert youke("model", "train").output == "current\n"
    first, second = office.trained(2)

    back = youke("model", "rollback")
    again = youke("model", "rollback", first.id)
    listed = youke("model", "list").output

    assert back.output.startswith(f"Serving: {first.id}\n")
    assert again.exit_code == 1
    assert again.output == "Error: This model is the one that serves already.\n"
    assert f"{second.id}  withdrawn" in listed
    assert "held back" in listed
    assert youke("model", "release").output == "Released.\n"
    assert f'"id": "{first.id}"' in youke("model", "show", first.id).output
    assert youke("model", "publish", second.id).output == f"Serving: {second.id}\n"


def test_trials_are_looked_after_from_a_terminal(
    youke: Callable[..., Result], office: Office
) -> None:
    first, second = office.trained(2)

    assert youke("model", "trial", "show").output == "No trial is running.\n"
    assert youke("model", "trial", "start", first.id).output.startswith("Started: ")
    shown = youke("model", "trial", "show").output
    stopped = youke("model", "trial", "stop", "--publish-challenger")

    assert "Too little was shown to tell." in shown
    assert stopped.output == shown
    assert (office.state(first), office.state(second)) == ("current", "retired")
