"""What people allow, what they can forget, and what remains of an erased account."""

import re

import pytest
from click.testing import CliRunner
from engagement_cast import Cast, refreshed
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harness.city import Caller, City
from youke.accounts import service as accounts
from youke.accounts.errors import WrongPasswordError
from youke.accounts.models import Consent
from youke.accounts.service import Person
from youke.cli import main
from youke.engagement import service as engagement
from youke.engagement.models import Like, Meter, View, Watch
from youke.erasing import erase
from youke.kernel.config import Settings

PROFILING = "/me/consents/profiling"


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


@pytest.fixture
def student(city: City) -> Caller:
    return city.student()


def test_students_are_asked_first_and_adults_may_refuse(cast: Cast) -> None:
    student, teacher = cast.student(profiled=None), cast.teacher()

    assert not accounts.profiling_allowed(cast.session, student)
    assert accounts.profiling_allowed(cast.session, teacher)

    accounts.decide_profiling(cast.session, teacher, granted=False, given_by=teacher)
    accounts.decide_profiling(cast.session, student, granted=True, given_by=teacher)

    assert accounts.profiling_allowed(cast.session, student)
    assert not accounts.profiling_allowed(cast.session, teacher)


def test_decisions_are_kept_and_the_last_one_holds(cast: Cast) -> None:
    student = cast.student(profiled=None)
    for granted in (True, True, False, True, False):
        accounts.decide_profiling(
            cast.session, student, granted=granted, given_by=student
        )

    kept = select(Consent.granted).where(Consent.person_id == student.id)
    decisions = cast.session.scalars(kept.order_by(Consent.id)).all()
    assert decisions == [True, False, True, False]
    assert not accounts.profiling_allowed(cast.session, student)


def test_models_learn_only_of_those_who_allow_it(cast: Cast) -> None:
    lesson = cast.lesson()
    people = {
        "yes": cast.student(),
        "no": cast.student(profiled=False),
        "not asked": cast.student(profiled=None),
        "adult": cast.teacher(),
    }
    for person in people.values():
        cast.has_watched(person, lesson, 0.9, liked=True)

    learned = {each.person_id for each in engagement.all_interactions(cast.session)}

    assert {name for name, who in people.items() if who.id in learned} == {
        "yes",
        "adult",
    }


def test_the_api_tells_and_takes_the_decision(student: Caller) -> None:
    assert student.get(PROFILING).json == {"allowed": False, "granted": None}

    answer = student.call("PUT", PROFILING, json={"granted": True})

    assert answer.json == {"allowed": True, "granted": True}
    assert student.get(PROFILING).json == answer.json
    assert student.call("PUT", PROFILING, json={"granted": 3}).status_code == 422


def test_history_is_forgotten_and_counters_follow(city: City, student: Caller) -> None:
    with city.database.transaction() as session:
        cast = Cast(session)
        lesson = cast.lesson()
        cast.has_watched(session.merge(student.person), lesson, 0.9, liked=True)
        cast.has_watched(cast.student(), lesson, 0.9, liked=True)

    assert student.call("DELETE", "/me/history").status_code == 204
    assert student.get("/me/history").json["items"] == []
    assert len(student.get("/me/likes").json["items"]) == 1
    counted = city.reread(lesson.id)
    assert (counted.views, counted.likes) == (1, 2)

    assert student.call("DELETE", "/me/history?likes=true").status_code == 204

    assert student.get("/me/likes").json["items"] == []
    counted = city.reread(lesson.id)
    assert (counted.views, counted.likes) == (1, 1)


class Browser:
    """A student's browser with a cookie."""

    def __init__(self, client: FlaskClient, caller: Caller) -> None:
        self.client = client
        # The token of the API would be refused by the forms: sign in as people do.
        form = self.client.get("/sign-in").text
        self.send(
            "/sign-in",
            form,
            username=caller.person.username,
            password="correct-horse-9",
        )

    def send(self, path: str, page: str, **form: str) -> str:
        match = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert match is not None
        answer = self.client.post(
            path,
            data={"csrf_token": match[1], **form},
            follow_redirects=True,
        )
        assert answer.status_code == 200
        return answer.text

    def read(self, path: str) -> str:
        return self.client.get(path).text


