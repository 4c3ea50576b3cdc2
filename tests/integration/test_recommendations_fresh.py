"""What requests answer from is never older than the database where it matters."""

from datetime import timedelta
from uuid import UUID

import pytest
from engagement_cast import Cast
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.accounts.service import OrganisationKind, Person
from youke.engagement import service as engagement
from youke.kernel.clock import now
from youke.kernel.db import Database
from youke.lessons.service import publish, withdraw
from youke.recommendations import service as recommendations
from youke.recommendations.exposures import Exposures, Slot, forget_before, write
from youke.recommendations.keeper import Keeper
from youke.recommendations.models import Exploration, Exposure, LessonExposure
from youke.recommendations.serving import ModelCache
from youke.storage import ObjectStore

SECRET = "a secret of at least thirty-two characters"


class Stage(Cast):
    """A school with a class, and somebody who asks for recommendations."""

    def __init__(self, session: Session, store: ObjectStore) -> None:
        super().__init__(session)
        self.store = store
        add = accounts.add_organisation
        self.school = add(session, kind=OrganisationKind.SCHOOL, name="School")
        kind = OrganisationKind.CLASS
        self.own = add(session, kind=kind, name="7-1", parent=self.school)
        self.other = add(session, kind=kind, name="7-2", parent=self.school)

    def of_class(self) -> Person:
        student = self.student()
        student.organisation = self.own
        self.session.flush()
        return student

    def colleague(self) -> Person:
        teacher = self.teacher()
        teacher.organisation = self.school
        self.session.flush()
        return teacher

    def answer(self, person: Person, limit: int = 20) -> dict[UUID, str]:
        found = recommendations.recommend(self.session, self.store, person, limit)
        return {each.lesson.id: each.source.value for each in found}


@pytest.fixture
def stage(session: Session, store: ObjectStore) -> Stage:
    return Stage(session, store)


@pytest.fixture
def stale(monkeypatch: pytest.MonkeyPatch) -> Keeper:
    """A keeper that looks no more, as one whose thread hangs."""
    keeper = Keeper(lambda _: ModelCache())
    monkeypatch.setattr(recommendations, "_keeper", keeper)
    look = keeper.refresh
    monkeypatch.setattr(keeper, "state", lambda *args: keeper._state or look(*args))
    return keeper


def test_a_withdrawn_or_moved_lesson_never_comes_from_an_old_copy(
    stage: Stage, stale: Keeper
) -> None:
    student = stage.student()
    lessons = [stage.lesson() for _ in range(6)]
    assert len(stage.answer(student)) == 6

    withdraw(lessons[0])
    lessons[1].grade = 2
    stage.session.delete(lessons[2])
    stage.session.flush()

    left = {lesson.id for lesson in lessons[3:]}
    assert set(stage.answer(student)) == left
    assert len(stage.answer(student, limit=3)) == 3
    assert stale._state is not None
    assert stale._state.snapshot.row(lessons[0].id) is None


def test_a_published_lesson_comes_with_the_next_look(stage: Stage) -> None:
    student, lesson = stage.student(), stage.lesson(listed=False)
    assert stage.answer(student) == {}

    publish(lesson)
    stage.session.flush()

    assert stage.answer(student) == {lesson.id: "new"}


def test_who_allows_no_profiling_is_answered_by_grade_alone(stage: Stage) -> None:
    student = stage.of_class()
    liked, other = stage.lesson(chapter="One"), stage.lesson(chapter="One")
    engagement.like(stage.session, student, liked.id)
    assert stage.answer(student) == {other.id: "related"}

    accounts.decide_profiling(stage.session, student, granted=False, given_by=student)
    stage.session.flush()

    assert stage.answer(student) == {other.id: "new", liked.id: "new"}


def test_without_profiling_the_unit_of_the_class_comes_first(stage: Stage) -> None:
    shy = stage.of_class()
    accounts.decide_profiling(stage.session, shy, granted=False, given_by=shy)
    unit = [stage.lesson(chapter="One", title=f"第{n}课时") for n in (2, 1)]
    other = stage.lesson()
    for _ in range(4):
        stage.has_watched(stage.of_class(), unit[0], 0.9)
    assert set(stage.answer(shy).values()) == {"new"}

    stage.has_watched(stage.of_class(), unit[0], 0.9)

    assert list(stage.answer(shy).items()) == [
        (unit[1].id, "unit"),
        (unit[0].id, "unit"),
        (other.id, "new"),
    ]


def test_a_pin_is_first_for_its_class_alone(stage: Stage) -> None:
    student, stranger, teacher = stage.of_class(), stage.student(), stage.colleague()
    plain, far = stage.lesson(), stage.lesson(grade=2)

    recommendations.pin(stage.session, teacher, stage.own.id, far.id)

    assert list(stage.answer(student).items()) == [
        (far.id, "pinned"),
        (plain.id, "new"),
    ]
    assert list(stage.answer(stranger)) == [plain.id]
    recommendations.unpin(stage.session, teacher, stage.own.id, far.id)
    assert list(stage.answer(student)) == [plain.id]


