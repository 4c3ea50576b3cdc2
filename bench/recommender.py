"""Quality and speed of the recommender engine: ``python bench/recommender.py FILE``.

FILE holds interactions in either format that ``youke-recommend`` reads.  A part of
each learner's items is held out by a seed; all models, and ``implicit`` with its own
defaults, are judged on the same part in the same run.  Latency is measured on one
thread against random factors, as it does not depend on what they say.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from youke_recommender import (
    KINDS,
    AlsModel,
    AlsParams,
    evaluate,
    read_interactions,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from youke_recommender import Interactions, Model

#: What implicit 0.7.3 uses when nothing is said; its confidence alpha * r with r = 1
#: is the 1 + 0 * r of ours, but for the smallest alpha that we accept.
LIBRARY_DEFAULTS = AlsParams(factors=100, regularization=0.01, alpha=1e-6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at", type=int, default=20)
    parser.add_argument("--items", type=int, default=50_000, help="for the latency")
    arguments = parser.parse_args()
    train, test = split(read_interactions(arguments.file), seed=arguments.seed)
    judge(train, test, at=arguments.at)
    with threadpool_limits(1, "blas"):
        time_requests(arguments.items)


def judge(train: Interactions, test: Interactions, *, at: int) -> None:
    fits: dict[str, Callable[[], Model]] = {
        "implicit defaults": partial(AlsModel.fit, train, params=LIBRARY_DEFAULTS)
    }
    fits |= {name: partial(kind.fit, train) for name, kind in KINDS.items()}
    for name, fit in fits.items():
        started = time.perf_counter()
        model = fit()
        seconds = time.perf_counter() - started
        figures = evaluate(model, train, test, at=at).as_dict()
        row = "  ".join(f"{key} {value:.4f}" for key, value in figures.items())
        print(f"{name:18} {row}  fit {seconds:.1f} s", flush=True)


def time_requests(items: int, *, factors: int = 64, requests: int = 500) -> None:
    random = np.random.default_rng(0)
    ids = tuple(f"lesson-{number:07}" for number in range(items))
    vectors = random.normal(scale=0.1, size=(items, factors)).astype(np.float32)
    model = AlsModel(ids, vectors, AlsParams(factors=factors, regularization=100.0))
    allowed = {
        "all": None,
        "half": model.allow(ids[::2]),
        "500": model.allow(ids[:500]),
    }
    for name, candidates in allowed.items():
        took = []
        for _ in range(requests):
            picks = random.choice(items, size=50, replace=False)
            history = {ids[pick]: 1.0 for pick in picks}
            started = time.perf_counter()
            model.recommend(history, candidates)
            took.append((time.perf_counter() - started) * 1e3)
        p50, p99 = np.percentile(took, [50, 99])
        print(f"{items} items, {name} allowed: p50 {p50:.2f} ms, p99 {p99:.2f} ms")


if __name__ == "__main__":
    main()
