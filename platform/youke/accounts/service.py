"""People, organisations, and how they sign in."""

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from youke.accounts.consents import (
    decide_profiling,
    decision_on_profiling,
    ids_of_profiled,
    profiling_allowed,
)
from youke.accounts.errors import (
    PersonNotFoundError,
    UsernameTakenError,
    WeakPasswordError,
    WrongPasswordError,
)
from youke.accounts.models import (
    ADMINISTRATORS,
    AccessToken,
    Consent,
    Organisation,
    OrganisationKind,
    Person,
    Role,
)
from youke.kernel.clock import now

__all__ = [
    "ADMINISTRATORS",
    "Organisation",
    "OrganisationKind",
    "Person",
    "Role",
    "add_organisation",
    "add_person",
    "class_of",
    "decide_profiling",
    "decision_on_profiling",
    "delete_person",
    "end_sign_in",
    "forget_expired_tokens",
    "hash_password",
    "ids_of_organisations_called",
    "ids_of_organisations_within",
    "ids_of_people_called",
    "ids_of_profiled",
    "people",
    "people_with_role",
    "person_for_token",
    "person_named",
    "profiling_allowed",
    "school_of",
    "sign_in",
]

TOKEN_LIFETIME = timedelta(days=14)
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256

#: OWASP's minimum for Argon2id: 19 MiB, two passes, about 60 ms on a small core.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: Verified for unknown names, so that they take as long as known ones.
_NOBODY = _hasher.hash("nobody has this password")


def add_organisation(
    session: Session,
    *,
    kind: OrganisationKind,
    name: str,
    parent: Organisation | None = None,
) -> Organisation:
    """Found a city, district, school or class."""
    organisation = Organisation(kind=kind.value, name=name, parent=parent)
    session.add(organisation)
    session.flush()
    return organisation


def add_person(
    session: Session,
    *,
    username: str,
    name: str,
    password: str,
    roles: Collection[Role],
    organisation: Organisation | None = None,
    grade: int | None = None,
    password_hash: str | None = None,
) -> Person:
    """Open an account.

    :param password_hash: made before by `hash_password`, when many accounts share
        one password (demo data).
    :raises UsernameTakenError: when somebody has that name.
    :raises WeakPasswordError: when the password is too short or too long.
    """
    username = _account_name(username)
    if session.scalar(select(Person.id).where(Person.username == username)):
        raise UsernameTakenError(username=username)
    person = Person(
        username=username,
        name=name,
        password_hash=password_hash or hash_password(password),
        roles=sorted(Role(role).value for role in roles),
        organisation=organisation,
        grade=grade,
    )
    session.add(person)
    session.flush()
    return person


def delete_person(session: Session, person: Person) -> bool:
    """Delete an account, or take everything personal from one that others stand on.

    Returns whether it is gone.
    """
    try:
        with session.begin_nested():
            session.delete(person)
    except IntegrityError:
        _make_nameless(session, person)
        return False
    return True


def _make_nameless(session: Session, person: Person) -> None:
    session.refresh(person)
    session.execute(delete(AccessToken).where(AccessToken.person_id == person.id))
    session.execute(delete(Consent).where(Consent.person_id == person.id))
    person.username, person.name = f"erased-{person.id}", "—"
    person.password_hash, person.roles = "", []
    person.organisation, person.grade = None, None
    session.flush()


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password that is long enough."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPasswordError(least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    return _hasher.hash(normalised(password))


def sign_in(session: Session, *, username: str, password: str) -> tuple[Person, str]:
    """Return the person and a new token that lives for `TOKEN_LIFETIME`.

    :raises WrongPasswordError: the same for an unknown name and a wrong password.
    """
    person = session.scalar(
        select(Person).where(Person.username == _account_name(username))
    )
    known = person.password_hash if person else _NOBODY
    if not _matches(known, password) or person is None:
        raise WrongPasswordError
    token = secrets.token_urlsafe(32)
    session.add(
        AccessToken(
            digest=_digest(token),
            person_id=person.id,
            expires_at=now() + TOKEN_LIFETIME,
        )
    )
    return person, token


def person_for_token(session: Session, token: str) -> Person | None:
    """Return whose token this is, None when it is unknown, expired or ended."""
    found = session.get(AccessToken, _digest(token))
    return found.person if found and found.expires_at > now() else None


def end_sign_in(session: Session, token: str) -> None:
    """Make the token worthless."""
    session.execute(delete(AccessToken).where(AccessToken.digest == _digest(token)))


def forget_expired_tokens(session: Session) -> int:
    """Delete the sign-ins whose time is over; return how many there were."""
    expired = delete(AccessToken).where(AccessToken.expires_at <= now())
    return len(session.execute(expired.returning(AccessToken.digest)).all())


def people(session: Session, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Return the people with these identifiers."""
    found = session.scalars(select(Person).where(Person.id.in_(ids)))
    return {person.id: person for person in found}


def person_named(session: Session, username: str) -> Person:
    """Return the person with this user name.

    :raises PersonNotFoundError: when there is none.
    """
    wanted = Person.username == _account_name(username)
    person = session.scalar(select(Person).where(wanted))
    if person is None:
        raise PersonNotFoundError(username=username)
    return person


def people_with_role(session: Session, role: Role) -> Sequence[Person]:
    """Return everybody with the role, by user name."""
    having = Person.roles.contains([role.value])
    return session.scalars(select(Person).where(having).order_by(Person.username)).all()


def ids_of_people_called(word: str) -> Select[UUID]:
    """Select the people in whose name the word occurs."""
    return select(Person.id).where(Person.name.icontains(word, autoescape=True))


def ids_of_organisations_called(word: str) -> Select[UUID]:
    """Select the organisations in whose name the word occurs."""
    named = Organisation.name.icontains(word, autoescape=True)
    return select(Organisation.id).where(named)


def ids_of_organisations_within(organisation_id: UUID) -> Select[UUID]:
    """Select an organisation and all that belong to it, however far below."""
    itself = select(Organisation.id).where(Organisation.id == organisation_id)
    within = itself.cte("within", recursive=True)
    belongs = Organisation.parent_id == within.c.id
    below = select(Organisation.id).join(within, belongs)
    return select(within.union(below).c.id)


def school_of(person: Person) -> Organisation | None:
    """Return the person's school, also from within a class."""
    organisation = person.organisation
    return organisation.enclosing(OrganisationKind.SCHOOL) if organisation else None


def class_of(person: Person) -> Organisation | None:
    """Return the person's class."""
    organisation = person.organisation
    return organisation.enclosing(OrganisationKind.CLASS) if organisation else None


def normalised(text: str) -> str:
    """Return one form for texts that look the same (RFC 8265, NFKC)."""
    return unicodedata.normalize("NFKC", text)


def _account_name(text: str) -> str:
    """Return the name as it is stored, where there can be no null character."""
    return normalised(text).strip().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _matches(known: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        return _hasher.verify(known, normalised(password))
    except (VerificationError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
