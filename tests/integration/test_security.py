"""Every view says who may call it, and every answer what browsers may do."""

import re
from dataclasses import replace
from typing import Any

import pytest
from apiflask import APIFlask
from flask import request
from flask.testing import FlaskClient

from harness.city import API, PASSWORD, City
from youke.accounts.service import Role
from youke.app import create_app
from youke.http.policies import OPEN_ENDPOINTS, anyone, policy, policy_of
from youke.kernel.config import Settings

LESSON = {"title": "光的折射", "grade": 8, "subject": "physics"}
TOKEN = re.compile(r'csrf[^>]*(?:content|value)="([^"]+)"')
NOWHERE = "0199a000-0000-7000-8000-000000000000"
#: What answers before one has signed in.
PUBLIC = {
    "accounts.sign_in",
    "auth_api.issue_token",
    "catalogue_api.catalogue",
    "feeds.show",  # by the secret in its address
    "health.healthz",
    "health.readyz",
    "media_api.captions_playlist",  # by the token in its address
    "media_api.key_frames_playlist",
    "media_api.main_playlist",
    "media_api.media_playlist",
    "media_api.storyboard",
    "preferences.save",
    "openapi.spec",
    "web.style_guide",
}


@pytest.fixture
def browser(city: City, client: FlaskClient) -> FlaskClient:
    """A teacher's browser: it is known by its cookie."""
    city.person("teacher", Role.TEACHER)
    form = {"username": "teacher", "password": PASSWORD, "csrf_token": csrf(client)}
    assert client.post("/sign-in", data=form).status_code == 302
    return client


def csrf(client: FlaskClient, page: str = "/sign-in") -> str:
    """Return the token that this client's pages carry."""
    found = TOKEN.search(client.get(page).text)
    assert found
    return found.group(1)


def test_every_view_declares_who_may_call_it(app: APIFlask) -> None:
    silent = {
        name
        for name, view in app.view_functions.items()
        if policy_of(view) is None and name not in OPEN_ENDPOINTS
    }
    assert silent == set()


def test_only_these_views_answer_strangers(app: APIFlask) -> None:
    open_views = {
        name
        for name, view in app.view_functions.items()
        if policy_of(view) is anyone or name in OPEN_ENDPOINTS
    }
    assert open_views == PUBLIC


def test_strangers_get_nothing_but_the_public_views(
    app: APIFlask, client: FlaskClient
) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC or "GET" not in (rule.methods or set()):
            continue
        values: dict[str, Any] = dict.fromkeys(rule.arguments, NOWHERE)
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        answer = client.get(address)
        wanted = 401 if address.startswith("/api/") else 302
        assert answer.status_code == wanted, address


def test_a_view_that_declares_nothing_answers_nobody(settings: Settings) -> None:
    app = create_app(settings)
    app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/api/v1/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{API}/lessons"),
        ("PUT", f"{API}/lessons/{NOWHERE}/like"),
        ("DELETE", f"{API}/lessons/{NOWHERE}/like"),
        ("POST", f"{API}/lessons/{NOWHERE}/publish"),
        ("POST", "/studio/new"),
        ("POST", "/sign-out"),
        ("POST", "/preferences"),
    ],
)
@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_cookie_alone_changes_nothing(
    browser: FlaskClient, method: str, path: str, token: str | None
) -> None:
    headers = {} if token is None else {"X-CSRFToken": token}
    answer = browser.open(path, method=method, headers=headers)
    assert answer.status_code == 400
    assert browser.get(f"{API}/me").status_code == 200


def test_a_cookie_with_the_pages_token_may_change_things(browser: FlaskClient) -> None:
    headers = {"X-CSRFToken": csrf(browser, "/studio")}
    answer = browser.post(f"{API}/lessons", json=LESSON, headers=headers)
    assert answer.status_code == 201


def test_another_sessions_token_does_not_help(
    browser: FlaskClient, app: APIFlask
) -> None:
    headers = {"X-CSRFToken": csrf(app.test_client())}
    answer = browser.post(f"{API}/lessons", json=LESSON, headers=headers)
    assert answer.status_code == 400


def test_a_wrong_bearer_token_does_not_make_the_cookie_count(
    browser: FlaskClient,
) -> None:
    headers = {"Authorization": "Bearer anything"}
    answer = browser.post(f"{API}/lessons", json=LESSON, headers=headers)
    assert answer.status_code == 401


def test_a_bearer_token_needs_no_forgery_token(city: City) -> None:
    assert city.teacher().post("/lessons", LESSON).status_code == 201


def test_nobody_is_signed_in_by_a_forged_form(city: City, client: FlaskClient) -> None:
    city.person("student", Role.STUDENT)
    form = {"username": "student", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 400
    assert client.get(f"{API}/me").status_code == 401


def test_scripts_cannot_read_the_cookie_and_other_sites_do_not_send_it(
    city: City, client: FlaskClient
) -> None:
    city.person("student", Role.STUDENT)
    form = {"username": "student", "password": PASSWORD, "csrf_token": csrf(client)}
    cookie = client.post("/sign-in", data=form).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/studio", "/nothing", "/healthz", f"{API}/me", f"{API}/nothing"],
)
def test_every_answer_tells_browsers_what_it_may_do(
    browser: FlaskClient, path: str
) -> None:
    headers = browser.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("host", "seen"),
    [
        ("192.168.1.7:8000", "192.168.1.7"),
        ("youke.example", "youke.example"),
        ("[::1]:8000", "[::1]"),
        ("[::1]", "[::1]"),
    ],
)
def test_pages_may_reach_the_store_by_the_host_one_used(
    client: FlaskClient, settings: Settings, host: str, seen: str
) -> None:
    answer = client.get("/sign-in", headers={"Host": host})
    port = settings.s3_endpoint.rsplit(":", 1)[-1]
    policy = answer.headers["Content-Security-Policy"]
    assert f"connect-src 'self' http://{seen}:{port};" in policy


def test_a_store_elsewhere_is_reached_where_it_is(settings: Settings) -> None:
    app = create_app(replace(settings, s3_endpoint="https://s3.example"))
    answer = app.test_client().get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "connect-src 'self' https://s3.example;" in policy


def test_a_strange_host_cannot_write_the_policy(client: FlaskClient) -> None:
    answer = client.get("/sign-in", headers={"Host": "x; script-src *"})
    assert "script-src *" not in answer.headers.get("Content-Security-Policy", "")


def test_no_answer_is_for_other_sites(client: FlaskClient) -> None:
    answer = client.get("/sign-in", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_proxies_are_believed_only_as_far_as_they_are_configured(
    settings: Settings,
) -> None:
    said = {"X-Forwarded-For": "6.6.6.6, 7.7.7.7", "X-Forwarded-Host": "public.example"}

    def seen_by(hops: int) -> Any:
        app = create_app(replace(settings, proxies=hops))
        seen = policy(anyone)(lambda: [request.remote_addr, request.host])
        app.add_url_rule("/seen", "seen", seen)
        return app.test_client().get("/seen", headers=said).get_json()

    assert seen_by(0) == ["127.0.0.1", "localhost"]
    assert seen_by(1) == ["7.7.7.7", "public.example"]


def test_what_the_browser_prefers_is_remembered(browser: FlaskClient) -> None:
    form = {"theme": "dark", "lang": "xx", "next": "//evil.example"}
    form["csrf_token"] = csrf(browser, "/studio")
    answer = browser.post("/preferences", data=form)
    assert answer.location == "/"
    assert answer.headers.getlist("Set-Cookie")[0].startswith("theme=dark")
    assert not any("lang=" in c for c in answer.headers.getlist("Set-Cookie"))
