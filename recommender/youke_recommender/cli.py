"""``youke-recommend``: train, judge and ask a model, on files alone."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from youke_recommender.errors import (
    InputFileError,
    InvalidParameterError,
    RecommenderError,
)
from youke_recommender.evaluation import evaluate
from youke_recommender.files import read_interactions
from youke_recommender.registry import KINDS, load_model
from youke_recommender.splits import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from youke_recommender.contract import Model
    from youke_recommender.interactions import Interactions

#: Exit statuses: 1 when the work failed, 2 when the command line is wrong (argparse).
FAILED = 1

SECONDS_BETWEEN_PROGRESS = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; results are JSON on stdout, progress and errors on stderr."""
    arguments = _parser().parse_args(argv)
    try:
        result = arguments.run(arguments)
    except (RecommenderError, OSError) as error:
        code = error.code if isinstance(error, RecommenderError) else "io_error"
        sys.stderr.write(f"youke-recommend: error[{code}]: {error}\n")
        return FAILED
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="youke-recommend", description=main.__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_fit(commands.add_parser("fit", help="train a model and write its file"))
    _add_evaluate(
        commands.add_parser("evaluate", help="train, then judge on what was held out")
    )
    _add_recommend(
        commands.add_parser("recommend", help="rank items for a history of items")
    )
    return parser


def _add_fit(parser: argparse.ArgumentParser) -> None:
    _add_training(parser)
    parser.add_argument("--out", type=Path, required=True, help="file to write (.npz)")
    parser.set_defaults(run=_fit)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_training(parser)
    parser.add_argument("--test", type=Path, help="without it, a part is cut off")
    parser.add_argument(
        "--share", type=_fraction, default=0.2, help="share of each user to cut off"
    )
    parser.add_argument("--seed", type=int, default=0, help="for the cut")
    parser.add_argument("--at", type=_positive, default=20, help="length of the lists")
    parser.add_argument("--report", type=Path, help="write the result here too (JSON)")
    parser.set_defaults(run=_evaluate)


def _add_recommend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model-file", type=Path, required=True)
    parser.add_argument(
        "--history", default="", help="item ids, comma-separated, all of weight 1"
    )
    parser.add_argument("--n", type=_positive, default=20)
    parser.set_defaults(run=_recommend)


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--model", choices=sorted(KINDS), default="als")
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the model, such as factors=128; may be repeated",
    )


def _fit(arguments: argparse.Namespace) -> dict[str, Any]:
    data = read_interactions(arguments.train)
    started = time.monotonic()
    model = _trained(arguments, data)
    seconds = time.monotonic() - started
    sha256 = model.save(arguments.out)
    return {
        "model": model.kind,
        "params": dict(model.to_artefact().params),
        "out": str(arguments.out),
        "sha256": sha256,
        "data": _size(data),
        "fit_seconds": round(seconds, 3),
    }


def _evaluate(arguments: argparse.Namespace) -> dict[str, Any]:
    train, test = _parts(arguments)
    started = time.monotonic()
    model = _trained(arguments, train)
    seconds = time.monotonic() - started
    quality = evaluate(
        model, train, test, at=arguments.at, progress=_Progress("evaluate")
    )
    result = {
        "model": model.kind,
        "params": dict(model.to_artefact().params),
        "train": _size(train),
        "test": _size(test),
        "people": quality.people,
        **quality.as_dict(),
        "fit_seconds": round(seconds, 3),
    }
    if arguments.report is not None:
        text = json.dumps(result, ensure_ascii=False, indent=2)
        arguments.report.write_text(text + "\n", encoding="utf-8")
    return result


def _recommend(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    model = load_model(arguments.model_file)
    items = (item.strip() for item in arguments.history.split(","))
    history = {item: 1.0 for item in items if item}
    return [asdict(scored) for scored in model.recommend(history, n=arguments.n)]


def _parts(arguments: argparse.Namespace) -> tuple[Interactions, Interactions]:
    data = read_interactions(arguments.train)
    if arguments.test is not None:
        return data, read_interactions(arguments.test)
    train, test = split(data, share=arguments.share, seed=arguments.seed)
    if not test.count:
        reason = "no user has two items, so nothing can be held out"
        raise InputFileError(arguments.train, reason)
    return train, test


def _trained(arguments: argparse.Namespace, data: Interactions) -> Model:
    kind = KINDS[arguments.model]
    params = _params(kind.params, arguments.param)
    return kind.fit(data, params=params, progress=_Progress("fit"))


def _params(params: type[Any], settings: Sequence[str]) -> Any:
    defaults = {field.name: field.default for field in fields(params)}
    given: dict[str, Any] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        if name not in defaults:
            known = ", ".join(defaults) or "there are none"
            raise InvalidParameterError(name, f"unknown; known are: {known}")
        whole = isinstance(defaults[name], int)
        given[name] = _parse_number(name, text, int if whole else float)
    return params(**given)


def _parse_number(name: str, text: str, kind: type[int | float]) -> float:
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidParameterError(name, f"{text!r} is not a number") from error


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def _fraction(text: str) -> float:
    if not 0 < (number := float(text)) < 1:
        raise ValueError(text)
    return number


def _size(data: Interactions) -> dict[str, int]:
    return {
        "users": len(data.user_ids),
        "items": len(data.item_ids),
        "interactions": data.count,
    }


class _Progress:
    """Writes progress to stderr, a few times a second at most."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next and done < total:
            return
        self._next = now + SECONDS_BETWEEN_PROGRESS
        sys.stderr.write(f"{self._what} {done}/{total}\n")
