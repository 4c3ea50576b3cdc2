"""Erasing a person: all that they did, and whatever names them."""

from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.counselling import service as counselling
from youke.engagement import service as engagement


def erase(session: Session, username: str) -> bool:
    """Erase an account; return whether nothing at all remains of it.

    What a person did is gone, and gone from the next model. An account that others
    stand on, because it asked or answered questions or has lessons, stays without a
    name, a school, or a way to sign in.

    :raises PersonNotFoundError: when there is nobody with the user name.
    """
    person = accounts.person_named(session, username)
    engagement.forget_person(session, person.id)
    counselling.forget_person(session, person.id)
    return accounts.delete_person(session, person)
