"""All listed lessons as columns in memory: immutable, shared by all threads.

A lesson keeps its row for as long as the process lives; a change makes a new
snapshot beside the old one, which requests in flight go on reading.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from youke.recommendations.audience import Audience
from youke.recommendations.units import UNNUMBERED, ordinal

Rows: TypeAlias = NDArray[np.intp]
Floats: TypeAlias = NDArray[np.float32]

#: What a column holds where a lesson says nothing.
NONE = -1
#: Columns of tags; the most tags that a lesson can have.
MOST_TAGS = 20
#: Popularity is halved when a lesson is so old, a third at twice that, in days.
AGE_DAYS = 30.0
DAY_S = 86_400.0
#: Until a lesson is so old, in days, …
FRESH_DAYS = 14.0
#: … or was shown so often, it may come by lot.
ENOUGH_SHOWN = 200
#: Rows of `Standings.points`: 0 for all grades together, then the grades.
GRADES = 13


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What is known of a lesson."""

    id: UUID
    title: str
    stage: str
    grade: int
    subject: str
    edition: str | None
    volume: str | None
    chapter: str | None
    tags: Sequence[str]
    owner_id: UUID
    school_id: UUID | None
    published_at: datetime | None
    listed: bool = True


class Names:
    """Lessons and their words by number; only ever grows, so snapshots share it."""

    def __init__(self) -> None:
        self.ids: list[UUID] = []
        self.texts: list[str] = []
        self.row_of: dict[UUID, int] = {}
        self.row_of_text: dict[str, int] = {}
        self._codes: dict[Hashable, int] = {}

    def row(self, lesson_id: UUID) -> int:
        """Return the lesson's row, a new one for a new lesson."""
        row = self.row_of.get(lesson_id)
        if row is None:
            row = len(self.ids)
            self.ids.append(lesson_id)
            self.texts.append(str(lesson_id))
            self.row_of_text[self.texts[-1]] = self.row_of[lesson_id] = row
        return row

    def code(self, word: Hashable | None) -> int:
        """Return the number of a word, `NONE` for none."""
        return NONE if word is None else self._codes.setdefault(word, len(self._codes))

    def known(self, word: Hashable | None) -> int | None:
        """Return the number of a word, None when no lesson has it."""
        return self._codes.get(word)


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """One value per row; the lengths are equal."""

    listed: NDArray[np.bool_]
    stage: NDArray[np.int32]
    grade: NDArray[np.int32]
    subject: NDArray[np.int32]
    #: Subject, grade, edition, volume and chapter as one number: the unit.
    unit: NDArray[np.int32]
    owner: NDArray[np.int32]
    school: NDArray[np.int32]
    #: The place in the unit that the title names; see `units.ordinal`.
    number: NDArray[np.int64]
    #: Seconds since 1970.
    published: NDArray[np.float64]
    #: Numbers of tags, `NONE` where there are fewer; shape (lessons, any).
    tags: NDArray[np.int32]

    @classmethod
    def empty(cls) -> "Columns":
        """Return columns without a row."""
        numbers = np.empty(0, dtype=np.int32)
        return cls(
            listed=np.empty(0, dtype=np.bool_),
            stage=numbers,
            grade=numbers,
            subject=numbers,
            unit=numbers,
            owner=numbers,
            school=numbers,
            number=np.empty(0, dtype=np.int64),
            published=np.empty(0, dtype=np.float64),
            tags=np.empty((0, 1), dtype=np.int32),
        )

    def changed(self, size: int, rows: Sequence[int], news: "Columns") -> "Columns":
        """Return columns of this size in which these rows have the new values."""
        made = {}
        for name in self.__dataclass_fields__:
            new = getattr(news, name)
            made[name] = _grown(getattr(self, name), size, new.shape[1:])
            if name == "tags":
                made[name][rows] = NONE
                made[name][rows, : new.shape[1]] = new
            else:
                made[name][rows] = new
        return Columns(**made)


