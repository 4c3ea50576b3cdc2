"""Which way a question may go; the table says all pairs."""

import itertools

import pytest

from youke.kernel.errors import IllegalTransitionError
from youke.questions.states import QuestionState

ALLOWED = {
    # Only an open question can be queued, taken by a tutor, or taken back,
    ("open", "answering"),
    ("open", "queued"),
    ("open", "withdrawn"),
    # a queued one is called or leaves the queue,
    ("queued", "answering"),
    ("queued", "open"),
    # and a tutor answers it, puts it back, or gives it up.
    ("answering", "answered"),
    ("answering", "queued"),
    ("answering", "open"),
}
PAIRS = list(itertools.product(QuestionState, QuestionState))


@pytest.mark.parametrize(("present", "wanted"), PAIRS)
def test_a_question_goes_only_where_the_table_says(
    present: QuestionState, wanted: QuestionState
) -> None:
    if (present.value, wanted.value) in ALLOWED:
        assert present.to(wanted) is wanted
    else:
        with pytest.raises(IllegalTransitionError):
            present.to(wanted)
