"""The life of a question."""

from youke.kernel.states import State


class QuestionState(State):
    """Where a question stands; only an open one can enter a queue or be withdrawn."""

    OPEN = "open", "queued withdrawn"
    QUEUED = "queued", "answering open"
    ANSWERING = "answering", "answered queued open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
