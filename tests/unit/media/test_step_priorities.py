"""In which order work is done: who waits to watch first, and teachers in turns."""

from itertools import pairwise

from youke.media.models import Reason, StepKind
from youke.media.priorities import nice, priority


def test_the_first_picture_comes_before_previews_ladders_and_new_encodings() -> None:
    order = [
        priority(StepKind.OPEN, Reason.UPLOAD, rank=500),
        priority(StepKind.PREVIEW, Reason.UPLOAD, rank=0),
        priority(StepKind.ASSEMBLE, Reason.UPLOAD, rank=0),
        priority(StepKind.CHUNK, Reason.UPLOAD, rank=0),
        priority(StepKind.CHUNK, Reason.UPLOAD, rank=1),
        priority(StepKind.OPEN, Reason.REENCODE, rank=0),
    ]
    assert all(before > after for before, after in pairwise(order))


def test_everybodys_first_lesson_comes_before_anybodys_second() -> None:
    for kind in StepKind:
        first = priority(kind, Reason.UPLOAD, rank=0)
        assert first > priority(kind, Reason.UPLOAD, rank=1)


def test_no_number_of_lessons_pushes_work_into_another_class() -> None:
    last = priority(StepKind.OPEN, Reason.UPLOAD, rank=10**9)
    assert last > priority(StepKind.PREVIEW, Reason.UPLOAD, rank=0)


def test_what_somebody_waits_for_is_least_nice() -> None:
    how_nice = [
        nice(StepKind.OPEN, Reason.UPLOAD),
        nice(StepKind.PREVIEW, Reason.UPLOAD),
        nice(StepKind.CHUNK, Reason.UPLOAD),
        nice(StepKind.OPEN, Reason.REENCODE),
    ]
    assert how_nice == sorted(set(how_nice))
