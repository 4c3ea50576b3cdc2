"""What operators send and receive."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from youke.kernel.schema import Schema
from youke.media.operators.listing import View
from youke.media.operators.standing import Action, Standing


class EncodingQuery(Schema):
    """Which encodings, and the place in the list."""

    state: View | None = None
    cursor: str | None = None
    limit: int = Field(default=24, ge=1, le=100)


class LessonNameOut(Schema):
    """Which lesson it is."""

    id: UUID
    title: str


class EncodingOut(Schema):
    """An encoding: where it stands, why, and what can be done with it."""

    id: UUID
    lesson: LessonNameOut
    teacher: str
    school: str | None
    state: Standing
    #: "upload" or "re-encode".
    reason: str
    code: str | None
    #: What the code means, in the reader's language.
    sentence: str | None
    #: 0 to 1.
    progress: float
    time_left_s: float | None
    steps_done: int
    steps_total: int
    #: Host and process of those who work on it now.
    workers: list[str]
    #: Of the step that needed most.
    tries: int
    created_at: datetime
    ended_at: datetime | None
    action: Action | None


class EncodingPageOut(Schema):
    """A page of encodings, newest first."""

    items: list[EncodingOut]
    next: str | None


class SourceOut(Schema):
    """What the probe found."""

    container: str | None
    video_codec: str | None
    audio_codec: str | None
    width: int | None
    height: int | None
    fps: float | None
    duration_s: float | None
    #: Bits per second.
    bit_rate: int | None


class OriginalOut(Schema):
    """The uploaded file."""

    filename: str
    size: int
    dropped_at: datetime | None


class ScoreOut(Schema):
    """How near a rung comes to the source, measured on samples."""

    #: "vmaf" or "ssim".
    metric: str
    mean: float
    #: The 5th percentile.
    low: float


class RungOut(Schema):
    """A rung of the recipe."""

    name: str
    width: int
    height: int
    codec: str | None
    crf: int | None
    preset: str | None
    tune: str | None
    peak_kbit: int
    score: ScoreOut | None


class StoredOut(Schema):
    """A rendition in the object store."""

    name: str
    #: "video" or "audio".
    kind: str
    profiles: list[str]
    width: int | None
    height: int | None
    average_bandwidth: int
    size: int


class StepOut(Schema):
    """A step of the work."""

    kind: str
    number: int
    state: str
    share: float
    tries: int
    worker: str | None
    started_at: datetime | None
    ended_at: datetime | None


class EncodingDetailsOut(EncodingOut):
    """An encoding with its recipe, its renditions and its steps."""

    source: SourceOut | None
    original: OriginalOut
    #: "copy" or "preview": what could be watched before it was complete.
    opening: str | None
    opened_at: datetime | None
    #: "slides", "camera" or "unknown"; none before the survey.
    kind: str | None
    rungs: list[RungOut]
    renditions: list[StoredOut]
    #: Renditions that were made and have been dropped since.
    dropped: list[str]
    steps: list[StepOut]
