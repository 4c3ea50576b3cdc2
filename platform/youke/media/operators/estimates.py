"""What it would cost to make a lesson's renditions by the present recipe. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from youke_transcoder import costing
from youke_transcoder.model import Probe
from youke_transcoder.planning import plan
from youke_transcoder.recipes import AUDIO, Recipe

#: Bytes against the limit that the encoder keeps, where nothing of the lesson is known.
TYPICAL_SHARE = 0.35
#: The quality steps by which the bytes halve, a rule of thumb for H.264.
CRF_PER_HALVING = 6
#: Copies for TV are named after the rung that they are copies of.
TV = "tv-"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What an encoding costs."""

    #: Seconds of one core.
    cpu_s: float
    #: Of all renditions.
    size: int
    rungs: int


@dataclass(frozen=True)
class Made:
    """A rendition that there is: its bytes, and the quality that it was made with."""

    size: int
    crf: int


def present_recipe(source: Mapping[str, Any]) -> Recipe:
    """Return by what a source would be encoded now, before its survey.

    :param source: `Probe.to_dict()`.
    """
    return plan(Probe.from_dict(source))


def estimate(recipe: Recipe, made: Mapping[str, Made]) -> Estimate:
    """Estimate what a recipe costs.

    :param made: by name, the renditions that the lesson has by an earlier recipe:
        pictures that were easy then are easy now.
    """
    cost = costing.estimate(recipe)
    limits = {name: size for name, size in cost.renditions.items() if name != AUDIO}
    sound = cost.renditions.get(AUDIO, 0)
    share = _share(recipe, limits, made)
    return Estimate(
        cpu_s=cost.cpu_s,
        size=sound + round(share * sum(limits.values())),
        rungs=len(recipe.rungs),
    )


def _share(
    recipe: Recipe, limits: Mapping[str, int], made: Mapping[str, Made]
) -> float:
    """Return the bytes that pictures take against those that they may."""
    crf = {rung.name: rung.crf for rung in recipe.rungs}
    known = [name for name in limits if name in made]
    if not known:
        return TYPICAL_SHARE
    sizes = (_at_quality(made[name], crf[name.removeprefix(TV)]) for name in known)
    return min(1.0, sum(sizes) / sum(limits[name] for name in known))


def _at_quality(made: Made, crf: int) -> float:
    return float(made.size * 2.0 ** ((made.crf - crf) / CRF_PER_HALVING))
