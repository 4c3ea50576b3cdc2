"""The pages and calls of counselling, as a browser and a program use them."""

from urllib.parse import urlsplit

import pytest
from counselling_cast import House
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from harness.city import Caller, City
from youke.accounts.service import Role


@pytest.fixture
def house(city: City, client: FlaskClient) -> House:
    client.set_cookie("lang", "en")
    return House(city)


def get(who: Caller, path: str) -> TestResponse:
    return who.client.get(path, headers=who.headers)


def post(who: Caller, path: str, **form: str) -> TestResponse:
    return who.client.post(path, headers=who.headers, data=form)


def begun(house: House, **form: str) -> str:
    """Return the path of a new conversation with the house's counsellor."""
    form.setdefault("counsellor", str(house.counsellor.person.id))
    sent = post(house.student, "/counselling", text="I am sad", **form)
    assert sent.status_code == 302, sent.text
    return urlsplit(sent.headers["Location"]).path


def test_a_student_writes_and_the_counsellor_answers(house: House) -> None:
    path = begun(house)
    assert "I am sad" in get(house.counsellor, path).text
    assert house.student.person.name not in get(house.counsellor, path).text
    assert post(house.counsellor, path, text="Tell me more").status_code == 302
    assert "Tell me more" in get(house.student, path).text


@pytest.mark.parametrize("role", [*Role])
def test_for_others_every_address_of_a_conversation_is_empty(
    house: House, role: Role
) -> None:
    path = begun(house)
    stranger = house.caller("stranger", role)
    thread_id = path.rsplit("/", 1)[1]
    api = f"/api/v1/counselling/threads/{thread_id}"
    answers = [
        get(stranger, path),
        post(stranger, path, text="hm"),
        post(stranger, f"{path}/close"),
        post(stranger, f"{path}/erase"),
        get(stranger, api),
        stranger.client.post(
            f"{api}/messages", headers=stranger.headers, json={"text": "hm"}
        ),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


def test_one_that_waits_is_taken_once(house: House) -> None:
    path = begun(house, counsellor="")
    assert get(house.counsellor, path).status_code == 404
    assert "Take it" in get(house.counsellor, "/counselling/desk").text
    assert post(house.counsellor, f"{path}/take").headers["Location"].endswith(path)
    assert post(house.other, f"{path}/take").headers["Location"].endswith("/desk")
    assert get(house.counsellor, path).status_code == 200
    assert get(house.other, path).status_code == 404


def test_the_same_form_begins_one_conversation(house: House) -> None:
    assert begun(house, key="k") == begun(house, key="k")
    listed = house.student.get("/counselling/threads").get_json()
    assert len(listed["items"]) == 1


def test_a_program_talks_too(house: House) -> None:
    wanted = {"text": "hello", "counsellor": str(house.counsellor.person.id)}
    made = house.student.post("/counselling/threads", wanted)
    assert made.status_code == 201
    path = f"/counselling/threads/{made.get_json()['id']}"
    said = house.counsellor.post(f"{path}/messages", {"text": "hi"})
    assert said.status_code == 201
    found = house.student.get(path).get_json()
    assert [each["text"] for each in found["said"]] == ["hello", "hi"]


def test_a_notice_says_only_that_something_came(house: House) -> None:
    path = begun(house)
    post(house.counsellor, path, text="Tell me more")
    (notice,) = house.student.get("/notices").get_json()["items"]
    assert notice["text"] in {"You have a new message.", "你有一条新消息。"}
    assert notice["href"] == "/counselling"
    assert notice["data"] == {}


def test_an_empty_message_is_asked_for_again(house: House) -> None:
    path = begun(house)
    assert post(house.student, path, text=" ").status_code == 422
    assert post(house.student, "/counselling", text="").status_code == 422
