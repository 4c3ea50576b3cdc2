"""`/api/v1/uploads`, `/api/v1/lessons/{id}/uploads` and `…/playback`."""

import gzip
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request, url_for
from sqlalchemy.orm import Session

from youke.accounts.guards import current_person, having, signed_in
from youke.accounts.service import ADMINISTRATORS, Person, Role
from youke.http.context import db_session, public_s3_endpoint, runtime
from youke.http.idempotency import idempotent
from youke.http.policies import anyone, policy
from youke.http.retry import retried
from youke.lessons.service import Lesson, own_lesson
from youke.media import deletion, playback, uploads
from youke.media.models import Upload
from youke.media.playback import PlaybackLinks
from youke.media.schemas import UploadIn, UploadOut

bp = APIBlueprint("media_api", __name__, url_prefix="/api/v1", tag="media")
authors = having(Role.TEACHER, *ADMINISTRATORS)
PLAYLIST = "application/vnd.apple.mpegurl"
#: A playlist of 45 minutes shrinks from 200 kB to 7 in a third of a millisecond.
PACKING = 1


@bp.delete("/lessons/<uuid:lesson_id>")
@policy(authors)
@retried
@bp.output({}, status_code=204)
def delete_lesson(lesson_id: UUID) -> str:
    """Delete a lesson that is not published, and its video."""
    deletion.delete_lesson(db_session(), lesson_id, current_person())
    return ""


@bp.post("/lessons/<uuid:lesson_id>/uploads")
@policy(authors)
@idempotent
@bp.input(UploadIn)
@bp.output(UploadOut, status_code=201)
def begin_upload(lesson_id: UUID, json_data: UploadIn) -> dict[str, Any]:
    """Plan the upload of a lesson's video: parts and presigned URLs."""
    session = db_session()
    lesson = own_lesson(session, lesson_id, current_person())
    upload = uploads.begin(session, runtime().store, lesson, **json_data.model_dump())
    return _plan(upload)


@bp.get("/uploads/<uuid:upload_id>")
@policy(authors)
@bp.output(UploadOut)
def show_upload(upload_id: UUID) -> dict[str, Any]:
    """Tell which parts are stored and where the others go."""
    return _plan(uploads.find_upload(db_session(), upload_id, current_person()))


@bp.post("/uploads/<uuid:upload_id>/complete")
@policy(authors)
@bp.output(UploadOut, status_code=202)
def complete_upload(upload_id: UUID) -> dict[str, Any]:
    """Make one file of the parts and begin to encode it."""
    session = db_session()
    upload = uploads.find_upload(session, upload_id, current_person())
    return _plan(uploads.complete(session, runtime().store, upload))


@bp.get("/lessons/<uuid:lesson_id>/playback/<string:profile>.m3u8")
@policy(anyone)  # a cookie, a bearer token or a link's own token: see _viewer
@bp.doc(responses={200: "an HLS playlist"})
def main_playlist(lesson_id: UUID, profile: str) -> Response:
    """List a profile's renditions (HLS multivariant playlist)."""
    person = _viewer(lesson_id)
    encoding = playback.watchable(db_session(), lesson_id, person)
    # A link that was copied must not renew itself.
    token = request.args.get("token") or _links().token(lesson_id, person)

    def uri(name: str) -> str:
        return url_for(
            "media_api.media_playlist", lesson_id=lesson_id, name=name, token=token
        )

    def key_frames_uri(name: str) -> str:
        return url_for(
            "media_api.key_frames_playlist", lesson_id=lesson_id, name=name, token=token
        )

    def captions_uri(language: str) -> str:
        return url_for(
            "media_api.captions_playlist",
            lesson_id=lesson_id,
            language=language,
            token=token,
        )

    text = playback.main_playlist(
        db_session(),
        encoding,
        profile,
        uri_for=uri,
        key_frames_uri_for=key_frames_uri,
        captions_uri_for=captions_uri,
    )
    return Response(text, content_type=PLAYLIST)


