"""Looks for parameters by trying: Optuna's TPE on a part cut from the training data.

The parameters that a model starts from are the first trial, so what is found is never
worse than they are on the validation part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from youke_recommender.errors import (
    InvalidParameterError,
    MissingExtraError,
    TooLittleDataError,
)
from youke_recommender.evaluation import evaluate
from youke_recommender.registry import KINDS
from youke_recommender.splits import split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from youke_recommender.contract import Progress
    from youke_recommender.interactions import Interactions
    from youke_recommender.items import Item


@dataclass(frozen=True, slots=True)
class Range:
    """Where a parameter may lie; ``log`` searches its powers."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


#: What is searched, by the kind of model and the name of the parameter.
SPACES: dict[str, dict[str, Range]] = {
    "als": {
        "factors": Range(16, 192, log=True, whole=True),
        "regularization": Range(1, 500, log=True),
        "alpha": Range(0.5, 50, log=True),
    },
    "ease": {
        "regularization": Range(20, 10_000, log=True),
        "dropout": Range(0.0, 0.9),
        "popular_ridge": Range(1, 5),
    },
    "content": {
        "dims": Range(16, 256, log=True, whole=True),
        "ridge": Range(0.05, 5, log=True),
    },
    "neighbours": {"neighbours": Range(10, 500, log=True, whole=True)},
}


@dataclass(frozen=True, slots=True)
class Judge:
    """How a trial is judged: NDCG at ``at`` on ``share`` of each person's items."""

    at: int = 20
    share: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """One try: the parameters that were set (none: as they are) and their NDCG."""

    params: dict[str, Any]
    ndcg: float


@dataclass(frozen=True, slots=True)
class Found:
    """The best parameters, as ``params`` of the kind, and all that was tried."""

    params: Any
    ndcg: float
    trials: tuple[Trial, ...]


def search(
    data: Interactions,
    kind: str,
    *,
    trials: int = 30,
    judge: Judge | None = None,
    items: Mapping[str, Item] | None = None,
    progress: Progress | None = None,
) -> Found:
    """Find parameters for a kind of model on data that holds no test part.

    The same data, kind, number of trials and seed give the same answer.  Raises
    ``MissingExtraError`` without Optuna, ``InvalidParameterError`` for a kind with
    nothing to tune and ``TooLittleDataError`` when nothing can be held back.
    """
    space = _space(kind)
    judge = judge or Judge()
    train, held = split(data, share=judge.share, seed=judge.seed)
    if not held.count:
        raise TooLittleDataError

    def score(params: Any) -> float:
        model = KINDS[kind].fit(train, params=params, items=items)
        return evaluate(model, train, held, at=judge.at).ndcg

    done = [Trial({}, score(KINDS[kind].params()))]
    study = _study(judge.seed)
    while len(done) < trials:
        asked = study.ask()
        given = {name: _suggest(asked, name, within) for name, within in space.items()}
        done.append(Trial(given, score(KINDS[kind].params(**given))))
        study.tell(asked, done[-1].ndcg)
        if progress is not None:
            progress(len(done), trials)
    best = max(done, key=lambda trial: trial.ndcg)
    return Found(KINDS[kind].params(**best.params), best.ndcg, tuple(done))


def _space(kind: str) -> dict[str, Range]:
    if kind not in SPACES:
        known = ", ".join(sorted(SPACES))
        raise InvalidParameterError("model", f"{kind} has no range to search: {known}")
    return SPACES[kind]


def _study(seed: int) -> Any:
    try:
        import optuna  # pyright: ignore[reportMissingImports] - an extra
    except ImportError as error:
        raise MissingExtraError("search") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _suggest(trial: Any, name: str, within: Range) -> float:
    suggest = trial.suggest_int if within.whole else trial.suggest_float
    number: float = suggest(name, within.low, within.high, log=within.log)
    return number
