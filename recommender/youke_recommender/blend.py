"""Several models as one: standardised per person, weighted, and true about reasons.

Members score the items that people have dealt with; each member's scores are divided
by their root mean square for this person, weighted and added, so what a history item
adds is still an exact sum.  Items that nobody has dealt with yet are placed by the
content model's prediction, on the scale of the blend.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from youke_recommender.als import AlsModel
from youke_recommender.artefact import Artefact
from youke_recommender.blending import Placement, learn_weights, place_new
from youke_recommender.content import ContentModel
from youke_recommender.contract import History, Model
from youke_recommender.ease import EaseModel
from youke_recommender.errors import (
    InvalidParameterError,
    ModelDamagedError,
    TooLittleDataError,
)
from youke_recommender.neighbours import NeighboursModel
from youke_recommender.popularity import PopularityModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from youke_recommender.catalogue import Rows
    from youke_recommender.content import VectorTaste
    from youke_recommender.contract import Progress, Taste
    from youke_recommender.interactions import Interactions
    from youke_recommender.items import Item

#: Members in order of trust: the first is the blend where too few people can judge.
_KINDS: dict[str, type[EaseModel | AlsModel | NeighboursModel | PopularityModel]] = {
    kind.kind: kind for kind in (EaseModel, AlsModel, NeighboursModel, PopularityModel)
}


@dataclass(frozen=True, slots=True)
class BlendParams:
    """What the blend is made of; members keep their own defaults."""

    #: EASE is a member up to this many items: it keeps 4 bytes for each pair.
    ease_items: int = 5000
    #: People whose held-out items decide about the weights.
    people: int = 2000
    #: For the cut that the weights are learned on.
    seed: int = 0

    def __post_init__(self) -> None:
        if self.ease_items < 0:
            raise InvalidParameterError("ease_items", "must not be below 0")
        if self.people < 1:
            raise InvalidParameterError("people", "must be at least 1")

    def kinds(self, items: int) -> tuple[str, ...]:
        """Return the members tried for a catalogue of this size, in order of trust."""
        all_kinds = tuple(_KINDS)
        return all_kinds if items <= self.ease_items else all_kinds[1:]


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A model and its say, relative to the others."""

    model: Model
    weight: float


class BlendModel(Model):
    """The weighted sum of its members, and the content model for new items."""

    kind: ClassVar[str] = "blend"

    def __init__(
        self,
        members: Sequence[Member],
        content: ContentModel,
        placement: Placement,
        params: BlendParams,
    ) -> None:
        """Take members that rank the trained items of ``content``, in its order."""
        super().__init__(content.item_ids)
        self.params = params
        self.members = tuple(members)
        self.content = content
        self.placement = placement

    @classmethod
    def fit(
        cls,
        data: Interactions,
        *,
        params: BlendParams | None = None,
        progress: Progress | None = None,
        items: Mapping[str, Item] | None = None,
    ) -> Self:
        """Learn the weights on a part cut from ``data``, then train on all of it."""
        if not data.count:
            raise TooLittleDataError
        chosen = params or BlendParams()
        kinds = chosen.kinds(len(data.item_ids))
        report = progress or _silent

        def fit(kind: str, part: Interactions) -> Model:
            return _KINDS[kind].fit(part, items=items)

        weights = learn_weights(
            data, kinds, fit, people=chosen.people, seed=chosen.seed
        )
        report(1, 3)
        members = [Member(fit(kind, data), w) for kind, w in weights.items()]
        report(2, 3)
        content = ContentModel.fit(data, items=items)
        model = cls(members, content, Placement.none(content), chosen)
        placement = place_new(content, data, items or {}, model.scores_of)
        report(3, 3)
        return cls(members, content, placement, chosen)

    @property
    def weights(self) -> dict[str, float]:
        """The say of each member by its kind; members without one were left out."""
        return {member.model.kind: member.weight for member in self.members}

    def with_items(self, items: Mapping[str, Item]) -> BlendModel:
        """Return a model that places those of these items it lacks by their words."""
        content = self.content.with_items(items)
        if content is self.content:
            return self
        return BlendModel(self.members, content, self.placement, self.params)

    def scores_of(self, histories: Any) -> NDArray[np.float32]:
        trained = self.content.trained
        known = histories[:, :trained]
        scores = np.zeros(histories.shape, dtype=np.float32)
        for member in self.members:
            found = member.model.scores_of(known)
            sizes = np.sqrt((found.astype(np.float64) ** 2).mean(axis=1))
            scales = _inverse(sizes) * member.weight
            scores[:, :trained] += found * scales[:, None].astype(np.float32)
        profiles = histories @ self.content.vectors
        means = scores[:, :trained].mean(axis=1)
        added = self.content.vectors[trained:]
        scores[:, trained:] = self.placement.scores(profiles, added, means)
        strangers = np.diff(known.indptr) == 0
        scores[strangers] = profiles[strangers] @ self.content.vectors.T
        return scores

    def to_artefact(self) -> Artefact:
        """Return the trained part: added items belong to a process, not to a file."""
        parts = [member.model.to_artefact() for member in self.members]
        content = self.content.to_artefact()
        params = {
            "settings": asdict(self.params),
            "weights": self.weights,
            "slope": self.placement.slope,
            "parts": {part.kind: dict(part.params) for part in (*parts, content)},
        }
        arrays = {
            f"{part.kind}.{name}": array
            for part in (*parts, content)
            for name, array in part.arrays.items()
        }
        arrays["blend.centre"] = self.placement.centre
        arrays["blend.spread"] = self.placement.spread
        return Artefact(self.kind, content.item_ids, params, arrays)

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> Self:
        centre = artefact.array("blend.centre", (-1,))
        spread = artefact.array("blend.spread", (len(centre), len(centre)))
        try:
            params = BlendParams(**artefact.params["settings"])
            weights = {str(k): float(w) for k, w in artefact.params["weights"].items()}
            slope = float(artefact.params["slope"])
            members = [
                Member(_KINDS[name].from_artefact(_part(artefact, name)), weight)
                for name, weight in weights.items()
            ]
            content = ContentModel.from_artefact(_part(artefact, ContentModel.kind))
        except (KeyError, TypeError, ValueError, InvalidParameterError) as error:
            raise ModelDamagedError("parameters are not those of a blend") from error
        if not members or not np.isfinite([slope, *weights.values()]).all():
            raise ModelDamagedError("weights are missing or not finite")
        if len(centre) != content.vectors.shape[1]:
            raise ModelDamagedError("the centre is not of the content's length")
        return cls(members, content, Placement(centre, spread, slope), params)

    def _taste(self, history: History) -> Taste:
        content = self.content._taste(history)  # noqa: SLF001 - a model made of models
        places = np.flatnonzero(history.rows < self.content.trained)
        if not len(places):
            # Someone who has met nothing but new items is ranked by their words.
            return content
        known = History(history.rows[places], history.confidences[places])
        voices, mean = [], 0.0
        for member in self.members:
            taste = member.model._taste(known)  # noqa: SLF001 - as above
            middle, size = taste.level()
            scale = member.weight / size if size > 0 else 0.0
            voices.append((scale, taste))
            mean += scale * middle
        line = self.placement.line(content.parts.sum(axis=0))
        return BlendedTaste(voices, places, content, self.content.trained, mean, line)

    def _likeness(self, row: int, rows: Rows) -> NDArray[np.float32]:
        return self.content._likeness(row, rows)  # noqa: SLF001 - as above