@bp.get("/lessons/<uuid:lesson_id>/playback/renditions/<string:name>.m3u8")
@policy(anyone)
@bp.doc(responses={200: "an HLS playlist"})
def media_playlist(lesson_id: UUID, name: str) -> Response:
    """List one rendition's segments as presigned byte ranges."""
    session = db_session()
    encoding = playback.watchable(session, lesson_id, _viewer(lesson_id))
    text = playback.media_playlist(session, encoding, name, url_for=_signed())
    return _packed(text, PLAYLIST)


@bp.get("/lessons/<uuid:lesson_id>/playback/key-frames/<string:name>.m3u8")
@policy(anyone)
@bp.doc(responses={200: "an HLS playlist"})
def key_frames_playlist(lesson_id: UUID, name: str) -> Response:
    """List one rendition's key frames, for pictures while scrubbing."""
    encoding = playback.watchable(db_session(), lesson_id, _viewer(lesson_id))
    text = playback.key_frames_playlist(encoding, name, url_for=_signed())
    return _packed(text, PLAYLIST)


@bp.get("/lessons/<uuid:lesson_id>/playback/captions/<string:language>.m3u8")
@policy(anyone)
@bp.doc(responses={200: "an HLS playlist"})
def captions_playlist(lesson_id: UUID, language: str) -> Response:
    """Name the text of a lesson's captions in a language."""
    session = db_session()
    encoding = playback.watchable(session, lesson_id, _viewer(lesson_id))
    text = playback.captions_playlist(session, encoding, language, url_for=_signed())
    return _packed(text, PLAYLIST)


@bp.get("/lessons/<uuid:lesson_id>/playback/storyboard.vtt")
@policy(anyone)
@bp.doc(responses={200: "WebVTT whose cues name pictures"})
def storyboard(lesson_id: UUID) -> Response:
    """Tell where the small pictures for the seek bar lie."""
    encoding = playback.watchable(db_session(), lesson_id, _viewer(lesson_id))
    return _packed(playback.storyboard(encoding, url_for=_signed()), "text/vtt")


def describe_media(session: Session, lesson: Lesson, viewer: Person) -> dict[str, Any]:
    """Return what a lesson's description says about watching it."""
    description = playback.media_description(session, lesson)
    if description is None or not lesson.playable:
        return {}
    token = _links().token(lesson.id, viewer)
    return {
        "media": description,
        "poster": playback.poster_url(
            runtime().store, lesson, endpoint=public_s3_endpoint()
        ),
        "playback": {
            profile: playback_url(lesson, profile, token)
            for profile in playback.PROFILES
        },
    }


def playback_url(lesson: Lesson, profile: str, token: str) -> str:
    """Return the address of a profile's playlist, which needs nothing else."""
    return url_for(
        "media_api.main_playlist",
        lesson_id=lesson.id,
        profile=profile,
        token=token,
        _external=True,
    )


def _viewer(lesson_id: UUID) -> Person:
    token = request.args.get("token")
    if token:
        return _links().person(db_session(), token, lesson_id)
    signed_in()
    return current_person()


def _links() -> PlaybackLinks:
    return PlaybackLinks(runtime().settings.secret_key)


def _signed() -> Callable[[str], str]:
    """Return what gives the address of an object by its key."""
    endpoint = public_s3_endpoint()
    return partial(playback.presigned, runtime().store, endpoint=endpoint)


def _packed(text: str, content_type: str) -> Response:
    """Answer with a text that repeats one signed address hundreds of times.

    Only what nobody outside can put words into is packed, because sizes would tell
    them about the rest; the main playlist repeats a token of the request's.
    """
    response = Response(text, content_type=content_type)
    response.vary = ["Accept-Encoding", "Cookie"]
    if request.accept_encodings["gzip"]:
        response.data = gzip.compress(text.encode(), PACKING, mtime=0)
        response.content_encoding = "gzip"
    return response


def _plan(upload: Upload) -> dict[str, Any]:
    plan = uploads.plan(runtime().store, upload, endpoint=public_s3_endpoint())
    shown = ("id", "state", "filename", "size", "part_size", "expires_at")
    return {field: getattr(upload, field) for field in shown} | {
        "lesson": upload.lesson_id,
        "stored": plan.stored,
        "parts": plan.parts,
    }
