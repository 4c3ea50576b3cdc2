"""The life of a lesson's video."""

from youke.kernel.states import State


class LessonState(State):
    """Where a lesson's video stands; a new upload starts again at `uploading`."""

    CREATED = "created", "uploading"
    #: Given up, it goes back to what the lesson has: nothing, a file, renditions.
    UPLOADING = "uploading", "uploading uploaded created ready"
    UPLOADED = "uploaded", "inspecting uploading rejected failed ready"
    #: An administrator may stop the work; the lesson goes back to what it has.
    INSPECTING = "inspecting", "inspecting encoding rejected failed uploading ready"
    ENCODING = "encoding", "inspecting encoding ready rejected failed uploading"
    READY = "ready", "uploading inspecting"
    REJECTED = "rejected", "uploading inspecting"
    FAILED = "failed", "uploading inspecting"


#: A lesson in one of these states has jobs.
IN_WORK = frozenset(
    state.value
    for state in (LessonState.UPLOADED, LessonState.INSPECTING, LessonState.ENCODING)
)
