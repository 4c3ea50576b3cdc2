"""How requests come in: with the request's transaction and the vault."""

from youke.counselling.room import Room
from youke.counselling.vault import Vault
from youke.http.context import db_session, runtime


def present_room() -> Room:
    """Return the zone for the present request."""
    return Room(db_session(), Vault(runtime().settings.counselling_key))
