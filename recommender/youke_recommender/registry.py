"""The kinds of model there are, by the name in artefacts and on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from youke_recommender.als import AlsModel, AlsParams
from youke_recommender.artefact import read_artefact
from youke_recommender.blend import BlendModel, BlendParams
from youke_recommender.content import ContentModel, ContentParams
from youke_recommender.ease import EaseModel, EaseParams
from youke_recommender.errors import ModelDamagedError
from youke_recommender.neighbours import NeighboursModel, NeighboursParams
from youke_recommender.popularity import PopularityModel, PopularityParams

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from youke_recommender.contract import Model


@dataclass(frozen=True, slots=True)
class ModelKind:
    """One way to learn: the class that serves it, its parameters and its training."""

    model: type[Model]
    #: A frozen dataclass whose fields all have defaults.
    params: type[Any]
    #: ``fit(data, params=..., progress=..., items=...)``; a distributed trainer fits
    #: here too.
    fit: Callable[..., Model]


KINDS: dict[str, ModelKind] = {
    kind.model.kind: kind
    for kind in (
        ModelKind(AlsModel, AlsParams, AlsModel.fit),
        ModelKind(BlendModel, BlendParams, BlendModel.fit),
        ModelKind(ContentModel, ContentParams, ContentModel.fit),
        ModelKind(EaseModel, EaseParams, EaseModel.fit),
        ModelKind(NeighboursModel, NeighboursParams, NeighboursModel.fit),
        ModelKind(PopularityModel, PopularityParams, PopularityModel.fit),
    )
}


def load_model(path: Path | str, sha256: str | None = None) -> Model:
    """Read any model that ``save`` has written; with ``sha256``, only that very file.

    Raises ``ModelDamagedError`` when the file is not whole, sound and ours, and
    ``FileNotFoundError`` when there is none.
    """
    artefact = read_artefact(path, sha256)
    kind = KINDS.get(artefact.kind)
    if kind is None:
        raise ModelDamagedError(f"kind {artefact.kind} is unknown")
    return kind.model.from_artefact(artefact)
