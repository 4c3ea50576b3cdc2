"""In which order steps run. Pure."""

from youke.media.models import Reason, StepKind

#: Room for the ranks of one teacher's lessons within a class of work.
SPREAD = 1000
#: What somebody waits to watch, then what makes it better.
CLASSES = {
    StepKind.OPEN: 4,
    StepKind.PREVIEW: 3,
    # What is nearly complete is completed before something else is begun.
    StepKind.ASSEMBLE: 2,
    StepKind.SURVEY: 1,
    StepKind.SOUND: 1,
    StepKind.CHUNK: 1,
}
#: Added to the niceness of a step's processes: who waits for a first picture does not
#: wait for somebody's ladder.
NICE = {StepKind.OPEN: 0, StepKind.PREVIEW: 2}
LADDER_NICE, REENCODE_NICE = 5, 10


def priority(kind: StepKind, reason: Reason, *, rank: int) -> int:
    """Return a job's priority; higher ones run first, among equals the older one.

    :param rank: how many unfinished lessons the teacher has that came before this
        one. Teachers take turns: everybody's first lesson comes before anybody's
        second, so forty uploads of one do not hold up another.
    """
    place = -SPREAD if reason is Reason.REENCODE else CLASSES[kind] * SPREAD
    return place - min(rank, SPREAD - 1)


def nice(kind: StepKind, reason: Reason) -> int:
    """Return what is added to the niceness of a step's processes."""
    return REENCODE_NICE if reason is Reason.REENCODE else NICE.get(kind, LADDER_NICE)
