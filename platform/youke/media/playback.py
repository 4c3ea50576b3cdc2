"""Playback: playlists whose every byte comes straight from the object store."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.accounts.service import Person
from youke.kernel.errors import NotFoundError
from youke.lessons.service import Lesson, find_lesson
from youke.media import encodings
from youke.media.errors import (
    NotPlayableError,
    PlaybackRefusedError,
    UnknownProfileError,
)
from youke.media.models import Encoding, StoredRendition
from youke.media.windows import URL_LIFETIME_S, URL_WINDOW_S
from youke.storage import ObjectStore
from youke_transcoder import playlists
from youke_transcoder.model import Rendition

PROFILES = ("tv", "web", "mobile")
#: A playlist's link works so long; a lesson is watched within an evening.
LINK_LIFETIME_S = 12 * 3600


class PlaybackLinks:
    """Links that authorise one person to watch one lesson, without a cookie."""

    def __init__(self, secret_key: str) -> None:
        self.serializer = URLSafeTimedSerializer(secret_key, salt="playback")

    def token(self, lesson_id: UUID, person: Person) -> str:
        """Return a token for this person and lesson."""
        return str(self.serializer.dumps([lesson_id.hex, person.id.hex]))

    def web_address(self, lesson: Lesson, person: Person) -> str:
        """Return the path of the web profile's playlist for this person."""
        token = self.token(lesson.id, person)
        return f"/api/v1/lessons/{lesson.id}/playback/web.m3u8?token={token}"

    def person(self, session: Session, token: str, lesson_id: UUID) -> Person:
        """Return for whom the token was made, if it is for this lesson.

        :raises PlaybackRefusedError: when it is forged, expired or for another one.
        """
        try:
            lesson, person = self.serializer.loads(token, max_age=LINK_LIFETIME_S)
        except BadData:
            raise PlaybackRefusedError from None
        found = accounts.people(session, [UUID(person)])
        if UUID(lesson) != lesson_id or not found:
            raise PlaybackRefusedError
        return found[UUID(person)]


def watchable(session: Session, lesson_id: UUID, person: Person) -> Encoding:
    """Return the encoding that this person may watch now."""
    lesson = find_lesson(session, lesson_id, person)
    encoding = encodings.current(session, lesson.id) if lesson.playable else None
    if encoding is None:
        raise NotPlayableError
    return encoding


def main_playlist(
    encoding: Encoding, profile: str, *, uri_for: Callable[[str], str]
) -> str:
    """Return the multivariant playlist of a profile.

    :param uri_for: gives the address of a rendition's playlist by its name.
    """
    if profile not in PROFILES:
        raise UnknownProfileError(profile=profile)
    all_of_them = [_rendition(stored) for stored in encoding.renditions]
    return playlists.main_playlist(
        all_of_them, profile, lambda each: uri_for(each.name)
    )


def media_playlist(
    store: ObjectStore, encoding: Encoding, name: str, *, endpoint: str
) -> str:
    """Return one rendition's playlist: presigned byte ranges of its one object."""
    for stored in encoding.renditions:
        if stored.name == name:
            url = presigned(store, stored.key, endpoint=endpoint)
            return playlists.media_playlist(_rendition(stored), url)
    raise NotFoundError


def presigned(store: ObjectStore, key: str, *, endpoint: str) -> str:
    """Return a URL for a private object that all viewers of a window share."""
    return store.presign_get(
        key, endpoint=endpoint, expires_s=URL_LIFETIME_S, window_s=URL_WINDOW_S
    )


def poster_url(store: ObjectStore, lesson: Lesson, *, endpoint: str) -> str | None:
    """Return where the lesson's picture is, None before there is one."""
    key = lesson.poster_key
    return presigned(store, key, endpoint=endpoint) if key else None


def media_description(session: Session, lesson: Lesson) -> Mapping[str, Any] | None:
    """Return what there is to watch: duration and renditions."""
    encoding = encodings.current(session, lesson.id)
    if encoding is None:
        return None
    return {
        "duration_s": lesson.duration_s,
        "renditions": [_summary(stored) for stored in encoding.renditions],
    }


def _summary(stored: StoredRendition) -> dict[str, Any]:
    shown = (
        "name profiles kind container width height fps codecs bandwidth "
        "average_bandwidth size sha256 duration_s"
    )
    return {field: stored.description[field] for field in shown.split()}


def _rendition(stored: StoredRendition) -> Rendition:
    return Rendition.from_dict(stored.description)