@dataclass(frozen=True, slots=True, eq=False)
class BlendedTaste:
    """A person as every member sees them."""

    #: Factor and opinion of each member.
    voices: Sequence[tuple[float, Taste]]
    #: Places in the history of the items that the members know.
    places: NDArray[np.intp]
    content: VectorTaste
    trained: int
    #: Mean blended score of the trained items, on which new ones are placed.
    mean: float
    #: Slope and offset from a product with the profile to a place among the trained.
    line: tuple[float, float]

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """Return the weighted sum for trained items, the placed prediction for new."""
        new = np.flatnonzero(rows >= self.trained)
        if len(new):
            found = np.empty(len(rows), dtype=np.float32)
            old = np.flatnonzero(rows < self.trained)
            slope, offset = self.line
            products = self.content.scores(rows[new])
            found[new] = self.mean + slope * products + offset
            found[old] = self._blended(rows[old])
            return found
        return self._blended(rows)

    def contributions(self, rows: Rows) -> NDArray[np.float32]:
        """Split the scores; for a new item, what lifts it above the average one.

        Popularity is the same for everybody: what it adds is in no part.
        """
        parts = np.zeros((len(rows), len(self.content.parts)), dtype=np.float32)
        old = np.flatnonzero(rows < self.trained)
        for scale, taste in self.voices:
            said = np.float32(scale) * taste.contributions(rows[old])
            parts[np.ix_(old, self.places)] += said
        new = np.flatnonzero(rows >= self.trained)
        if len(new):
            parts[new] = self.line[0] * self.content.contributions(rows[new])
        return parts

    def _blended(self, rows: Rows) -> NDArray[np.float32]:
        found = np.zeros(len(rows), dtype=np.float32)
        for scale, taste in self.voices:
            found += np.float32(scale) * taste.scores(rows)
        return found

    def level(self) -> tuple[float, float]:
        """Return mean and root mean square over the trained items."""
        scores = self.scores(np.arange(self.trained)).astype(np.float64)
        return self.mean, float(np.sqrt((scores**2).mean()))


def _part(artefact: Artefact, kind: str) -> Artefact:
    prefix = f"{kind}."
    arrays = {
        name.removeprefix(prefix): array
        for name, array in artefact.arrays.items()
        if name.startswith(prefix)
    }
    return Artefact(kind, artefact.item_ids, artefact.params["parts"][kind], arrays)


def _inverse(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    inverse: NDArray[np.float64] = np.zeros_like(sizes)
    np.divide(1.0, sizes, out=inverse, where=sizes > 0)
    return inverse


def _silent(_done: int, _total: int) -> None:
    pass