def test_a_hidden_pin_is_not_shown(stage: Stage) -> None:
    student, teacher, lesson = stage.of_class(), stage.colleague(), stage.lesson()
    recommendations.pin(stage.session, teacher, stage.own.id, lesson.id)

    withdraw(lesson)
    stage.session.flush()

    assert stage.answer(student) == {}


def test_pins_over_http_are_for_teachers_of_the_school(
    client: FlaskClient, database: Database, store: ObjectStore
) -> None:
    with database.transaction() as session:
        stage = Stage(session, store)
        teacher, student = stage.colleague(), stage.of_class()
        path = f"/api/v1/classes/{stage.own.id}/pins"
        lesson = stage.lesson()
        headers = [stage.token(p) for p in (teacher, student, stage.teacher())]

    def call(method: str, who: int, path: str) -> tuple[int, object]:
        answer = client.open(path, method=method, headers=headers[who])
        said = answer.get_json()
        return answer.status_code, said.get("lessons", said.get("code"))

    pinned = (200, [str(lesson.id)])
    assert call("PUT", 1, f"{path}/{lesson.id}") == (403, "forbidden")
    assert call("PUT", 2, f"{path}/{lesson.id}") == (403, "forbidden")
    assert call("PUT", 0, f"{path}/{lesson.id}") == pinned
    assert call("PUT", 0, f"{path}/{lesson.id}") == pinned
    assert call("GET", 1, path) == pinned
    assert call("GET", 2, path) == (403, "forbidden")
    assert call("DELETE", 0, f"{path}/{lesson.id}") == (200, [])
    missing = f"/api/v1/classes/{lesson.id}/pins"
    assert call("GET", 0, missing) == (404, "class_not_found")


def slot(**more: object) -> Slot:
    known = {"surface": "home", "model": "", "variant": "", "source": "new", "place": 0}
    return Slot(**known | more)  # type: ignore[arg-type]  # by name


def test_what_was_shown_and_opened_adds_up(stage: Stage) -> None:
    counters, lesson = Exposures(), stage.lesson()
    carried = lot = slot()
    for _ in range(2):
        for _ in range(3):
            carried = counters.show(lesson.id, slot(), None)
        lot = counters.show(lesson.id, slot(source="explore", place=5), 0.25)
        counters.open(lesson.id, carried)
        write(stage.session, counters.take())
    counters.open(lesson.id, lot)
    write(stage.session, counters.take())

    rows = stage.session.query(Exposure).order_by(Exposure.place).all()
    assert [(r.source, r.shown, r.opened) for r in rows] == [
        ("new", 6, 2),
        ("explore", 2, 1),
    ]
    total = stage.session.query(LessonExposure).one()
    assert (total.shown, total.opened) == (8, 3)
    lots = stage.session.query(Exploration).order_by(Exploration.id).all()
    assert [(x.propensity, x.opened) for x in lots] == [(0.25, False), (0.25, True)]


def test_what_was_shown_long_ago_is_forgotten(stage: Stage) -> None:
    counters, lesson = Exposures(), stage.lesson()
    counters.show(lesson.id, slot(), 0.5)
    write(stage.session, counters.take())
    today = now().date()

    for day, left in ((today - timedelta(days=1), 1), (today + timedelta(days=2), 0)):
        forget_before(stage.session, day)
        tables = (Exposure, LessonExposure, Exploration)
        assert [stage.session.query(t).count() for t in tables] == [left] * 3


def test_a_lesson_that_is_gone_takes_its_counts_along(stage: Stage) -> None:
    counters = Exposures()
    counters.show(UUID(int=1), slot(source="explore"), 0.5)

    write(stage.session, counters.take())

    assert stage.session.query(LessonExposure).count() == 0
    assert stage.session.query(Exposure).one().shown == 1


def test_links_carry_no_person_and_cannot_be_forged() -> None:
    made = slot(place=3, model=str(UUID(int=7)))
    token = made.token(SECRET)

    assert Slot.of_token(token, SECRET) == made
    assert Slot.of_token(token, SECRET + "!") is None
    for broken in ("", ".", "x.y", token[1:], token + "0", "中文.中文"):
        assert Slot.of_token(broken, SECRET) is None


def test_the_reader_is_told_how_it_comes_about(stage: Stage) -> None:
    student, lesson = stage.student(), stage.lesson(chapter="One")
    stage.lesson(chapter="One")
    engagement.like(stage.session, student, lesson.id)

    (found,) = recommendations.recommend(stage.session, stage.store, student, 5)

    assert found.reason == "Because you liked “Fractions”"
    assert found.why.endswith("What you watched and liked decides the order.")


def test_nobody_is_told_that_more_was_used_than_was(stage: Stage) -> None:
    student, _ = stage.student(), stage.lesson()

    def why() -> str:
        (found,) = recommendations.recommend(stage.session, stage.store, student, 5)
        return found.why

    assert why().endswith("What you have seen or liked already was only left out.")
    accounts.decide_profiling(stage.session, student, granted=False, given_by=student)
    assert why().endswith("Nothing that you watched or liked was used.")
