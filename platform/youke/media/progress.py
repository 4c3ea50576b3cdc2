"""How far an encoding is and how long it takes. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from youke.media.models import Step, StepKind, StepState
from youke_transcoder.recipes import Recipe, Rung

#: What the weights are made of, in seconds of one core; only their relations count.
OPENING_S, SURVEY_S, ASSEMBLY_S = 3.0, 12.0, 2.0
ENCODED_PIXELS_PER_S, DECODED_PIXELS_PER_S = 25e6, 120e6
SOUND_SPEED, ASSEMBLY_SPEED = 60.0, 90.0
#: Before so much is done nobody knows how long the rest takes.
KNOWN_FROM = 0.03


@dataclass(frozen=True)
class Wanted:
    """A step that an encoding needs."""

    kind: StepKind
    number: int
    weight: float


def wanted(recipe: Recipe, *, previews: bool) -> Iterator[Wanted]:
    """Yield the steps that follow the opening.

    :param previews: whether the low rungs are made first, by steps of their own; the
        opening has made those of the first chunk.
    """
    yield Wanted(StepKind.SURVEY, 0, SURVEY_S)
    if recipe.source.has_audio:
        yield Wanted(StepKind.SOUND, 0, recipe.duration_s / SOUND_SPEED)
    low = recipe.low_rungs if previews else ()
    for chunk in recipe.chunks[1:] if previews else ():
        yield Wanted(StepKind.PREVIEW, chunk.index, _cost(recipe, chunk.frames, low))
    high = recipe.high_rungs if previews else recipe.rungs
    for chunk in recipe.chunks if high else ():
        yield Wanted(StepKind.CHUNK, chunk.index, _cost(recipe, chunk.frames, high))
    assembly_s = ASSEMBLY_S + recipe.duration_s / ASSEMBLY_SPEED
    yield Wanted(StepKind.ASSEMBLE, 0, assembly_s)


def _cost(recipe: Recipe, frames: int, rungs: Iterable[Rung]) -> float:
    source = recipe.source
    encoded = frames * sum(rung.width * rung.height for rung in rungs)
    decoded = frames * source.width * source.height
    return encoded / ENCODED_PIXELS_PER_S + decoded / DECODED_PIXELS_PER_S


def overall(steps: Iterable[Step]) -> float:
    """Return how much of all steps together is done, 0 to 1."""
    known = list(steps)
    whole = sum(step.weight for step in known)
    if len(known) < 2 or not whole:  # noqa: PLR2004  the opening says what follows
        return 0.0
    done = sum(step.weight * _share(step) for step in known)
    return min(1.0, done / whole)


def _share(step: Step) -> float:
    return 1.0 if step.state == StepState.DONE.value else step.share


def time_left_s(share: float, elapsed_s: float) -> float | None:
    """Estimate the seconds that the rest takes, from those that the share took."""
    if share < KNOWN_FROM:
        return None
    return max(0.0, elapsed_s * (1 - share) / share)
