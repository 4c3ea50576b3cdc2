"""The administrators' pages: what is shown, and what their buttons do."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from harness.city import Caller, City
from harness.encoded import (
    FAILED,
    READY,
    REJECTED,
    WAITING,
    WORKING,
    Made,
    all_encodings,
    encode,
    probe,
)
from youke.accounts.service import Role
from youke.lessons.service import Lesson
from youke_transcoder.planning import plan

PAGE = "/admin/encodings"


@pytest.fixture
def admin(city: City) -> Caller:
    return city.caller(city.person("admin", Role.CITY_ADMIN))


def shown(client: FlaskClient, caller: Caller, address: str = PAGE) -> str:
    client.set_cookie("lang", "en")
    answer = client.get(address, headers=caller.headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def press(client: FlaskClient, caller: Caller, address: str) -> TestResponse:
    client.set_cookie("lang", "en")
    return client.post(address, headers=caller.headers, follow_redirects=True)


def words(page: str) -> str:
    """What is to be read on a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_is_for_administrators(
    city: City, client: FlaskClient, teacher: Caller, admin: Caller
) -> None:
    assert city.database
    assert client.get(PAGE, headers=teacher.headers).status_code == 403
    assert f'href="{PAGE}"' not in shown(client, teacher, "/studio")
    assert f'href="{PAGE}"' in shown(client, admin, "/lessons")


def test_an_empty_page_says_what_will_appear(
    client: FlaskClient, admin: Caller
) -> None:
    assert "As soon as a teacher uploads one" in shown(client, admin)
    assert "Nothing has failed" in shown(client, admin, f"{PAGE}?state=failed")
    assert "0 workers" in shown(client, admin)


def test_work_is_shown_with_its_progress_and_workers(
    city: City, client: FlaskClient, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson, WORKING)
    page = words(shown(client, admin))
    assert "光的折射" in page
    assert "1 of 4 steps" in page
    assert "school-3:41" in page
    assert re.search(r"\d+% · about [\d:]+ left", page)


def test_a_failure_is_shown_with_its_sentence(
    city: City, client: FlaskClient, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson, FAILED)
    page = words(shown(client, admin, f"{PAGE}?state=failed"))
    assert "The encoder broke off, also when it was tried again. encoder_failed" in page


def test_the_head_counts_the_queue_the_workers_and_what_is_stored(
    city: City, client: FlaskClient, lesson: Lesson, admin: Caller
) -> None:
    encode(city, lesson)
    with city.database.transaction() as session:
        session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        session.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - interval '1 minute')"
            )
        )
        session.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)"
                " VALUES ('media', 'a', NULL), ('media', 'b', now() + '1 hour')"
            )
        )
    page = words(shown(client, admin))
    assert "1 worker " in page
    assert "versions: 1 waiting, 0 running" in page
    assert "originals 476.8 MB · versions 140.2 MB" in page
    assert "could be freed: 476.8 MB of originals" in page


def test_videos_that_no_worker_has_begun_are_named(
    city: City, client: FlaskClient, lesson: Lesson, admin: Caller
) -> None:
    with city.database.transaction() as session:
        session.get_one(Lesson, lesson.id).state = "uploaded"
    for address in (PAGE, f"{PAGE}?state=waiting"):
        assert "no worker has begun yet" in shown(client, admin, address)
    assert "no worker has begun yet" not in shown(client, admin, f"{PAGE}?state=failed")


def test_details_show_steps_recipe_and_versions(
    city: City, client: FlaskClient, lesson: Lesson, admin: Caller
) -> None:
    page = shown(client, admin, f"{PAGE}/{encode(city, lesson)}")
    assert page.count('class="timeline__ran"') == 3
    assert "Join and check" in page
    assert plan(probe()).rungs[0].preset in page
    assert "tv-720p" in page


@pytest.mark.parametrize("made", [READY, WORKING, WAITING, FAILED, REJECTED])
def test_every_page_is_there_in_chinese(
    city: City, client: FlaskClient, lesson: Lesson, admin: Caller, made: Made
) -> None:
    encoding = encode(city, lesson, made)
    client.set_cookie("lang", "zh_Hans")
    for address in (PAGE, f"{PAGE}/{encoding}"):
        answer = client.get(address, headers=admin.headers)
        assert answer.status_code == 200
        assert "视频转码" in answer.text


@pytest.mark.parametrize(
    ("made", "action", "says"),
    [
        (FAILED, "retry", "It begins again."),
        (REJECTED, "retry", "It begins again."),
        (WORKING, "cancel", "It is stopped."),
        (READY, "re-encode", "The versions are made anew"),
    ],
)
def test_each_has_one_button_that_asks_first_and_says_what_happened(
    city: City,
    client: FlaskClient,
    lesson: Lesson,
    admin: Caller,
    *,
    made: Made,
    action: str,
    says: str,
) -> None:
    encoding = encode(city, lesson, made)
    address = f"{PAGE}/{encoding}/{action}"
    forms = re.findall(
        r'action="(/admin/[^"]+)" data-confirm="[^"]+"', shown(client, admin)
    )
    assert forms == [address]

    answer = press(client, admin, address)

    assert answer.status_code == 200
    assert says in answer.text
    newest = all_encodings(city)[-1]
    assert newest.state == ("abandoned" if action == "cancel" else "working")


def test_what_is_too_late_is_said_and_changes_nothing(
    city: City, client: FlaskClient, lesson: Lesson, admin: Caller
) -> None:
    encoding = encode(city, lesson)
    answer = press(client, admin, f"{PAGE}/{encoding}/cancel")
    assert "Nothing is being prepared for this lesson." in answer.text
    assert [each.state for each in all_encodings(city)] == ["current"]


def test_another_schools_encoding_is_not_there(
    city: City, client: FlaskClient, lesson: Lesson
) -> None:
    other = city.caller(city.person("other", Role.SCHOOL_ADMIN))
    address = f"{PAGE}/{encode(city, lesson)}"
    assert client.get(address, headers=other.headers).status_code == 404
    assert client.post(f"{address}/re-encode", headers=other.headers).status_code == 404
