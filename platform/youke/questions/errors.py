"""What can go wrong with questions."""

from youke.kernel.errors import ConflictError, InvalidError, NotFoundError


class QuestionNotFoundError(NotFoundError):
    """There is no such question."""

    code = "question_not_found"


class PositionWithoutLessonError(InvalidError):
    """A second needs a lesson that it is a second of."""

    code = "position_without_lesson"


class PositionOutsideLessonError(InvalidError):
    """The lesson is only {duration_s} seconds long."""

    code = "position_outside_lesson"


class PicturesNotAcceptedError(InvalidError):
    """Questions cannot have pictures yet; please send an empty list."""

    code = "pictures_not_accepted"


class QuestionInQueueError(ConflictError):
    """The question has a place in a queue; please leave the queue first."""

    code = "question_in_queue"


class AlreadyAnsweredError(ConflictError):
    """The question has been answered already."""

    code = "already_answered"
