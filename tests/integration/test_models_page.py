"""The administrators' page of models: what is shown, and what its buttons do."""

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from harness.city import Caller, City
from harness.models import add_versions, show, show_places
from youke.accounts.service import OrganisationKind, Role
from youke.recommendations import registry, trials

PAGE = "/admin/recommendations"


@pytest.fixture
def admin(city: City) -> Caller:
    return city.caller(city.person("admin", Role.CITY_ADMIN))


@pytest.fixture
def models(city: City) -> list[UUID]:
    """Trainings, oldest first: the last but one serves, the last one waits."""
    with city.database.transaction() as session:
        return add_versions(session)


def shown(client: FlaskClient, caller: Caller, lang: str = "en") -> str:
    client.set_cookie("lang", lang)
    answer = client.get(PAGE, headers=caller.headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def words(page: str) -> str:
    """What is to be read on a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def press(caller: Caller, action: str, **form: str) -> TestResponse:
    caller.client.set_cookie("lang", "en")
    return caller.client.post(
        f"{PAGE}/{action}", headers=caller.headers, data=form, follow_redirects=True
    )


def test_the_page_is_for_administrators_and_its_buttons_for_the_citys(
    city: City, client: FlaskClient, teacher: Caller, models: list[UUID]
) -> None:
    school = city.caller(city.person("head", Role.SCHOOL_ADMIN))

    assert client.get(PAGE, headers=teacher.headers).status_code == 403
    assert "Train now" not in shown(client, school)
    assert "In use" in words(shown(client, school))
    for action in ("train", "roll-back", "release", f"{models[0]}/publish"):
        assert press(school, action).status_code == 403


def test_an_empty_page_says_what_will_appear(
    client: FlaskClient, admin: Caller
) -> None:
    page = words(shown(client, admin))

    assert "No model yet" in page
    assert "No curve yet" in page
    assert "Nothing was shown in the last 30 days." in page


def test_the_curves_have_a_dot_for_every_figure_and_the_same_as_a_table(
    client: FlaskClient, admin: Caller, models: list[UUID]
) -> None:
    page = shown(client, admin)

    assert models
    quality = page[page.index('id="quality"') : page.index('id="coverage"')]
    # Six versions were measured, each beside popularity and neighbours.
    assert quality.count('class="chart__dot"') == 18
    assert "· Ours · 0.138" in quality
    assert words(quality).count("0.105") == 12
    assert "<desc>" in quality


def test_versions_say_what_became_of_them_and_why_in_the_readers_language(
    client: FlaskClient, admin: Caller, models: list[UUID]
) -> None:
    assert models
    english, chinese = (words(shown(client, admin, lang)) for lang in ("en", "zh_Hans"))

    assert "Too little data: 9 people, at least 12 are needed." in english
    assert "Mere popularity predicts better what is watched next." in english
    assert "Ready, not in use" in english
    assert "9 人" in chinese
    assert "popularity" not in chinese


def test_what_is_shown_and_opened_is_told_by_place_reason_and_district(
    city: City, client: FlaskClient, admin: Caller
) -> None:
    kinds = ((OrganisationKind.CITY, "市"), (OrganisationKind.DISTRICT, "西湖区"))
    above = None
    for kind, name in kinds:
        above = city.organisation(name, kind, above)
    near = city.organisation("一中", parent=above)
    far = city.organisation("二中")
    lessons = [
        city.lesson(city.person(f"t{n}", Role.TEACHER, organisation=school))
        for n, school in enumerate((near, near, far))
    ]
    with city.database.transaction() as session:
        show_places(session, days=1, places=2)
        show(session, lessons[0], shown=90, opened=9)
        show(session, lessons[2], shown=10, opened=0)

    page = words(shown(client, admin))

    assert "Popular 11.1%" in page
    assert "A new lesson's chance" in page
    assert "西湖区 90.0% 66.7%" in page
    assert "no district 10.0% 33.3%" in page
    assert "Gini 0.40 of what is shown 0.17 of the lessons themselves 2 schools" in page


def test_the_model_is_taken_back_and_good_ones_are_used_again(
    city: City, admin: Caller, models: list[UUID]
) -> None:
    taken_back = words(press(admin, "roll-back").text)

    assert "The model before is in use." in taken_back
    assert "Nothing is used by itself now" in taken_back
    with city.database.transaction() as session:
        before = registry.current(session)
        assert before is not None
        assert before.id == models[4]

    assert "Nothing is used by itself now" not in words(press(admin, "release").text)
    assert "This model is in use now." in press(admin, f"{models[6]}/publish").text
    again = words(press(admin, f"{models[6]}/publish").text)
    assert "This model is the one that serves already." in again


def test_a_training_is_asked_for(city: City, admin: Caller) -> None:
    assert "as soon as a worker is free" in press(admin, "train").text
    with city.database.transaction() as session:
        jobs = session.execute(text("SELECT task_name FROM procrastinate_jobs"))
        assert [job.task_name for job in jobs] == ["recommendations.train"]


def test_a_trial_is_started_told_and_ended(
    city: City, admin: Caller, models: list[UUID]
) -> None:
    started = words(press(admin, f"{models[6]}/trial", share="0.5").text)
    assert "Too little was shown to tell." in started
    assert "Try it" not in started

    with city.database.transaction() as session:
        trial = trials.running(session)
        assert trial is not None
        trials.count(session, trial.id, {n: (100, 9 + n % 3) for n in range(90)})
        trials.count(session, trial.id, {n: (100, 5 + n % 3) for n in range(100, 190)})

    told = words(press(admin, "roll-back").text)
    assert "A trial is running; stop it first." in told
    assert "The challenger's lessons are opened more often." in told
    assert "The difference is 4.00%" in told
    ended = words(press(admin, "trial/stop", keep="challenger").text)
    assert "The trial is over." in ended
    with city.database.transaction() as session:
        now_current = registry.current(session)
        assert now_current is not None
        assert now_current.id == models[6]


def test_a_share_that_nobody_offers_is_refused(
    admin: Caller, models: list[UUID]
) -> None:
    assert "must be between" in press(admin, f"{models[6]}/trial", share="1").text
    assert "must be between" in press(admin, f"{models[6]}/trial", share="x").text
