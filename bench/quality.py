"""How well models rank, each peer tuned on a part cut from the training data."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import peers
from peers import ALS_RANGES, EASE_RIDGES, ROUNDS, TUNED_FROM, Setting
from rows import Row, say

from youke_recommender import (
    KINDS,
    AlsModel,
    evaluate,
    hide,
    read_interactions,
    read_items,
    split,
)
from youke_recommender.plots import Bar, Curve, Heading, bars, curves, exposure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from youke_recommender import Interactions, Item, Model, Quality

AT = 20
#: The kind that the service trains.
OURS = "blend" if "blend" in KINDS else "ease"
VALIDATION = 0.1
VALIDATION_SEED = 1


@dataclass(frozen=True)
class Options:
    """How to measure."""

    data: Path
    ml1m: Path | None
    seed: int
    times: int
    pictures: Path | None


def courses(options: Options) -> Iterator[Row]:
    """Compare all kinds with the peers on held-out courses."""
    train, test = parts(options)
    found = _contest(train, test, _items(options), "courses")
    ours, als, ease = (found[name].ndcg for name in (OURS, TUNED_ALS, TUNED_EASE))
    popularity = found["popularity"].ndcg
    yield _at_least("courses: NDCG@20 against tuned implicit ALS", ours / als, 1.09)
    yield _at_least("courses: NDCG@20 against tuned EASE", ours / ease, 1.02)
    yield _at_least("courses: NDCG@20 against popularity", ours / popularity, 1.0)
    _draw(options.pictures, "courses", found)


def films(folder: Path) -> Iterator[Row]:
    """Judge ours on ML-1M as others have published it."""
    train = read_interactions(folder / "train.txt")
    test = read_interactions(folder / "test.txt")
    found = _contest(train, test, {}, "ML-1M")
    yield _at_least("ML-1M: Recall@20", found[OURS].recall, 0.280)
    yield _at_least("ML-1M: NDCG@20", found[OURS].ndcg, 0.270)


def cold(options: Options) -> Iterator[Row]:
    """Hide a tenth of the courses from everybody and rank only those."""
    items = _items(options)
    data = read_interactions(options.data / "train.txt")
    warm, hidden = hide(data, share=0.1, seed=options.seed)
    known = {item: items[item] for item in warm.item_ids if item in items}
    judged: dict[str, Quality] = {}

    def judge(name: str, model: Any) -> None:
        candidates = hidden.item_ids
        judged[name] = evaluate(model, warm, hidden, at=AT, candidates=candidates)
        _tell("new courses", name, judged[name])

    judge("content neighbours", _content_neighbours(warm, items))
    for kind in dict.fromkeys((OURS, "content")):
        judge(kind, KINDS[kind].fit(warm, items=known).with_items(items))
    against = judged[OURS].ndcg / judged["content neighbours"].ndcg
    yield _at_least(
        "new courses: NDCG@20 against content nearest neighbours", against, 1.15
    )
    if options.pictures is not None:
        title = "New courses, ranked from their words and marks"
        path = options.pictures / "recommender-cold.svg"
        _bars(path, title, judged, f"{len(hidden.item_ids)} new courses ranked")


def spark(options: Options) -> Iterator[Row]:
    """Train ALS by implicit and by Spark with the same parameters."""
    from youke_recommender.spark import fit_on_spark

    train, test = parts(options)
    by: dict[str, Callable[[], Model]] = {
        "implicit": lambda: AlsModel.fit(train),
        "spark": lambda: fit_on_spark(train),
    }
    found = {
        name: _timed("Spark", name, fit, (train, test)) for name, fit in by.items()
    }
    against = found["spark"].ndcg / found["implicit"].ndcg
    yield _at_least("Spark: NDCG@20 against implicit", against, 0.97)


def _content_neighbours(
    warm: Interactions, items: dict[str, Item]
) -> peers.ContentNeighbours:
    # The number of neighbours is found by hiding a part of what is not hidden.
    alike = peers.Alike.of(dict(sorted(items.items())))
    known, held = hide(warm, share=VALIDATION, seed=VALIDATION_SEED)

    def ndcg(nearest: int) -> float:
        model = peers.ContentNeighbours(alike, known.item_ids, nearest)
        return evaluate(model, known, held, at=AT, candidates=held.item_ids).ndcg

    best = max(peers.NEAREST, key=ndcg)
    say(f"tuned on validation: {best} content neighbours")
    return peers.ContentNeighbours(alike, warm.item_ids, best)


@cache
def parts(options: Options) -> tuple[Interactions, Interactions]:
    """Cut the same parts for all rows."""
    return split(read_interactions(options.data / "train.txt"), seed=options.seed)


TUNED_ALS, TUNED_EASE = "implicit ALS, tuned", "plain EASE, tuned"


def _contest(
    train: Interactions, test: Interactions, items: dict[str, Item], on: str
) -> dict[str, Quality]:
    als, ease = _tuned(train)
    fits: dict[str, Callable[[], Any]] = {
        "implicit ALS, defaults": lambda: peers.ImplicitAls(train, Setting()),
        TUNED_ALS: lambda: peers.ImplicitAls(train, als),
        TUNED_EASE: lambda: peers.plain_ease(train, ease),
    }
    for name, kind in KINDS.items():
        fits[name] = lambda kind=kind: kind.fit(train, items=items or None)
    return {name: _timed(on, name, fit, (train, test)) for name, fit in fits.items()}


def _tuned(train: Interactions) -> tuple[Setting, float]:
    known, held = split(train, share=VALIDATION, seed=VALIDATION_SEED)

    def ndcg(model: Any) -> float:
        return evaluate(model, known, held, at=AT).ndcg

    @cache
    def of_als(setting: Setting) -> float:
        return ndcg(peers.ImplicitAls(known, setting))

    ridge = max(EASE_RIDGES, key=lambda each: ndcg(peers.plain_ease(known, each)))
    best = TUNED_FROM
    for name, values in list(ALS_RANGES.items()) * ROUNDS:
        best = max((replace(best, **{name: value}) for value in values), key=of_als)
    say(f"tuned on validation: EASE ridge {ridge}; {best}")
    return best, ridge


def _timed(
    on: str,
    name: str,
    fit: Callable[[], Any],
    given: tuple[Interactions, Interactions],
) -> Quality:
    began = time.perf_counter()
    model = fit()
    seconds = time.perf_counter() - began
    judged = evaluate(model, *given, at=AT)
    _tell(on, f"{name} ({seconds:.1f} s)", judged)
    return judged


def _items(options: Options) -> dict[str, Item]:
    path = options.data / "course_profiles.jsonl"
    return read_items(path) if path.exists() else {}


def _at_least(what: str, found: float, wanted: float) -> Row:
    return Row(what, found, wanted, at_least=True)


def _tell(on: str, name: str, judged: Quality) -> None:
    figures = "  ".join(f"{k} {v:.4g}" for k, v in judged.as_dict().items())
    say(f"{on}: {name:34} {figures}")


def _draw(folder: Path | None, on: str, found: dict[str, Quality]) -> None:
    if folder is None:
        return
    title = f"Held-out {on}, ranked for each learner"
    _bars(folder / "recommender-quality.svg", title, found)
    heading = Heading(
        "Who is shown",
        "The share of all places that the most shown courses take",
        x="share of the courses, most shown first",
        y="share of the places",
    )
    shown = [
        Curve(f"{name}, Gini {found[name].gini:.3f}", _head(found[name]), name == OURS)
        for name in dict.fromkeys((OURS, "als", "neighbours", "popularity"))
    ]
    (folder / "recommender-exposure.svg").write_text(curves(heading, shown))


def _head(judged: Quality) -> Sequence[tuple[float, float]]:
    import numpy as np

    return exposure(np.array(judged.shown))


def _bars(
    path: Path, title: str, found: dict[str, Quality], how: str = "full ranking"
) -> None:
    ordered = sorted(found.items(), key=lambda pair: -pair[1].ndcg)
    drawn = [
        Bar(f"ours: {name}" if name in KINDS else name, judged.ndcg, name == OURS)
        for name, judged in ordered
    ]
    people = f"{next(iter(found.values())).people:,} learners"
    heading = Heading(title, f"NDCG@{AT}; {people}, {how}, seen items removed")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bars(heading, drawn))
