"""``youke-recommend``: train, judge, tune and ask a model, on files alone."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from youke_recommender import cli_commands as commands
from youke_recommender.cli_options import fraction, positive
from youke_recommender.errors import RecommenderError
from youke_recommender.registry import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Exit statuses: 1 when the work failed, 2 when the command line is wrong (argparse).
FAILED = 1


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
    known = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_fit(known.add_parser("fit", help="train a model and write its file"))
    _add_evaluate(
        known.add_parser("evaluate", help="train, then judge on what was held out")
    )
    _add_recommend(
        known.add_parser("recommend", help="rank items for a history of items")
    )
    _add_search(
        known.add_parser("search", help="find parameters on a part of the training")
    )
    return parser


def _add_fit(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    _add_model(parser)
    parser.add_argument("--out", type=Path, required=True, help="file to write (.npz)")
    parser.set_defaults(run=commands.fit)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    _add_model(parser)
    parser.add_argument("--test", type=Path, help="without it, a part is cut off")
    parser.add_argument(
        "--split",
        choices=["people", "time", "items"],
        default="people",
        help="cut from each user at random, the newest part (CSV with timestamps),"
        " or whole items, which are then ranked as new ones",
    )
    _add_cut(parser, share=0.2)
    _add_plots(parser)
    parser.set_defaults(run=commands.judge)


def _add_recommend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model-file", type=Path, required=True)
    _add_items(parser)
    parser.add_argument(
        "--history", default="", help="item ids, comma-separated, all of weight 1"
    )
    parser.add_argument("--n", type=positive, default=20)
    parser.set_defaults(run=commands.recommend)


def _add_search(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    _add_cut(parser, share=0.1)
    _add_plots(parser)
    parser.add_argument("--trials", type=positive, default=30)
    parser.set_defaults(run=commands.look)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--model", choices=sorted(KINDS), default="als")
    _add_items(parser)
    parser.add_argument(
        "--least-people",
        type=positive,
        default=1,
        help="items and pairs of items that fewer users share are not used",
    )
    parser.add_argument("--report", type=Path, help="write the result here too (JSON)")


def _add_items(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--items", type=Path, help="titles, texts and marks of items (JSON lines)"
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the model, such as factors=128; may be repeated",
    )
    parser.add_argument(
        "--backend",
        choices=["local", "spark"],
        default="local",
        help="where als is trained; spark needs the extra of that name",
    )
    parser.add_argument(
        "--master", default="local[*]", help="address of the Spark cluster"
    )


def _add_cut(parser: argparse.ArgumentParser, *, share: float) -> None:
    parser.add_argument(
        "--share", type=fraction, default=share, help="how much to hold back"
    )
    parser.add_argument("--seed", type=int, default=0, help="for the cut")
    parser.add_argument("--at", type=positive, default=20, help="length of the lists")


def _add_plots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plots", type=Path, help="a folder for drawings (SVG)")