def test_the_page_asks_once_and_can_be_asked_back(
    client: FlaskClient, student: Caller
) -> None:
    browser = Browser(client, student)
    home = browser.read("/")
    assert "是否根据你看过和点赞的课来推荐？" in home

    home = browser.send("/me/privacy/profiling", home, granted="yes", next="/")
    assert "是否根据你看过和点赞的课来推荐？" not in home
    assert "已开启" in browser.read("/me/privacy")

    page = browser.send("/me/privacy/profiling", home, granted="no")
    assert "已关闭" in page
    assert student.get(PROFILING).json == {"allowed": False, "granted": False}


def test_adults_are_not_asked_at_home(city: City, client: FlaskClient) -> None:
    browser = Browser(client, city.teacher())

    assert "是否根据" not in browser.read("/")
    assert "已开启" in browser.read("/me/privacy")


def test_forgetting_on_the_page_leaves_likes_unless_they_are_meant(
    city: City, client: FlaskClient, student: Caller
) -> None:
    with city.database.transaction() as session:
        cast = Cast(session)
        person = session.merge(student.person)
        cast.has_watched(person, cast.lesson(), 0.9, liked=True)
    browser = Browser(client, student)
    page = browser.read("/me/privacy")
    assert "看过 1 节课" in page

    page = browser.send("/me/privacy/forget", page)
    assert "看过 0 节课" in page
    assert "点赞 1 节课" in page

    assert "点赞 0 节课" in browser.send("/me/privacy/forget", page, likes="yes")


def test_an_erased_student_leaves_nothing_but_right_counters(cast: Cast) -> None:
    lesson, student, other = cast.lesson(), cast.student(), cast.student()
    for each in (student, other):
        cast.has_watched(each, lesson, 0.9, liked=True)
    cast.watches(student, lesson, (0, 20))

    assert erase(cast.session, student.username)

    assert cast.session.get(Person, student.id) is None
    for table in (Watch, View, Like, Consent, Meter):
        mine = select(func.count()).where(table.person_id == student.id)
        assert cast.session.scalar(mine) == 0
    counted = refreshed(cast.session, lesson)
    assert (counted.likes, counted.views) == (1, 1)
    assert engagement.miscounted(cast.session) == []


def test_what_others_stand_on_stays_without_a_name(cast: Cast) -> None:
    teacher = cast.teacher()
    lesson, token = cast.lesson(owner=teacher), cast.token(teacher)

    assert not erase(cast.session, teacher.username)

    left = cast.session.get_one(Person, teacher.id, populate_existing=True)
    assert refreshed(cast.session, lesson).owner_id == left.id
    assert (left.name, left.roles, left.organisation) == ("—", [], None)
    bearer = token["Authorization"].removeprefix("Bearer ")
    assert accounts.person_for_token(cast.session, bearer) is None
    with pytest.raises(WrongPasswordError):
        accounts.sign_in(cast.session, username=left.username, password="whatever")


def test_the_commands_take_consent_erase_and_recount(
    city: City, settings: Settings
) -> None:
    environment = {
        "YOUKE_DATABASE_URL": city.database.url,
        "YOUKE_S3_ENDPOINT": settings.s3_endpoint,
        "YOUKE_S3_ACCESS_KEY": settings.s3_access_key,
        "YOUKE_S3_SECRET_KEY": settings.s3_secret_key,
        "YOUKE_SECRET_KEY": settings.secret_key,
        "YOUKE_PASSWORD": "correct-horse-9",
    }

    def youke(*arguments: str) -> str:
        done = CliRunner().invoke(main, arguments, env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    youke("user", "add", "mei", "--role", "student", "--consent", "profiling")
    with city.database.transaction() as session:
        mei = accounts.person_named(session, "mei")
        assert accounts.profiling_allowed(session, mei)

    assert youke("user", "erase", "mei", "--yes") == "Erased mei\n"
    assert youke("recount") == "All counters were right\n"
