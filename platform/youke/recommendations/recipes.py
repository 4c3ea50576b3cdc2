"""How a model is made: which algorithm, with which parameters and which libraries."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from youke_recommender import (
    KINDS,
    Interactions,
    InvalidParameterError,
    Item,
    Model,
)

#: What is tried for publication, the first wanted most.
WANTED = ("blend", "neighbours")
#: What any of them must beat: counting, and looking who watched the same.
BASELINES = ("popularity", "neighbours")
#: What may change a model without a change of facts or parameters.
LIBRARIES = ("youke", "numpy", "scipy", "implicit")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """An algorithm of the engine and the parameters that differ from its defaults."""

    algorithm: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def fit(self, data: Interactions, items: Mapping[str, Item]) -> Model:
        """Learn; raises `RecommenderError`."""
        kind = KINDS[self.algorithm]
        return kind.fit(data, params=self._settings(), items=items)

    def complete(self) -> "Recipe":
        """Return the recipe with all parameters, as plain values that JSON carries."""
        plain = json.loads(json.dumps(asdict(self._settings())))
        return Recipe(algorithm=self.algorithm, params=plain)

    @classmethod
    def remembered(cls, algorithm: str, params: Mapping[str, Any]) -> "Recipe | None":
        """Return the recipe of an old model; None when nobody can cook it any more."""
        try:
            return cls(algorithm=algorithm, params=params).complete()
        except (KeyError, TypeError, ValueError, InvalidParameterError):
            return None

    def _settings(self) -> Any:
        kind = KINDS[self.algorithm]
        return kind.params(**_restored(kind.params, self.params))


def candidates() -> list[Recipe]:
    """Return what is tried, best wish first."""
    return [Recipe(algorithm=name).complete() for name in WANTED]


def baselines() -> list[Recipe]:
    """Return what a candidate must not be worse than."""
    return [Recipe(algorithm=name).complete() for name in BASELINES]


def versions() -> dict[str, str]:
    """Return what models are made with now."""
    return {"python": platform.python_version()} | {
        name: _version(name) for name in LIBRARIES
    }


def fingerprint(data: str, recipes: list[Recipe], made_with: Mapping[str, str]) -> str:
    """Return the SHA-256 of all that a model depends on.

    :param data: the fingerprint of the facts.
    """
    everything = {
        "data": data,
        "recipes": [asdict(each) for each in recipes],
        "versions": dict(made_with),
    }
    text = json.dumps(everything, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _restored(params: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Undo what JSON does to tuples."""
    defaults = params()
    return {
        name: tuple(value)
        if isinstance(getattr(defaults, name, None), tuple)
        else value
        for name, value in values.items()
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
