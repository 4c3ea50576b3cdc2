"""What the engine takes: the wall of training, and of single requests."""

from __future__ import annotations

import os
import statistics
import time
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import peers
import quality
from rows import Row, say
from threadpoolctl import threadpool_limits

from youke_recommender import KINDS, AlsModel, AlsParams, Interactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quality import Options

    from youke_recommender import AllowList, Model

LESSONS = 50_000
STUDENTS = 20_000
LESSONS_EACH = 30
REQUESTS = 1000
HISTORY = 50
FEW = 500


def training(options: Options) -> Iterator[Row]:
    """Train by our class and by the library alone with the same numbers, in turn."""
    train, _ = quality.parts(options)
    ways = {"ours": lambda: AlsModel.fit(train), "implicit": lambda: _direct(train)}
    walls: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.times):
        for name, way in ways.items():
            walls[name].append(_wall(way))
    ours, bare = (statistics.median(walls[name]) for name in ways)
    say(f"training: ours {ours:.2f} s, implicit {bare:.2f} s")
    yield Row("training: wall against implicit called directly", ours / bare, 1.10)


def _direct(train: Interactions) -> object:
    params = AlsParams()
    confidence = train.matrix.copy()
    confidence.data = 1 + np.float32(params.alpha) * confidence.data
    setting = peers.Setting(
        factors=params.factors,
        regularization=params.ridge(float(confidence.sum())),
        alpha=1.0,
        iterations=params.iterations,
    )
    with threadpool_limits(1, "blas"):
        learner = peers.learner(setting)
        learner.fit(confidence, show_progress=False)
    return learner


def _wall(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


def serving(_options: Options) -> Iterator[Row]:
    """Fold in, filter, rank and explain, one request at a time on one core."""
    kind = "als" if quality.OURS == "ease" else quality.OURS
    model = KINDS[kind].fit(_city())
    say(f"serving: {model.kind} {asdict(getattr(model, 'params', AlsParams()))}")
    half, few = model.item_ids[::2], model.item_ids[:FEW]
    lists = {"half": model.allow(half), str(FEW): model.allow(few)}
    with _one_core():
        for name, allowed in lists.items():
            p50, p99 = _latency(model, allowed)
            what = f"engine, {LESSONS:,} lessons, {name} eligible"
            yield Row(f"{what}: p50", p50, 2, "ms")
            yield Row(f"{what}: p99", p99, 6, "ms")


def _city() -> Interactions:
    # Popularity falls with the rank, and a student stays near one place of many.
    random = np.random.default_rng(0)
    users = np.repeat(np.arange(STUDENTS), LESSONS_EACH)
    centre = random.integers(0, LESSONS, STUDENTS)[users]
    near = (centre + random.normal(0, 200, len(users))).astype(int) % LESSONS
    anywhere = (random.pareto(0.8, len(users)) * 50).astype(int) % LESSONS
    items = np.where(random.random(len(users)) < 0.7, near, anywhere)
    names = [f"lesson-{number:06}" for number in items.tolist()]
    people = [f"s{number}" for number in users.tolist()]
    return Interactions.from_triples(people, names, [1.0] * len(names))


def _latency(model: Model, allowed: AllowList) -> tuple[float, float]:
    random = np.random.default_rng(0)
    took = []
    for _ in range(REQUESTS):
        picks = random.choice(len(model.item_ids), size=HISTORY, replace=False)
        history = {model.item_ids[pick]: 1.0 for pick in picks}
        began = time.perf_counter()
        model.recommend(history, allowed)
        took.append((time.perf_counter() - began) * 1e3)
    p50, p99 = np.percentile(took, [50, 99])
    return float(p50), float(p99)


@contextmanager
def _one_core() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        with threadpool_limits(1):
            yield
    finally:
        os.sched_setaffinity(0, before)
