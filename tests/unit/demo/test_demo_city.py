"""The demo city is loaded in parts, each of which may be loaded again."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.accounts.service import Organisation, Person, Role
from youke.catalogue.service import stage_of_grade
from youke.demo.lessons import LESSONS
from youke.demo.people import ACCOUNTS, STUDENTS, load_people
from youke.demo.weekend import load_weekend
from youke.kernel.db import Base, Database
from youke.lessons.service import Lesson
from youke.storage import ObjectStore

PASSWORD = "demo-password-1"
#: The module; the package offers a function of the same name.
load = import_module("youke.demo.load")


def load_parts(session: Session) -> None:
    """Load all that needs no worker; the first lesson is watchable by then."""
    load_people(session, PASSWORD)
    created = load._load_lessons(session)
    load._load_habits(session, created)
    created[LESSONS[0]].playable = True
    session.flush()
    load_weekend(session, created[LESSONS[0]])
    session.flush()


def counts(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


@pytest.fixture
def city(session: Session) -> Session:
    """A city with its people; the rest takes longer."""
    load_people(session, PASSWORD)
    return session


def test_loading_it_again_changes_nothing(session: Session) -> None:
    load_parts(session)
    before = counts(session)
    load_parts(session)
    assert counts(session) == before
    assert before["people"] == STUDENTS + len(ACCOUNTS)
    assert before["lessons"] == len(LESSONS)


def test_everybody_signs_in_with_the_one_password(city: Session) -> None:
    for username in ("student", f"student{STUDENTS}", "teacher", "tutor", "admin"):
        person, _ = accounts.sign_in(city, username=username, password=PASSWORD)
        assert person.username == username


def test_every_role_has_an_account_and_teachers_are_of_two_schools(
    city: Session,
) -> None:
    for role in (Role.TEACHER, Role.TUTOR, Role.REVIEWER, Role.COUNSELLOR):
        assert accounts.people_with_role(city, role)
    teachers = [accounts.person_named(city, name) for name in ("teacher", "teacher2")]
    schools = {school.name for t in teachers if (school := accounts.school_of(t))}
    assert len(schools) == 2


def test_students_sit_in_a_class_of_a_school_that_has_their_grade(
    city: Session,
) -> None:
    for student in accounts.people_with_role(city, Role.STUDENT):
        school, form = accounts.school_of(student), accounts.class_of(student)
        assert school is not None
        assert form is not None
        assert student.grade is not None
        stage = stage_of_grade(student.grade).code
        assert ("小学" in school.name) == (stage == "primary")


def test_the_city_is_one_tree(city: Session) -> None:
    roots = select(Organisation).where(Organisation.parent_id.is_(None))
    (root,) = city.scalars(roots).all()
    assert root.kind == "city"


def test_lessons_are_published_and_the_newcomer_has_no_history(
    session: Session,
) -> None:
    load_parts(session)
    lessons = session.scalars(select(Lesson)).all()
    newcomer = accounts.person_named(session, "student")
    liked = text("SELECT count(DISTINCT person_id) FROM likes")
    own = text("SELECT count(*) FROM likes WHERE person_id = :id")

    assert all(lesson.published_at for lesson in lessons)
    assert {lesson.state for lesson in lessons} == {"created"}
    assert (session.scalar(liked) or 0) > STUDENTS / 2
    assert session.scalar(own, {"id": newcomer.id}) == 0


def test_an_upload_that_was_interrupted_goes_on_at_the_next_start(
    database: Database, store: ObjectStore, tmp_path: Path
) -> None:
    with database.transaction() as session:
        load_people(session, PASSWORD)
        load._load_lessons(session)
    demo = next(lesson for lesson in LESSONS if lesson.seconds < 10)
    short = replace(demo, seconds=1)

    for _ in range(2):
        load._upload(database, store, short, tmp_path)

    with database.transaction() as session:
        lesson = load._find(session, demo)
        uploads = session.scalar(text("SELECT count(*) FROM uploads"))
        jobs = session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))
    assert lesson is not None
    assert lesson.state == "uploaded"
    assert (uploads, jobs) == (1, 1)


def test_people_are_drawn_the_same_every_time(session: Session) -> None:
    names = select(Person.name).order_by(Person.username)
    load_people(session, PASSWORD)
    first = session.scalars(names).all()
    session.rollback()
    load_people(session, PASSWORD)
    assert session.scalars(names).all() == first
