"""Accounts: names, passwords, organisations."""

import pytest
from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.accounts.errors import (
    PersonNotFoundError,
    UsernameTakenError,
    WeakPasswordError,
    WrongPasswordError,
)
from youke.accounts.models import AccessToken
from youke.accounts.service import OrganisationKind, Person, Role

PASSWORD = "correct-horse-9"


def add(session: Session, username: str, **details: object) -> Person:
    known: dict[str, object] = {"name": "陈静", "roles": [Role.TEACHER]}
    return accounts.add_person(
        session,
        username=username,
        password=PASSWORD,
        **(known | details),  # type: ignore[arg-type]  they are named as there
    )


def test_a_name_is_taken_once(session: Session) -> None:
    add(session, "teacher")
    with pytest.raises(UsernameTakenError) as caught:
        add(session, "ｔeacher")
    assert caught.value.data == {"username": "teacher"}


@pytest.mark.parametrize("password", ["", "seven77", "x" * 257])
def test_a_password_has_eight_to_256_characters(password: str) -> None:
    with pytest.raises(WeakPasswordError, match="8 to 256"):
        accounts.hash_password(password)


def test_a_password_is_stored_as_a_salted_hash() -> None:
    first, second = (accounts.hash_password(PASSWORD) for _ in range(2))
    assert first.startswith("$argon2id$")
    assert first != second


def test_a_password_of_256_characters_signs_in(session: Session) -> None:
    long = "长" * 256
    add(session, "teacher", password_hash=accounts.hash_password(long))
    person, _ = accounts.sign_in(session, username="teacher", password=long)
    assert person.username == "teacher"


def test_a_damaged_hash_lets_nobody_in(session: Session) -> None:
    add(session, "teacher", password_hash="!")
    with pytest.raises(WrongPasswordError):
        accounts.sign_in(session, username="teacher", password=PASSWORD)


def test_a_token_is_stored_nowhere(session: Session) -> None:
    add(session, "teacher")
    _, token = accounts.sign_in(session, username="teacher", password=PASSWORD)
    session.flush()
    assert session.get(AccessToken, token) is None
    person = accounts.person_for_token(session, token)
    assert person is not None
    assert person.username == "teacher"


def test_ending_a_sign_in_twice_is_no_error(session: Session) -> None:
    add(session, "teacher")
    _, token = accounts.sign_in(session, username="teacher", password=PASSWORD)
    accounts.end_sign_in(session, token)
    accounts.end_sign_in(session, token)
    assert accounts.person_for_token(session, token) is None


def test_nobody_has_an_unknown_name(session: Session) -> None:
    with pytest.raises(PersonNotFoundError, match="nobody"):
        accounts.person_named(session, "nobody")


def test_a_school_is_found_from_within_a_class(session: Session) -> None:
    city = accounts.add_organisation(session, kind=OrganisationKind.CITY, name="杭州市")
    school = accounts.add_organisation(
        session, kind=OrganisationKind.SCHOOL, name="拱宸中学", parent=city
    )
    form = accounts.add_organisation(
        session, kind=OrganisationKind.CLASS, name="七（1）班", parent=school
    )
    pupil = add(session, "student", organisation=form)
    head = add(session, "admin", organisation=city)
    guest = add(session, "guest")

    assert accounts.school_of(pupil) is school
    assert accounts.class_of(pupil) is form
    assert accounts.school_of(head) is None
    assert accounts.class_of(guest) is None


def test_people_are_found_by_role(session: Session) -> None:
    both = add(session, "b", roles=[Role.TUTOR, Role.TEACHER])
    tutor = add(session, "a", roles=[Role.TUTOR])
    add(session, "c")
    assert accounts.people_with_role(session, Role.TUTOR) == [tutor, both]
    assert both.roles == ["teacher", "tutor"]
    assert not both.is_administrator


def test_people_are_found_by_a_part_of_their_name(session: Session) -> None:
    found = add(session, "a", name="林若兰")
    add(session, "b", name="何立")
    percent = add(session, "c", name="100%")
    by = accounts.ids_of_people_called
    assert session.scalars(by("若")).all() == [found.id]
    assert session.scalars(by("%")).all() == [percent.id]
