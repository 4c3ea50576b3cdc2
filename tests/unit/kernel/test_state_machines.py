"""States are enums whose members name their transitions: every pair is said here."""

from itertools import product

import pytest

from youke.kernel.errors import ConflictError, IllegalTransitionError
from youke.kernel.states import State
from youke.lessons.states import LessonState as Lesson
from youke.media.models import EncodingState as Encoding
from youke.media.models import UploadState as Upload

ALLOWED: set[tuple[State, State]] = {
    (Lesson.CREATED, Lesson.UPLOADING),
    # A file is chosen again, or arrives.
    (Lesson.UPLOADING, Lesson.UPLOADING),
    (Lesson.UPLOADING, Lesson.UPLOADED),
    # The upload is given up: the lesson goes back to what it has.
    (Lesson.UPLOADING, Lesson.CREATED),
    (Lesson.UPLOADING, Lesson.READY),
    # The worker takes it, the teacher takes another file, or it never gets that far.
    (Lesson.UPLOADED, Lesson.INSPECTING),
    (Lesson.UPLOADED, Lesson.UPLOADING),
    (Lesson.UPLOADED, Lesson.REJECTED),
    (Lesson.UPLOADED, Lesson.FAILED),
    # The work is stopped: the lesson goes back to what it has.
    (Lesson.UPLOADED, Lesson.READY),
    (Lesson.INSPECTING, Lesson.READY),
    # Another worker may begin again at any time.
    (Lesson.INSPECTING, Lesson.INSPECTING),
    (Lesson.INSPECTING, Lesson.ENCODING),
    (Lesson.INSPECTING, Lesson.REJECTED),
    (Lesson.INSPECTING, Lesson.FAILED),
    (Lesson.INSPECTING, Lesson.UPLOADING),
    (Lesson.ENCODING, Lesson.INSPECTING),
    (Lesson.ENCODING, Lesson.ENCODING),
    (Lesson.ENCODING, Lesson.READY),
    (Lesson.ENCODING, Lesson.REJECTED),
    (Lesson.ENCODING, Lesson.FAILED),
    (Lesson.ENCODING, Lesson.UPLOADING),
    # Ends from which a new file, or a new try, begins.
    (Lesson.READY, Lesson.UPLOADING),
    (Lesson.READY, Lesson.INSPECTING),
    (Lesson.REJECTED, Lesson.UPLOADING),
    (Lesson.REJECTED, Lesson.INSPECTING),
    (Lesson.FAILED, Lesson.UPLOADING),
    (Lesson.FAILED, Lesson.INSPECTING),
    (Upload.OPEN, Upload.COMPLETED),
    (Upload.OPEN, Upload.ABORTED),
    (Encoding.WORKING, Encoding.CURRENT),
    (Encoding.WORKING, Encoding.ABANDONED),
    (Encoding.CURRENT, Encoding.RETIRED),
}
PAIRS = [
    pair for machine in (Lesson, Upload, Encoding) for pair in product(machine, machine)
]


@pytest.mark.parametrize(
    ("present", "wanted"), PAIRS, ids=lambda s: f"{type(s).__name__}.{s}"
)
def test_a_state_becomes_only_what_it_may(present: State, wanted: State) -> None:
    if (present, wanted) in ALLOWED:
        assert present.to(wanted) is wanted
        return
    with pytest.raises(IllegalTransitionError) as caught:
        present.to(wanted)
    assert present.value in caught.value.message
    assert wanted.value in caught.value.message


@pytest.mark.parametrize("machine", [Lesson, Upload, Encoding])
def test_every_successor_is_a_state_of_the_same_machine(machine: type[State]) -> None:
    known = {state.value for state in machine}
    for state in machine:
        assert state.successors <= known


def test_an_illegal_transition_is_a_conflict() -> None:
    assert issubclass(IllegalTransitionError, ConflictError)
