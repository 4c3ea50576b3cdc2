"""What trusted proxies say is believed, and nobody else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from apiflask import APIFlask

from harness.city import PASSWORD, City
from youke.accounts.service import Role
from youke.app import create_app
from youke.http.context import runtime
from youke.http.limits import limiter
from youke.kernel.config import Settings
from youke.kernel.db import Database

OVER_TLS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.fixture
def behind(settings: Settings, request: pytest.FixtureRequest) -> Iterator[APIFlask]:
    app = create_app(replace(settings, proxies=request.param))
    yield app
    limiter.reset()
    with app.app_context():
        runtime().store.close()
        runtime().database.close()


@pytest.mark.parametrize(
    ("behind", "secure"), [(1, True), (0, False)], indirect=["behind"]
)
def test_a_cookie_stays_on_tls_when_a_trusted_proxy_says_so(
    behind: APIFlask,
    secure: bool,  # noqa: FBT001  a parameter of the table
    database: Database,
) -> None:
    client = behind.test_client()
    City(database, client).person("lin", Role.STUDENT)

    page = client.get("/sign-in", headers=OVER_TLS).text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    form = {"username": "lin", "password": PASSWORD, "csrf_token": token}
    headers = OVER_TLS | {"Referer": "https://localhost/sign-in"}
    answer = client.post("/sign-in", data=form, headers=headers)

    assert answer.status_code == 302
    assert ("Secure" in answer.headers["Set-Cookie"]) is secure
