"""How alike two lessons are by what their teachers said of them."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from youke.recommendations.snapshot import NONE, Columns, Floats, Rows

#: A lesson of the same chapter is nearly always the next thing to watch …
CHAPTER = 0.4
#: … before one that shares all its tags, …
TAGS = 0.3
#: … one of the same subject, …
SUBJECT = 0.2
#: … one of the same grade, and one of the same teacher.
GRADE = 0.05
TEACHER = 0.05


class Likeness(StrEnum):
    """The strongest thing that two lessons have in common."""

    CHAPTER = "chapter"
    TAGS = "tags"
    SUBJECT = "subject"


def similarities(columns: Columns, ones: Rows, rows: Rows) -> Floats:
    """Return how alike rows are, 0 to 1, shape (ones, rows); 0: nothing binds them.

    Grade and teacher alone are no reason to watch a lesson of another subject.
    """
    unit = columns.unit[ones][:, None]
    same_unit = (unit == columns.unit[rows]) & (unit != NONE)
    values = SUBJECT * _same(columns.subject, ones, rows) + CHAPTER * same_unit
    values += TAGS * shared_tags(columns, ones, rows)
    near = GRADE * _same(columns.grade, ones, rows)
    near += TEACHER * _same(columns.owner, ones, rows)
    found: Floats = np.where(values > 0, values + near, 0).astype(np.float32)
    return found


def shared_tags(columns: Columns, ones: Rows, rows: Rows) -> NDArray[np.float64]:
    """Return the share of common tags among all tags of both (Jaccard), 0 to 1."""
    mine, theirs = columns.tags[ones], columns.tags[rows]
    equal = mine[:, None, :, None] == theirs[None, :, None, :]
    # What is not there equals nothing: it is missing in `theirs` too.
    equal &= (mine != NONE)[:, None, :, None]
    common = equal.sum(axis=(2, 3))
    counts = (mine != NONE).sum(axis=1)[:, None] + (theirs != NONE).sum(axis=1)
    shares: NDArray[np.float64] = common / np.maximum(counts - common, 1)
    return shares


def common(columns: Columns, one: int, other: int) -> Likeness:
    """Return the strongest thing that two similar lessons have in common."""
    if columns.unit[one] != NONE and columns.unit[one] == columns.unit[other]:
        return Likeness.CHAPTER
    pair = np.array([one]), np.array([other])
    if shared_tags(columns, *pair)[0, 0] > SUBJECT / TAGS:
        return Likeness.TAGS
    if columns.subject[one] == columns.subject[other]:
        return Likeness.SUBJECT
    return Likeness.TAGS


def _same(column: NDArray[np.int32], ones: Rows, rows: Rows) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = column[ones][:, None] == column[rows]
    return same
