"""`/api/v1/uploads`, `/api/v1/lessons/{id}/uploads` and `…/playback`."""

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

    return _hls(playback.main_playlist(encoding, profile, uri_for=uri))


@bp.get("/lessons/<uuid:lesson_id>/playback/renditions/<string:name>.m3u8")
@policy(anyone)
@bp.doc(responses={200: "an HLS playlist"})
def media_playlist(lesson_id: UUID, name: str) -> Response:
    """List one rendition's segments as presigned byte ranges."""
    encoding = playback.watchable(db_session(), lesson_id, _viewer(lesson_id))
    endpoint = public_s3_endpoint()
    return _hls(
        playback.media_playlist(runtime().store, encoding, name, endpoint=endpoint)
    )


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


def _hls(text: str) -> Response:
    return Response(text, content_type=PLAYLIST)


def _plan(upload: Upload) -> dict[str, Any]:
    plan = uploads.plan(runtime().store, upload, endpoint=public_s3_endpoint())
    shown = ("id", "state", "filename", "size", "part_size", "expires_at")
    return {field: getattr(upload, field) for field in shown} | {
        "lesson": upload.lesson_id,
        "stored": plan.stored,
        "parts": plan.parts,
    }
