"""Signing in and out: by form and by token."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from harness.city import API, PASSWORD, City
from youke.accounts.service import OrganisationKind, Role
from youke.kernel import clock

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def csrf(client: FlaskClient) -> str:
    """Return the token that this client's forms carry."""
    found = TOKEN.search(client.get("/sign-in").text)
    assert found
    return found.group(1)


def ask_for_token(client: FlaskClient, username: str, password: str) -> TestResponse:
    credentials = {"username": username, "password": password}
    return client.post(f"{API}/auth/token", json=credentials)


def sign_in(
    client: FlaskClient, username: str, password: str, **more: str
) -> TestResponse:
    form = {"username": username, "password": password, "csrf_token": csrf(client)}
    return client.post("/sign-in", data=form | more)


def test_a_token_says_who_one_is(city: City, client: FlaskClient) -> None:
    school = city.organisation("拱宸中学")
    form = city.organisation("七（1）班", OrganisationKind.CLASS, school)
    city.person("student", Role.STUDENT, name="王子涵", grade=7, organisation=form)

    token = ask_for_token(client, "student", PASSWORD).get_json()["token"]
    me = client.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})

    assert me.status_code == 200
    assert me.get_json()["username"] == "student"
    assert me.get_json()["roles"] == ["student"]
    assert me.get_json()["grade"] == 7
    assert me.get_json()["organisation"]["name"] == "七（1）班"
    assert "password" not in me.text


def test_a_wrong_password_and_an_unknown_name_read_the_same(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)

    wrong = ask_for_token(client, "student", "not-the-password")
    unknown = ask_for_token(client, "nobody", "not-the-password")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.get_json()["code"] == "wrong_password"
    assert wrong.get_json() == unknown.get_json()


def test_the_form_signs_in_and_goes_where_one_wanted(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)

    answer = sign_in(client, "student", PASSWORD, next="/lessons?q=光")

    assert answer.status_code == 302
    assert answer.location == "/lessons?q=%E5%85%89"
    assert client.get(f"{API}/me").get_json()["username"] == "student"


def test_the_form_shows_a_wrong_password_and_keeps_the_name(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)

    answer = sign_in(client, "student", "not-the-password")

    assert answer.status_code == 401
    assert 'value="student"' in answer.text
    assert "not-the-password" not in answer.text
    assert client.get(f"{API}/me").status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https:evil"])
def test_signing_in_never_leads_to_another_site(
    city: City, client: FlaskClient, target: str
) -> None:
    city.person("student", Role.STUDENT)
    assert sign_in(client, "student", PASSWORD, next=target).location == "/"


def test_somebody_who_is_signed_in_is_sent_on(city: City, client: FlaskClient) -> None:
    city.person("student", Role.STUDENT)
    sign_in(client, "student", PASSWORD)
    assert client.get("/sign-in?next=//evil.example").location == "/"
    assert client.get("/sign-in?next=/notices").location == "/notices"


def test_signing_in_begins_a_new_session(city: City, client: FlaskClient) -> None:
    city.person("student", Role.STUDENT)
    before = csrf(client)
    sign_in(client, "student", PASSWORD)
    stale = client.post("/sign-out", data={"csrf_token": before})
    assert stale.status_code == 400


def test_signing_out_ends_the_token_wherever_it_was_copied_to(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)
    sign_in(client, "student", PASSWORD)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    headers = {"Authorization": f"Bearer {token}"}
    copied = client.application.test_client()
    assert copied.get(f"{API}/me", headers=headers).status_code == 200

    page = client.get("/notices").text
    found = re.search(r'csrf[^>]*(?:content|value)="([^"]+)"', page)
    assert found
    client.post("/sign-out", data={"csrf_token": found.group(1)})

    assert copied.get(f"{API}/me", headers=headers).status_code == 401
    assert client.get(f"{API}/me").status_code == 401


def test_signing_out_leaves_other_devices_signed_in(city: City) -> None:
    person = city.person("student", Role.STUDENT)
    phone, tv = city.caller(person), city.caller(person)
    answer = phone.client.post("/sign-out", headers=phone.headers)
    assert answer.status_code == 302
    assert phone.get("/me").status_code == 401
    assert tv.get("/me").status_code == 200


