import pytest
from flask.testing import FlaskClient
from tutoring_cast import Cast

from youke.kernel.db import Database
from youke.notices.service import tell

Headers = dict[str, str]


@pytest.fixture
def reader(database: Database) -> Headers:
    """Somebody who was told one thing whose words look like a format."""
    with database.transaction() as session:
        cast = Cast(session)
        person = cast.student()
        tell(
            session,
            person.id,
            kind="question_answered",
            href="/questions/1",
            tutor="Ms Shen",
            question="What is {x} in <b>f(x)</b>?",
        )
        return cast.token(person)


def test_a_notice_comes_in_words_with_what_they_were_made_from(
    client: FlaskClient, reader: Headers
) -> None:
    client.set_cookie("lang", "en")
    listed = client.get("/api/v1/notices", headers=reader).json
    assert listed is not None
    (notice,) = listed["items"]
    assert notice["text"] == (
        "Ms Shen has answered your question: What is {x} in <b>f(x)</b>?"
    )
    assert notice["data"]["tutor"] == "Ms Shen"
    assert (notice["read"], listed["unread"], listed["next"]) == (False, 1, None)


def test_reading_all_leaves_nothing_unread(
    client: FlaskClient, reader: Headers
) -> None:
    assert client.post("/api/v1/notices/read", headers=reader).json == {"unread": 0}
    listed = client.get("/api/v1/notices", headers=reader).json
    assert listed is not None
    assert (listed["unread"], listed["items"][0]["read"]) == (0, True)


def test_notices_are_for_those_who_signed_in(client: FlaskClient) -> None:
    assert client.get("/api/v1/notices").status_code == 401


def test_the_page_shows_notices_and_their_number_until_they_are_read(
    client: FlaskClient, reader: Headers
) -> None:
    client.set_cookie("lang", "en")
    page = client.get("/notices", headers=reader)
    assert page.status_code == 200
    assert "&lt;b&gt;f(x)&lt;/b&gt;?" in page.text
    assert "badge-dot" in page.text
    answer = client.post("/notices/read", headers=reader)
    assert answer.headers["Location"] == "/notices"
    assert "badge-dot" not in client.get("/notices", headers=reader).text
