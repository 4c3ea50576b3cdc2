"""What the engine is told of a lesson: its words, and marks like its chapter."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.lessons.search import listed
from youke.lessons.service import Lesson
from youke_recommender import Item

#: Rows fetched at a time when everything is read.
BATCH = 5_000


class Described(Protocol):
    """A lesson, or a row with these columns of one."""

    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def grade(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def edition(self) -> str | None: ...
    @property
    def volume(self) -> str | None: ...
    @property
    def chapter(self) -> str | None: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def owner_id(self) -> UUID: ...
    @property
    def school_id(self) -> UUID | None: ...


def item_of(lesson: Described) -> Item:
    """Return a lesson's words and marks, as models learn and look them up."""
    return Item(
        title=lesson.title,
        text=" ".join([lesson.summary, *lesson.tags]),
        facets=tuple(
            f"{kind}:{value}" for kind, value in _marks(lesson) if value is not None
        ),
    )


#: What `item_of` reads of a lesson.
ITEM_COLUMNS = (
    Lesson.id,
    Lesson.title,
    Lesson.summary,
    Lesson.stage,
    Lesson.grade,
    Lesson.subject,
    Lesson.edition,
    Lesson.volume,
    Lesson.chapter,
    Lesson.tags,
    Lesson.owner_id,
    Lesson.school_id,
)


def listed_items(session: Session) -> dict[str, Item]:
    """Return the words and marks of all lessons that are shown to everybody."""
    rows = select(*ITEM_COLUMNS).where(listed()).execution_options(yield_per=BATCH)
    return dict(map(_named, session.execute(rows)))


def _named(row: Any) -> tuple[str, Item]:
    return str(row.id), item_of(row)


def _marks(lesson: Described) -> list[tuple[str, object]]:
    unit = (lesson.subject, lesson.grade, lesson.edition, lesson.volume, lesson.chapter)
    return [
        ("stage", lesson.stage),
        ("grade", lesson.grade),
        ("subject", lesson.subject),
        # A chapter's name means something only within its book.
        ("chapter", "/".join(map(str, unit)) if lesson.chapter else None),
        ("teacher", lesson.owner_id),
        ("school", lesson.school_id),
        *(("tag", tag) for tag in lesson.tags),
    ]
