"""Recommendations over HTTP."""

from typing import Any

import pytest
from engagement_cast import Cast
from flask.testing import FlaskClient

from youke.kernel.db import Database


class Visitor:
    """A student of grade 7 in a city with three lessons."""

    def __init__(self, client: FlaskClient, database: Database) -> None:
        self.client = client
        with database.transaction() as session:
            cast = Cast(session)
            self.lessons = [
                str(cast.lesson(subject=s, chapter="One").id)
                for s in ("math", "math", "art")
            ]
            self.headers = cast.token(cast.student())

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(
            f"/api/v1{path}", query_string=query, headers=self.headers
        )


@pytest.fixture
def visitor(client: FlaskClient, database: Database) -> Visitor:
    return Visitor(client, database)


def test_recommendations_carry_the_lesson_the_reason_and_the_source(
    visitor: Visitor,
) -> None:
    answer = visitor.get("/recommendations", limit=2)

    assert answer.status_code == 200
    items = answer.json["items"]
    assert [set(item) for item in items] == [
        {"lesson", "reason", "source", "why", "slot"}
    ] * 2
    assert {item["lesson"]["id"] for item in items} <= set(visitor.lessons)
    assert {item["source"] for item in items} == {"new"}


def test_a_like_over_http_changes_the_next_answer(visitor: Visitor) -> None:
    path = f"/api/v1/lessons/{visitor.lessons[0]}/like"
    visitor.client.put(path, headers=visitor.headers)

    items = visitor.get("/recommendations").json["items"]

    assert [item["lesson"]["id"] for item in items] == visitor.lessons[1:]
    assert [item["source"] for item in items] == ["related", "new"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": 0}, "invalid"),
        ({"limit": 101}, "invalid"),
        ({"limit": "many"}, "invalid"),
        ({"subject": "alchemy"}, "unknown_subject"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    visitor: Visitor, query: dict[str, Any], code: str
) -> None:
    answer = visitor.get("/recommendations", **query)

    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_related_lessons_are_lessons_with_a_reason(visitor: Visitor) -> None:
    answer = visitor.get(f"/lessons/{visitor.lessons[0]}/related")

    (item,) = answer.json["items"]
    assert item["id"] == visitor.lessons[1]
    assert item["source"] == "related"
    assert item["reason"]


def test_nobody_is_recommended_anything_unknown(visitor: Visitor) -> None:
    visitor.headers = {}

    assert visitor.get("/recommendations").status_code == 401
