"""What can go wrong with lessons."""

from youke.kernel.errors import ForbiddenError, InvalidError, NotFoundError


class LessonNotFoundError(NotFoundError):
    """There is no such lesson."""

    code = "lesson_not_found"


class NotYourLessonError(ForbiddenError):
    """The lesson belongs to another teacher."""

    code = "not_your_lesson"


class UnknownSortError(InvalidError):
    """Lessons are sorted by newest, likes or views, not by {value}."""

    code = "unknown_sort"
