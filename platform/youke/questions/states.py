"""The life of a question."""

from youke.kernel.states import State


class QuestionState(State):
    """Where a question stands; an open one is queued, taken by a tutor or withdrawn."""

    OPEN = "open", "queued answering withdrawn"
    QUEUED = "queued", "answering open"
    ANSWERING = "answering", "answered queued open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
