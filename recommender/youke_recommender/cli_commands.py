"""What each command of ``youke-recommend`` does with its arguments."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from youke_recommender import cli_options, cli_plots
from youke_recommender.cli_options import Progress
from youke_recommender.errors import InputFileError, InvalidParameterError
from youke_recommender.evaluation import evaluate
from youke_recommender.files import read_interactions, read_split_by_time
from youke_recommender.item_files import read_items
from youke_recommender.popularity import PopularityModel
from youke_recommender.registry import KINDS, load_model
from youke_recommender.splits import hide, split

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

    from youke_recommender.contract import Model
    from youke_recommender.evaluation import Quality
    from youke_recommender.interactions import Interactions
    from youke_recommender.items import Item


def fit(arguments: argparse.Namespace) -> dict[str, Any]:
    """Train a model and write its file."""
    data = _floored(read_interactions(arguments.train), arguments)
    started = time.monotonic()
    model = _trained(arguments, data, _items(arguments))
    seconds = time.monotonic() - started
    sha256 = model.save(arguments.out)
    return _reported(
        arguments,
        {
            **_described(model),
            "out": str(arguments.out),
            "sha256": sha256,
            "data": _size(data),
            "fit_seconds": round(seconds, 3),
        },
    )


def judge(arguments: argparse.Namespace) -> dict[str, Any]:
    """Train on one part, judge on the other, beside popularity when plotted."""
    train, test = _parts(arguments)
    items = _items(arguments)
    started = time.monotonic()
    model = _trained(arguments, train, items)
    seconds = time.monotonic() - started
    if items:
        model = model.with_items(items)
    quality = _judged(arguments, model, (train, test))
    if arguments.plots is not None:
        popularity = PopularityModel.fit(train)
        baseline = _judged(arguments, popularity, (train, test))
        cli_plots.evaluation(arguments.plots, {model.kind: quality}, baseline)
    return _reported(
        arguments,
        {
            **_described(model),
            "train": _size(train),
            "test": _size(test),
            "people": quality.people,
            **quality.as_dict(),
            "fit_seconds": round(seconds, 3),
        },
    )


def recommend(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Ask a model file what to show after a history."""
    model = load_model(arguments.model_file)
    if items := _items(arguments):
        model = model.with_items(items)
    names = (item.strip() for item in arguments.history.split(","))
    history = {item: 1.0 for item in names if item}
    return [asdict(scored) for scored in model.recommend(history, n=arguments.n)]


def look(arguments: argparse.Namespace) -> dict[str, Any]:
    """Search parameters on a part cut from the training file."""
    from youke_recommender.search import Judge, search

    found = search(
        _floored(read_interactions(arguments.train), arguments),
        arguments.model,
        trials=arguments.trials,
        judge=Judge(arguments.at, arguments.share, arguments.seed),
        items=_items(arguments),
        progress=Progress("search"),
    )
    if arguments.plots is not None:
        cli_plots.trials(arguments.plots, found, at=arguments.at)
    return _reported(
        arguments,
        {
            "model": arguments.model,
            "params": asdict(found.params),
            f"validation ndcg@{arguments.at}": found.ndcg,
            "trials": [asdict(trial) for trial in found.trials],
        },
    )


def _judged(
    arguments: argparse.Namespace,
    model: Model,
    parts: tuple[Interactions, Interactions],
) -> Quality:
    # New items are ranked among themselves: nothing old could be found.
    candidates = parts[1].item_ids if arguments.split == "items" else None
    return evaluate(
        model,
        *parts,
        at=arguments.at,
        candidates=candidates,
        progress=Progress(f"evaluate {model.kind}"),
    )


def _parts(arguments: argparse.Namespace) -> tuple[Interactions, Interactions]:
    if arguments.split == "time" and arguments.test is None:
        train, test = read_split_by_time(arguments.train, share=arguments.share)
        return _floored(train, arguments), test
    data = _floored(read_interactions(arguments.train), arguments)
    if arguments.test is not None:
        return data, read_interactions(arguments.test)
    cut = hide if arguments.split == "items" else split
    train, test = cut(data, share=arguments.share, seed=arguments.seed)
    if not test.count:
        reason = "no user has two items, so nothing can be held out"
        raise InputFileError(arguments.train, reason)
    return train, test


def _trained(
    arguments: argparse.Namespace, data: Interactions, items: Mapping[str, Item]
) -> Model:
    kind = KINDS[arguments.model]
    params = cli_options.params(kind.params, arguments.param)
    progress = Progress("fit")
    if arguments.backend == "local":
        model: Model = kind.fit(
            data, params=params, progress=progress, items=items or None
        )
        return model
    if arguments.model != "als":
        raise InvalidParameterError("backend", "spark trains als only")
    from youke_recommender.spark import fit_on_spark

    return fit_on_spark(data, params=params, master=arguments.master)


def _items(arguments: argparse.Namespace) -> dict[str, Item]:
    path: Path | None = arguments.items
    return {} if path is None else read_items(path)


def _floored(data: Interactions, arguments: argparse.Namespace) -> Interactions:
    return data.only_shared(arguments.least_people)


def _described(model: Model) -> dict[str, Any]:
    return {"model": model.kind, "params": dict(model.to_artefact().params)}


def _reported(arguments: argparse.Namespace, result: dict[str, Any]) -> dict[str, Any]:
    if arguments.report is not None:
        text = json.dumps(result, ensure_ascii=False, indent=2)
        arguments.report.write_text(text + "\n", encoding="utf-8")
    return result


def _size(data: Interactions) -> dict[str, int]:
    return {
        "users": len(data.user_ids),
        "items": len(data.item_ids),
        "interactions": data.count,
    }
