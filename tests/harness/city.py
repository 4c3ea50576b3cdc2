"""People and lessons for tests, made by the services and speaking by the API."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from youke.accounts import service as accounts
from youke.accounts.service import Organisation, OrganisationKind, Person, Role
from youke.kernel.db import Database
from youke.lessons import service as lessons
from youke.lessons.service import Lesson, LessonDraft

API = "/api/v1"
PASSWORD = "correct-horse-9"
#: Verifying uses the parameters in the hash: these cost no time.
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the API with a bearer token."""

    client: FlaskClient
    person: Person
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What says who is calling."""
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        """Call a path of the API."""
        headers = self.headers | more.pop("headers", {})
        return self.client.open(API + path, method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.call("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        """POST a body, without one when it is None."""
        body = {} if json is None else {"json": json}
        return self.call("POST", path, **body, **more)


class City:
    """A database that fills with people and lessons."""

    def __init__(self, database: Database, client: FlaskClient) -> None:
        self.database = database
        self.client = client

    def organisation(
        self,
        name: str,
        kind: OrganisationKind = OrganisationKind.SCHOOL,
        parent: Organisation | None = None,
    ) -> Organisation:
        """Found a school, or what else it is."""
        with self.database.transaction() as session:
            above = session.merge(parent) if parent else None
            return accounts.add_organisation(
                session, kind=kind, name=name, parent=above
            )

    def person(self, username: str, *roles: Role, **details: Any) -> Person:
        """Open an account whose password is PASSWORD."""
        with self.database.transaction() as session:
            school = details.pop("organisation", None)
            return accounts.add_person(
                session,
                username=username,
                name=details.pop("name", username),
                password=PASSWORD,
                password_hash=_CHEAP,
                roles=roles,
                organisation=session.merge(school) if school else None,
                **details,
            )

    def caller(self, person: Person) -> Caller:
        """Sign a person in."""
        with self.database.transaction() as session:
            _, token = accounts.sign_in(
                session, username=person.username, password=PASSWORD
            )
        return Caller(self.client, person, token)

    def teacher(self, username: str = "teacher", **details: Any) -> Caller:
        """Open a teacher's account and sign in."""
        return self.caller(self.person(username, Role.TEACHER, **details))

    def student(self, username: str = "student", **details: Any) -> Caller:
        """Open a student's account and sign in."""
        return self.caller(self.person(username, Role.STUDENT, **details))

    def lesson(
        self,
        owner: Person,
        *,
        listed: bool = True,
        title: str = "光的折射",
        **draft: Any,
    ) -> Lesson:
        """Create a lesson; a listed one is published and has (no) video to watch."""
        known: dict[str, Any] = {"grade": 8, "subject": "physics"} | draft
        with self.database.transaction() as session:
            lesson = lessons.create_lesson(
                session, session.merge(owner), LessonDraft(title=title, **known)
            )
            if listed:
                lessons.publish(lesson)
                lesson.playable = True
            return lesson

    def reread(self, lesson_id: UUID | str) -> Lesson:
        """Return the lesson as it is now."""
        with self.database.transaction() as session:
            return session.get_one(Lesson, UUID(str(lesson_id)))
