"""How alike two lessons are by what their teachers said of them."""

from enum import StrEnum

from youke.recommendations.candidates import Candidate

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


def similarity(one: Candidate, other: Candidate) -> float:
    """Return how alike two lessons are, 0 to 1; 0 when nothing binds them.

    Grade and teacher alone are no reason to watch a lesson of another subject.
    """
    value = 0.0
    if same_chapter(one, other):
        value += CHAPTER
    if one.subject == other.subject:
        value += SUBJECT
    value += TAGS * shared_tags(one, other)
    if not value:
        return 0.0
    if one.grade == other.grade:
        value += GRADE
    if one.owner_id == other.owner_id:
        value += TEACHER
    return value


def common(one: Candidate, other: Candidate) -> Likeness:
    """Return the strongest thing that two similar lessons have in common."""
    if same_chapter(one, other):
        return Likeness.CHAPTER
    if shared_tags(one, other) > SUBJECT / TAGS:
        return Likeness.TAGS
    if one.subject == other.subject:
        return Likeness.SUBJECT
    return Likeness.TAGS


def same_chapter(one: Candidate, other: Candidate) -> bool:
    """Say whether both are of one chapter of one textbook."""
    return one.chapter is not None and _place(one) == _place(other)


def shared_tags(one: Candidate, other: Candidate) -> float:
    """Return the share of common tags among all tags of both (Jaccard), 0 to 1."""
    united = one.tags | other.tags
    return len(one.tags & other.tags) / len(united) if united else 0.0


def _place(lesson: Candidate) -> tuple[object, ...]:
    return (
        lesson.subject,
        lesson.grade,
        lesson.edition,
        lesson.volume,
        lesson.chapter,
    )
