"""Models are trained on what people did, judged, published in one step, and served."""

import pytest
from engagement_cast import everybody_at_once
from sqlalchemy import text
from training_school import LESSONS, PEOPLE, School, open_school, rows

from youke.kernel import clock
from youke.kernel.db import Database
from youke.kernel.ids import new_id
from youke.recommendations import registry, serving
from youke.recommendations import service as recommendations
from youke.recommendations.models import RankingModel
from youke.recommendations.serving import ModelCache, Published
from youke.recommendations.states import ModelState
from youke.storage import ObjectStore


@pytest.fixture
def school(
    database: Database, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> School:
    monkeypatch.setattr(recommendations, "_cache", ModelCache())
    # A crowded machine may take longer to load a model than people should wait.
    monkeypatch.setattr(serving, "PATIENCE_S", 60.0)
    return open_school(database, store)


def test_a_trained_model_is_measured_stored_and_current(school: School) -> None:
    model = school.train()

    assert model.state == ModelState.CURRENT.value
    ours, popularity = (
        model.metrics[name]["ndcg@10"] for name in (model.algorithm, "popularity")
    )
    assert ours > popularity
    assert (model.items, model.interactions) == (LESSONS, PEOPLE * 5)
    assert school.current() == Published(
        id=model.id, key=f"models/{model.id}.npz", sha256=model.sha256 or ""
    )


def test_a_like_is_answered_with_what_people_alike_liked(school: School) -> None:
    school.train()
    liked = school.lessons["music"][0]

    school.like(liked)
    answer = school.recommend()

    assert {r.lesson.id for r in answer} == {x.id for x in school.lessons["music"][1:]}
    assert {r.source for r in answer} == {"als"}
    assert {r.reason for r in answer} == {f"Because you liked “{liked.title}”"}


def test_another_like_changes_the_list_again_without_training(school: School) -> None:
    school.train()
    school.like(school.lessons["music"][0])
    before = school.recommend()

    school.like(school.lessons["physics"][0])
    after = school.recommend()

    assert [r.lesson.id for r in after] != [r.lesson.id for r in before]
    assert {r.reason for r in after} == {
        f"Because you liked “{school.lessons[kind][0].title}”"
        for kind in ("music", "physics")
    }


def test_related_lessons_include_what_the_same_people_watched(school: School) -> None:
    school.train()
    lesson = school.lessons["physics"][0]

    with school.database.transaction() as session:
        answer = recommendations.related(
            session, school.store, lesson, school.newcomer, limit=4
        )

    watched = [r for r in answer if r.source == "als"]
    assert {r.reason for r in watched} == {"Watched by the same people"}
    assert {r.lesson.id for r in watched} <= {x.id for x in school.lessons["physics"]}
    assert watched


def test_a_training_asked_for_is_a_job_of_the_same_transaction(
    database: Database,
) -> None:
    with database.transaction() as session:
        recommendations.train_soon(session)

        jobs = session.execute(
            text("SELECT queue_name, task_name, lock FROM procrastinate_jobs")
        )
        assert [tuple(job) for job in jobs] == [
            ("default", "recommendations.train", "recommendations.train")
        ]


def test_without_new_facts_nothing_is_trained(school: School) -> None:
    assert school.train().id == school.train().id
    assert rows(school.database) == {"current": 1}


def test_a_new_model_replaces_the_old_one(school: School) -> None:
    old = school.train()
    school.recommend()
    school.like(school.lessons["music"][0])

    new = school.train()
    school.recommend()

    assert new.id != old.id
    assert rows(school.database) == {"current": 1, "retired": 1}
    served = recommendations._cache.get(school.current(), school.store)
    assert served is not None
    assert served.id == new.id


def test_too_little_data_is_a_refusal_with_a_reason(
    database: Database, store: ObjectStore
) -> None:
    model = recommendations.train(database, store)

    assert model.state == ModelState.REFUSED.value
    assert model.reason == "too little data: 0 people, at least 12 are needed"
    assert model.key is None


def test_many_publishers_at_once_leave_one_current_model(database: Database) -> None:
    def publish() -> None:
        row = RankingModel(
            id=new_id(),
            state=ModelState.CANDIDATE.value,
            algorithm="als",
            params={},
            metrics={},
            items=0,
            interactions=0,
            fingerprint="",
        )
        with database.transaction() as session:
            registry.record(session, row)

    everybody_at_once([publish] * 6)

    assert rows(database) == {"current": 1, "retired": 5}


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04 half a zip"])
def test_a_damaged_model_is_not_served_and_nobody_notices(
    school: School, content: bytes
) -> None:
    model = school.train()
    school.store.put_bytes(str(model.key), content, content_type="text/plain")
    school.like(school.lessons["music"][0])

    answer = school.recommend()

    assert len(answer) == 5
    assert "als" not in {r.source for r in answer}


def test_a_lost_model_is_not_served_and_nobody_notices(school: School) -> None:
    school.store.delete(str(school.train().key))
    school.like(school.lessons["music"][0])

    assert "als" not in {r.source for r in school.recommend()}


def test_an_absent_store_leaves_the_last_good_model_serving(school: School) -> None:
    school.train()
    school.like(school.lessons["music"][0])
    good = school.recommend()
    school.like(school.lessons["music"][1])
    school.train()

    school.store = ObjectStore(
        endpoint="http://127.0.0.1:1", access_key="a", secret_key="b", bucket="gone"
    )
    answer = school.recommend(limit=4)

    assert {r.source for r in good} == {r.source for r in answer} == {"als"}


def test_a_model_that_failed_is_tried_again_later(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = school.train()
    content = school.store.read(str(model.key))
    school.store.delete(str(model.key))
    school.like(school.lessons["music"][0])
    school.recommend()
    school.store.put_bytes(str(model.key), content, content_type="text/plain")
    assert "als" not in {r.source for r in school.recommend()}

    later = clock.now() + serving.RETRY_AFTER
    monkeypatch.setattr(serving, "now", lambda: later)

    assert {r.source for r in school.recommend()} == {"als"}