def test_a_token_ends_after_two_weeks(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = city.student()
    start = clock.now()

    monkeypatch.setattr(clock, "_now", lambda: start + timedelta(days=13, hours=23))
    assert student.get("/me").status_code == 200
    monkeypatch.setattr(clock, "_now", lambda: start + timedelta(days=14, minutes=1))
    assert student.get("/me").status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer nonsense", "Basic c3R1ZGVudDp4", "Bearer \x7f\xff"],
)
def test_what_is_no_token_signs_nobody_in(client: FlaskClient, header: str) -> None:
    answer = client.get(f"{API}/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "unauthenticated"


def test_ten_failures_a_minute_are_enough_for_one_account_and_address(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)
    city.person("student2", Role.STUDENT)
    for _ in range(10):
        assert ask_for_token(client, "student", "wrong").status_code == 401

    refused = ask_for_token(client, "student", PASSWORD)

    assert refused.status_code == 429
    assert refused.get_json()["code"] == "too_many_requests"
    assert int(refused.headers["Retry-After"]) > 0
    assert sign_in(client, "student", PASSWORD).status_code == 429
    assert ask_for_token(client, "student2", PASSWORD).status_code == 200


def test_other_spellings_of_a_name_are_no_further_guesses(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)
    spellings = ["ｓtudent", "sｔudent", "stｕdent", " student", "student "]
    for number in range(10):
        ask_for_token(client, spellings[number % len(spellings)], "wrong")
    assert ask_for_token(client, "student", PASSWORD).status_code == 429


def test_successes_are_not_counted(city: City, client: FlaskClient) -> None:
    city.person("student", Role.STUDENT)
    for _ in range(12):
        assert ask_for_token(client, "student", PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"[1]", b'"text"', b"7", b"null", b"", b"{", b'{"username": {}}', b"[" * 100_000],
)
def test_credentials_of_another_shape_are_refused(
    client: FlaskClient, body: bytes
) -> None:
    answer = client.post(
        f"{API}/auth/token", data=body, content_type="application/json"
    )
    assert answer.status_code in {400, 422}
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("length", [257, 1024, 1025, 900_000])
def test_a_password_longer_than_any_is_simply_wrong(
    city: City, client: FlaskClient, length: int
) -> None:
    city.person("student", Role.STUDENT)
    answer = ask_for_token(client, "student", "x" * length)
    assert answer.status_code in {401, 422}
    assert answer.content_length is not None
    assert answer.content_length < 1000


def test_a_password_of_a_megabyte_in_the_form_is_refused(client: FlaskClient) -> None:
    answer = sign_in(client, "student", "x" * 2**20)
    assert answer.status_code == 413


def test_a_name_with_a_null_byte_is_nobodys(client: FlaskClient) -> None:
    assert ask_for_token(client, "stu\x00dent", PASSWORD).status_code in {401, 422}
    assert sign_in(client, "stu\x00dent", PASSWORD).status_code == 401


def test_names_and_passwords_that_look_the_same_are_the_same(
    city: City, client: FlaskClient
) -> None:
    wide = "ｃorrect－horse－9"
    city.person("ｔeacher", Role.TEACHER)
    assert ask_for_token(client, "teacher", PASSWORD).status_code == 200
    assert ask_for_token(client, "teacher", wide).status_code == 200
    assert sign_in(client, "ｔｅａｃｈｅｒ", wide).status_code == 302


def test_spaces_around_a_name_do_not_matter_and_those_of_a_password_do(
    city: City, client: FlaskClient
) -> None:
    city.person(" teacher ", Role.TEACHER)
    assert ask_for_token(client, "teacher ", PASSWORD).status_code == 200
    assert sign_in(client, "teacher ", PASSWORD).status_code == 302
    assert ask_for_token(client, "teacher", f" {PASSWORD}").status_code == 401


def test_who_asks_by_a_token_is_answered_as_its_owner_whatever_the_cookie_says(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)
    teacher = city.teacher()
    sign_in(client, "student", PASSWORD)
    assert teacher.get("/me").get_json()["username"] == "teacher"
