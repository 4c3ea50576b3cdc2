"""Lessons whose video has been encoded, written down without encoding anything."""

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from harness.city import City
from youke.kernel.clock import now
from youke.lessons.service import Lesson, LessonState
from youke.media.models import (
    Encoding,
    EncodingState,
    Step,
    StepState,
    StoredRendition,
    Upload,
    UploadState,
)
from youke_transcoder.model import ByteRange, Probe, Rendition, Segment
from youke_transcoder.planning import plan

MB = 1_000_000
#: A full ladder: name, who plays it, bytes.
LADDER = (
    ("1080p", ("web",), 40 * MB),
    ("720p", ("web",), 20 * MB),
    ("480p", ("web", "mobile"), 10 * MB),
    ("360p", ("web", "mobile"), 6 * MB),
    ("240p", ("mobile",), 3 * MB),
    ("audio", ("web", "mobile"), 1 * MB),
    ("tv-1080p", ("tv",), 45 * MB),
    ("tv-720p", ("tv",), 22 * MB),
)
ORIGINAL = 500 * MB


@dataclass(frozen=True, kw_only=True)
class Made:
    """What an encoding is to look like."""

    state: str = EncodingState.CURRENT.value
    code: str | None = None
    reason: str = "upload"
    #: Since it ended.
    age: timedelta = timedelta()
    ladder: tuple[tuple[str, tuple[str, ...], int], ...] = LADDER
    #: Kind, number, state, worker.
    steps: tuple[tuple[str, int, str, str | None], ...] = (
        ("open", 0, "done", None),
        ("chunk", 0, "done", None),
        ("assemble", 0, "done", None),
    )
    lesson: dict[str, Any] = field(default_factory=dict)


READY = Made(lesson={"state": LessonState.READY.value, "playable": True})
WORKING = Made(
    state=EncodingState.WORKING.value,
    ladder=(),
    steps=(
        ("open", 0, "done", None),
        ("chunk", 0, "working", "school-3:41"),
        ("chunk", 1, "working", "school-3:42"),
        ("assemble", 0, "waiting", None),
    ),
    lesson={"state": LessonState.ENCODING.value},
)
WAITING = Made(
    state=EncodingState.WORKING.value,
    ladder=(),
    steps=(("open", 0, "waiting", None),),
    lesson={"state": LessonState.INSPECTING.value},
)
FAILED = Made(
    state=EncodingState.ABANDONED.value,
    code="encoder_failed",
    ladder=(),
    lesson={"state": LessonState.FAILED.value, "code": "encoder_failed"},
)
REJECTED = Made(
    state=EncodingState.ABANDONED.value,
    code="truncated",
    ladder=(),
    lesson={"state": LessonState.REJECTED.value, "code": "truncated"},
)


def probe(**changes: Any) -> Probe:
    """A ten-minute lecture in 1080p."""
    facts: dict[str, Any] = {
        "container": "mov,mp4",
        "size": ORIGINAL,
        "duration_s": 600.0,
        "video_end_s": 600.0,
        "width": 1920,
        "height": 1080,
        "frame_rate": Fraction(25),
        "variable_fps": False,
        "video_codec": "h264",
        "pix_fmt": "yuv420p",
        "bit_depth": 8,
        "hdr": False,
        "rgb": False,
        "interlaced": False,
        "rotation": 0,
        "video_index": 0,
        "audio_index": 1,
        "audio_codec": "aac",
    }
    return Probe(**facts | changes)


def encode(city: City, lesson: Lesson, made: Made = READY) -> UUID:
    """Write down an upload and an encoding of it; return the encoding's id."""
    with city.database.transaction() as session:
        upload = add_upload(session, lesson.id)
        encoding = _encoding(lesson, upload, made)
        session.add(encoding)
        session.flush()
        session.add_all(_steps(encoding, made))
        for name, value in made.lesson.items():
            setattr(session.get_one(Lesson, lesson.id), name, value)
    return encoding.id


def add_upload(session: Session, lesson_id: UUID) -> Upload:
    """Write down a file that has arrived."""
    upload = Upload(
        lesson_id=lesson_id,
        filename="课.mp4",
        size=ORIGINAL,
        part_size=ORIGINAL,
        multipart_id="",
        key="",
        state=UploadState.COMPLETED.value,
        expires_at=now(),
        sha256="0" * 64,
    )
    session.add(upload)
    session.flush()
    upload.key = f"sources/{lesson_id}/{upload.id}"
    return upload


def _encoding(lesson: Lesson, upload: Upload, made: Made) -> Encoding:
    source = probe()
    is_over = made.state != EncodingState.WORKING.value
    encoding = Encoding(
        lesson_id=lesson.id,
        upload_id=upload.id,
        state=made.state,
        reason=made.reason,
        code=made.code,
        source=source.to_dict(),
        recipe=plan(source).to_dict(),
        work_keys={},
        folder=f"media/{lesson.id}/made/",
        manifest={"renditions": [{"name": each[0]} for each in made.ladder]},
        ended_at=now() - made.age if is_over else None,
        created_at=now() - made.age - timedelta(minutes=7),
    )
    encoding.renditions = [
        _rendition(lesson, position, *each) for position, each in enumerate(made.ladder)
    ]
    return encoding


def _rendition(
    lesson: Lesson, position: int, name: str, profiles: tuple[str, ...], size: int
) -> StoredRendition:
    is_sound = name == "audio"
    made = Rendition(
        name=name,
        profiles=profiles,
        kind="audio" if is_sound else "video",
        container="mpegts" if name.startswith("tv-") else "fmp4",
        path=f"{name}.mp4",
        width=None if is_sound else 1280,
        height=None if is_sound else 720,
        fps=None if is_sound else 25.0,
        codecs="mp4a.40.2" if is_sound else "avc1.64001f",
        bandwidth=size // 50,
        average_bandwidth=size // 100,
        size=size,
        sha256="0" * 64,
        duration_s=600.0,
        init=ByteRange(0, 1000),
        segments=(Segment(6.0, 1000, size - 1000),),
    )
    return StoredRendition(
        name=name,
        position=position,
        key=f"media/{lesson.id}/made/{name}.mp4",
        description=made.to_dict(),
    )


def _steps(encoding: Encoding, made: Made) -> list[Step]:
    began = encoding.created_at + timedelta(seconds=5)
    return [
        Step(
            encoding_id=encoding.id,
            kind=kind,
            number=number,
            state=state,
            worker=worker,
            share=1.0 if state == StepState.DONE.value else 0.0,
            tries=0 if state == StepState.WAITING.value else 1,
            started_at=None if state == StepState.WAITING.value else began,
            ended_at=began + timedelta(seconds=30)
            if state == StepState.DONE.value
            else None,
        )
        for kind, number, state, worker in made.steps
    ]


def all_encodings(city: City) -> list[Encoding]:
    """Every encoding, oldest first."""
    with city.database.transaction() as session:
        return list(session.scalars(select(Encoding).order_by(Encoding.id)).all())


def jobs(city: City) -> list[tuple[str, dict[str, Any], bool]]:
    """The jobs there are: task, arguments, whether it is for later."""
    query = (
        "SELECT task_name, args, scheduled_at IS NOT NULL FROM procrastinate_jobs"
        " ORDER BY id"
    )
    with city.database.transaction() as session:
        return [(row[0], row[1], row[2]) for row in session.execute(text(query))]
