"""What is stored, by kind, and what could be freed; from the database alone."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.selectable import ScalarSelect

from youke.kernel.clock import now
from youke.lessons.service import Lesson
from youke.media.models import (
    Encoding,
    EncodingState,
    StoredPiece,
    StoredRendition,
    Upload,
    UploadState,
)
from youke.media.operators.retention import Retention

#: What renditions are called.
SOUND, TV = "audio", "tv-%"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Bytes by kind."""

    originals: int
    #: Renditions for browsers and phones, for TV sets, and the sound.
    pictures: int
    tv: int
    sound: int
    #: Posters and storyboards.
    extras: int
    #: Of encodings in work and of those that are over and still watched.
    pieces: int

    @property
    def renditions(self) -> int:
        """All that is made of the originals to be watched."""
        return self.pictures + self.tv + self.sound + self.extras

    @property
    def total(self) -> int:
        """Everything."""
        return sum(asdict(self).values())


@dataclass(frozen=True, kw_only=True)
class Savings:
    """Bytes that dropping would free."""

    #: Originals whose lessons have complete versions, whatever their age.
    originals: int
    #: What the policy drops in its next night.
    due: int


def stored(session: Session, lessons: ColumnElement[bool]) -> Stored:
    """Return the bytes that are stored for the lessons that fulfil a condition."""
    pictures, tv, sound = _by_kind(session, lessons)
    return Stored(
        originals=_sum(session, _originals(lessons)),
        pictures=pictures,
        tv=tv,
        sound=sound,
        extras=_sum(session, _extras(lessons)),
        pieces=_sum(session, _pieces(lessons)),
    )


def _by_kind(session: Session, lessons: ColumnElement[bool]) -> list[int]:
    """Return the bytes of pictures, of TV, and of sound."""
    name, total = StoredRendition.name, func.sum(StoredRendition.size)
    is_tv, is_sound = name.like(TV), name == SOUND
    kinds = (~is_tv & ~is_sound, is_tv, is_sound)
    sums = _versions(lessons).with_only_columns(*map(total.filter, kinds))
    return [int(size or 0) for size in session.execute(sums).one()]


def savings(
    session: Session, lessons: ColumnElement[bool], policy: Retention
) -> Savings:
    """Return what dropping would free of the lessons that fulfil a condition."""
    free = _originals(lessons).where(is_droppable())
    due = [
        _sum(session, _versions(lessons, until=now() - kept).where(_named(name)))
        for name, kept in policy.rungs.items()
    ]
    if policy.originals is not None:
        due.append(_sum(session, free.where(_is_older_than(policy.originals))))
    return Savings(originals=_sum(session, free), due=sum(due))


def rung_sizes(session: Session, lessons: ColumnElement[bool]) -> dict[str, int]:
    """Return the bytes of each rung in all lessons that fulfil a condition."""
    sized = _versions(lessons).add_columns(StoredRendition.name)
    column = sized.where(StoredRendition.name != SOUND).subquery()
    total = func.sum(column.c.size)
    rows = session.execute(
        select(column.c.name, total).group_by(column.c.name).order_by(total.desc())
    )
    return {name: int(size) for name, size in rows}


def is_droppable() -> ColumnElement[bool]:
    """Return the condition for originals that nobody needs for watching.

    Their lesson has complete renditions, made of this file or of a later one, and
    nothing is being made for it.
    """
    published = _encodings_since_upload(EncodingState.CURRENT)
    working = aliased(Encoding)
    in_work = exists().where(
        working.lesson_id == Upload.lesson_id,
        working.state == EncodingState.WORKING.value,
    )
    return exists(published) & ~in_work


def ready_at() -> ScalarSelect[datetime | None]:
    """Return since when an original has not been needed for watching."""
    published = _encodings_since_upload(EncodingState.CURRENT, EncodingState.RETIRED)
    return published.with_only_columns(func.min(Encoding.ended_at)).scalar_subquery()


def _encodings_since_upload(*states: EncodingState) -> Select[Encoding]:
    """Select the encodings of a file or of those that came after it."""
    since = and_(
        Encoding.lesson_id == Upload.lesson_id, Encoding.upload_id >= Upload.id
    )
    values = [state.value for state in states]
    ended = select(Encoding).where(since, Encoding.state.in_(values))
    return ended.correlate(Upload)


def originals_older_than(age: timedelta) -> Select[Upload]:
    """Select the originals that may be dropped and were ready so long ago."""
    kept = select(Upload).where(is_original(), is_droppable(), _is_older_than(age))
    return kept.order_by(Upload.id)


def is_original() -> ColumnElement[bool]:
    """Return the condition for files that are complete and still there."""
    return (Upload.state == UploadState.COMPLETED.value) & Upload.dropped_at.is_(None)


def _is_older_than(age: timedelta) -> ColumnElement[bool]:
    return ready_at() <= now() - age


def _originals(lessons: ColumnElement[bool]) -> Select[int]:
    its = select(Upload.size).join(Lesson, Lesson.id == Upload.lesson_id)
    return its.where(lessons, is_original())


def _versions(
    lessons: ColumnElement[bool], until: datetime | None = None
) -> Select[int]:
    """Select the sizes of what is watched, complete since a moment or before."""
    sizes = (
        select(StoredRendition.size)
        .join(Encoding, Encoding.id == StoredRendition.encoding_id)
        .join(Lesson, Lesson.id == Encoding.lesson_id)
    )
    current = Encoding.state == EncodingState.CURRENT.value
    watched = sizes.where(lessons, current)
    return watched.where(Encoding.ended_at <= until) if until else watched


def _named(name: str) -> ColumnElement[bool]:
    return StoredRendition.name == name


def _extras(lessons: ColumnElement[bool]) -> Select[int]:
    sizes = select(Encoding.extra_bytes).join(Lesson, Lesson.id == Encoding.lesson_id)
    return sizes.where(lessons, Encoding.state == EncodingState.CURRENT.value)


def _pieces(lessons: ColumnElement[bool]) -> Select[int]:
    its_lesson = Lesson.id == StoredPiece.lesson_id
    return select(StoredPiece.size).join(Lesson, its_lesson).where(lessons)


def _sum(session: Session, sizes: Select[int]) -> int:
    column = sizes.subquery().c[0]
    return int(session.scalar(select(func.sum(column))) or 0)