@dataclass(frozen=True, kw_only=True, eq=False)
class Standings:
    """How popular lessons are with each grade, and how often they were shown."""

    #: Points by grade and row; shape (`GRADES`, lessons), row 0 for all grades.
    points: Floats
    #: How often a lesson was shown lately.
    shown: Floats
    #: When they were read, in seconds since 1970.
    at: float

    @classmethod
    def none(cls) -> "Standings":
        """Return standings in which nothing is popular."""
        empty = np.zeros(0, dtype=np.float32)
        return cls(points=np.zeros((GRADES, 0), np.float32), shown=empty, at=0.0)

    def grown(self, size: int) -> "Standings":
        """Return standings for so many lessons; those added have nothing yet."""
        more = max(0, size - self.points.shape[1])
        return replace(
            self,
            points=np.pad(self.points, ((0, 0), (0, more))),
            shown=np.pad(self.shown, (0, more)),
        )


@dataclass(frozen=True, eq=False)
class Tier:
    """Rows that may be recommended, and in which order they are popular."""

    rows: Rows
    #: The same rows, the most popular first.
    popular: Rows
    #: Those that hardly anybody has been shown yet.
    fresh: Rows
    #: Names of the rows, for models.
    names: list[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """The catalogue at one moment."""

    names: Names = field(default_factory=Names)
    columns: Columns = field(default_factory=Columns.empty)
    standings: Standings = field(default_factory=Standings.none)
    _tiers: dict[tuple[object, ...], Tier] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows, hidden ones included."""
        return len(self.columns.listed)

    @property
    def count(self) -> int:
        """The number of listed lessons."""
        return int(np.count_nonzero(self.columns.listed))

    def with_entries(self, entries: Iterable[Entry]) -> "Snapshot":
        """Return a snapshot that knows these lessons as they are now."""
        known = list({each.id: each for each in entries}.values())
        if not known:
            return self
        rows = [self.names.row(each.id) for each in known]
        size = max(len(self), max(rows) + 1)
        columns = self.columns.changed(size, rows, _columns(known, self.names))
        return replace(
            self,
            columns=columns,
            standings=self.standings.grown(size),
            _tiers=self._unaffected(columns, rows),
        )

    def without(self, ids: Iterable[UUID]) -> "Snapshot":
        """Return a snapshot in which these lessons are hidden."""
        rows = [row for each in ids if (row := self.row(each)) is not None]
        listed = self.columns.listed.copy()
        listed[rows] = False
        columns = replace(self.columns, listed=listed)
        return replace(self, columns=columns, _tiers=self._unaffected(columns, rows))

    def with_standings(self, standings: Standings) -> "Snapshot":
        """Return a snapshot with another order of popularity."""
        return replace(self, standings=standings.grown(len(self)), _tiers={})

    def row(self, lesson_id: UUID) -> int | None:
        """Return the row of a listed lesson, None for any other."""
        row = self.names.row_of.get(lesson_id)
        known = row is not None and row < len(self) and bool(self.columns.listed[row])
        return row if known else None

    def rows(self, ids: Iterable[UUID]) -> Rows:
        """Return the rows of the listed ones among these lessons, in their order."""
        found = (self.row(each) for each in ids)
        return np.array([row for row in found if row is not None], dtype=np.intp)

    def tier(
        self,
        audience: Audience,
        grades: frozenset[int] | None,
    ) -> Tier:
        """Return the lessons of these grades (None: all) that suit the audience."""
        key = (audience.stage, grades, audience.subject, audience.grade)
        found = self._tiers.get(key)
        if found is None:
            found = self._tiers[key] = self._make_tier(audience, grades)
        return found

    def fits(self, audience: Audience) -> NDArray[np.bool_]:
        """Return for each row whether it suits the audience, in either tier."""
        return self.suitable(audience, np.arange(len(self)))

    def suitable(self, audience: Audience, rows: Rows) -> NDArray[np.bool_]:
        """Return for each of these rows whether it suits the audience."""
        grades = audience.own_grades
        wanted = None if grades is None else grades | audience.near
        return self._mask(audience, wanted, rows)

    def popularity(self, rows: Rows, grade: int | None) -> Floats:
        """Return points with a grade / (1 + age in units of `AGE_DAYS`)."""
        ages = np.maximum(0.0, self.standings.at - self.columns.published[rows])
        points = self.standings.points[grade or 0, rows]
        found: Floats = (points / (1.0 + ages / (AGE_DAYS * DAY_S))).astype(np.float32)
        return found

    def _make_tier(self, audience: Audience, grades: frozenset[int] | None) -> Tier:
        rows = np.flatnonzero(self._mask(audience, grades, np.arange(len(self))))
        popularity = self.popularity(rows, audience.grade)
        order = np.lexsort((rows, -self.columns.published[rows], -popularity))
        texts = self.names.texts
        age = self.standings.at - self.columns.published[rows]
        shown = self.standings.shown[rows]
        fresh = rows[(age < FRESH_DAYS * DAY_S) & (shown < ENOUGH_SHOWN)]
        return Tier(rows, rows[order], fresh, [texts[row] for row in rows.tolist()])

    def _mask(
        self, audience: Audience, grades: frozenset[int] | None, rows: Rows
    ) -> NDArray[np.bool_]:
        columns = self.columns
        mask = columns.listed[rows]
        if grades is not None:
            wanted = np.zeros(GRADES, dtype=np.bool_)
            wanted[list(grades)] = True
            mask &= wanted[columns.grade[rows]]
        for word, column in (
            (audience.stage, columns.stage),
            (audience.subject, columns.subject),
        ):
            if word is not None:
                code = self.names.known(word)
                mask &= column[rows] == (NONE - 1 if code is None else code)
        return mask

    def _unaffected(
        self, columns: Columns, rows: Sequence[int]
    ) -> dict[tuple[object, ...], Tier]:
        """Return the tiers that lack these rows, before and after a change."""
        grades = set(columns.grade[rows].tolist())
        old = [row for row in rows if row < len(self)]
        grades |= set(self.columns.grade[old].tolist())
        return {
            key: tier
            for key, tier in self._tiers.items()
            if isinstance(key[1], frozenset) and not key[1] & grades
        }


def _grown(old: Any, size: int, wanted: tuple[int, ...]) -> Any:
    """Return a copy with room for so many rows, and for so many tags a row."""
    if not wanted:
        return np.pad(old, (0, size - len(old)))
    wide = max(wanted[0], old.shape[1])
    padding = ((0, size - len(old)), (0, wide - old.shape[1]))
    return np.pad(old, padding, constant_values=NONE)


def _columns(entries: Sequence[Entry], names: Names) -> Columns:
    """Return one row per entry, in their order."""
    code = names.code
    return Columns(
        listed=np.array([e.listed and e.published_at is not None for e in entries]),
        stage=_numbers(code(e.stage) for e in entries),
        grade=_numbers(e.grade for e in entries),
        subject=_numbers(code(e.subject) for e in entries),
        unit=_numbers(code(_unit(e)) for e in entries),
        owner=_numbers(code(e.owner_id) for e in entries),
        school=_numbers(code(e.school_id) for e in entries),
        number=np.array([_number(e) for e in entries], dtype=np.int64),
        published=np.array([_seconds(e.published_at) for e in entries]),
        tags=_tags(entries, names),
    )


def _numbers(values: Iterable[int]) -> NDArray[np.int32]:
    return np.fromiter(values, dtype=np.int32)


def _unit(entry: Entry) -> tuple[object, ...] | None:
    if not entry.chapter:
        return None
    book = (entry.edition, entry.volume, entry.chapter)
    return (entry.stage, entry.grade, entry.subject, *book)


def _number(entry: Entry) -> int:
    # Only lessons of a unit are put in order.
    return ordinal(entry.title) if entry.chapter else UNNUMBERED


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _tags(entries: Sequence[Entry], names: Names) -> NDArray[np.int32]:
    numbers = [
        sorted({names.code(("tag", tag)) for tag in e.tags})[:MOST_TAGS]
        for e in entries
    ]
    width = max([1, *map(len, numbers)])
    return np.array([n + [NONE] * (width - len(n)) for n in numbers], dtype=np.int32)
