"""Playback: playlists whose every byte comes straight from the object store."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.accounts.service import Person
from youke.captions import service as captions
from youke.kernel.errors import NotFoundError
from youke.lessons.service import Lesson, find_lesson
from youke.media import encodings
from youke.media.errors import (
    NotPlayableError,
    PlaybackRefusedError,
    UnknownProfileError,
)
from youke.media.growing import Growing, is_growing, nearest
from youke.media.models import Encoding, StoredRendition
from youke.media.windows import URL_LIFETIME_S, URL_WINDOW_S
from youke.storage import ObjectStore
from youke_transcoder import playlists, subtitles
from youke_transcoder.model import Rendition, Storyboard
from youke_transcoder.storyboard import vtt

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
    """Return the encoding that this person may watch now, perhaps a growing one."""
    lesson = find_lesson(session, lesson_id, person)
    encoding = _watched(session, lesson)
    if encoding is None:
        raise NotPlayableError
    return encoding


def main_playlist(
    session: Session,
    encoding: Encoding,
    profile: str,
    *,
    uri_for: Callable[[str], str],
    key_frames_uri_for: Callable[[str], str],
    captions_uri_for: Callable[[str], str],
) -> str:
    """Return the multivariant playlist of a profile.

    :param uri_for: gives the address of a rendition's playlist by its name.
    :param key_frames_uri_for: the same for its key frames.
    :param captions_uri_for: the same for captions, by their language.
    """
    if profile not in PROFILES:
        raise UnknownProfileError(profile=profile)
    tracks = captions.tracks(session, encoding.lesson_id, uri_for=captions_uri_for)
    tags = subtitles.media_tags(tracks)
    if is_growing(encoding):
        growing = Growing.of(session, encoding)
        return growing.main_playlist(profile, uri_for, captions=tags)
    return playlists.main_playlist(
        [_rendition(stored) for stored in encoding.renditions],
        profile,
        lambda each: uri_for(each.name),
        i_frames_uri_for=lambda each: key_frames_uri_for(each.name),
        captions=tags,
    )


def media_playlist(
    session: Session, encoding: Encoding, name: str, *, url_for: Callable[[str], str]
) -> str:
    """Return one rendition's playlist: presigned byte ranges of its objects.

    Whoever began to watch while the encoding grew may ask for a rendition that was
    only planned, or for the repackaged source: they get what comes nearest.

    :param url_for: gives the address of an object by its key.
    """
    if stored := _stored(encoding, name):
        url = url_for(stored.key)
        return playlists.media_playlist(_rendition(stored), url)
    text = None
    if encoding.planned is not None:
        growing = Growing.of(session, encoding)
        if is_growing(encoding) or (growing.is_copy and growing.kept):
            text = growing.media_playlist(name, url_for)
        elif growing.knows(name):
            text = _stand_in(encoding, name, url_for)
    if text is None:
        raise NotFoundError
    return text


def key_frames_playlist(
    encoding: Encoding, name: str, *, url_for: Callable[[str], str]
) -> str:
    """Return the playlist of one rendition's key frames, for scrubbing.

    :raises NotFoundError: when there is no such rendition or they are not indexed.
    """
    stored = _stored(encoding, name)
    rendition = _rendition(stored) if stored else None
    if stored is None or rendition is None or not rendition.i_frames:
        raise NotFoundError
    return playlists.i_frames_playlist(rendition, url_for(stored.key))


def captions_playlist(
    session: Session,
    encoding: Encoding,
    language: str,
    *,
    url_for: Callable[[str], str],
) -> str:
    """Return the playlist of a lesson's captions: one text for all of it.

    :raises CaptionsNotFoundError: when there are none in the language.
    """
    found = captions.find(session, encoding.lesson_id, language)
    duration_s = float((encoding.source or {}).get("duration_s", 0))
    return subtitles.subtitles_playlist(url_for(found.key), duration_s)


def storyboard(encoding: Encoding, *, url_for: Callable[[str], str]) -> str:
    """Return where the small pictures for the seek bar lie, as WebVTT.

    :raises NotFoundError: when there are none (yet).
    """
    board = (encoding.manifest or {}).get("storyboard")
    if not board or not encoding.folder:
        raise NotFoundError
    folder = encoding.folder
    return vtt(Storyboard.from_dict(board), lambda name: url_for(folder + name))


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
    """Return what there is to watch: duration, renditions, whether more is to come."""
    encoding = _watched(session, lesson)
    if encoding is None:
        return None
    return {
        "duration_s": lesson.duration_s,
        "renditions": [_summary(stored) for stored in encoding.renditions],
        "growing": is_growing(encoding),
    }


def still_growing(session: Session, lesson: Lesson) -> bool:
    """Say whether what is watched is shown before it is complete."""
    encoding = _watched(session, lesson)
    return encoding is not None and is_growing(encoding)


def _watched(session: Session, lesson: Lesson) -> Encoding | None:
    return encodings.watchable_encoding(session, lesson) if lesson.playable else None


def _stored(encoding: Encoding, name: str) -> StoredRendition | None:
    return next((each for each in encoding.renditions if each.name == name), None)


def _stand_in(
    encoding: Encoding, name: str, url_for: Callable[[str], str]
) -> str | None:
    """Return the playlist of what comes nearest to a rendition that did not last."""
    stored = _stored(
        encoding, nearest(name, (r.name for r in encoding.renditions)) or ""
    )
    if stored is None:
        return None
    return playlists.media_playlist(_rendition(stored), url_for(stored.key))


def _summary(stored: StoredRendition) -> dict[str, Any]:
    shown = (
        "name profiles kind container width height fps codecs bandwidth "
        "average_bandwidth size sha256 duration_s"
    )
    return {field: stored.description[field] for field in shown.split()}


def _rendition(stored: StoredRendition) -> Rendition:
    return Rendition.from_dict(stored.description)
