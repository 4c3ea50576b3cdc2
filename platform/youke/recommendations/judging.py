"""Whether a model may be published: decided by what people did afterwards."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from youke.recommendations.dataset import LEAST_JUDGED, Dataset, shortage
from youke.recommendations.recipes import Recipe
from youke_recommender import Interactions, Item, RecommenderError, evaluate

#: Length of the list by which models are judged.
JUDGED_AT = 10
NDCG, COVERAGE = f"ndcg@{JUDGED_AT}", f"coverage@{JUDGED_AT}"
#: Of the present model's coverage, lessons or facts; less is a collapse.
COLLAPSE = 0.5
#: How the present model's recipe is called among the others.
PRESENT = "present"

#: Figures by their names, such as `ndcg@10`.
Figures = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is the best that can be made, and whether and why it must not be."""

    #: None when nothing may be published.
    winner: Recipe | None = None
    #: Quality by model, empty when there was too little to judge by.
    metrics: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing may be published."""
        return self.winner is None


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Who is compared: what we would publish, and what it must not be worse than."""

    candidates: Sequence[Recipe]
    baselines: Sequence[Recipe]
    #: What the present model was made by, None before the first.
    present: Recipe | None = None
    #: What the lessons are, for those that learn from words.
    items: Mapping[str, Item] = field(default_factory=dict)

    @property
    def entrants(self) -> dict[str, Recipe]:
        """All recipes by name, each once unless the present one differs from ours."""
        named = {each.algorithm: each for each in [*self.candidates, *self.baselines]}
        if self.present is not None and named.get(self.present.algorithm) != (
            self.present
        ):
            named[PRESENT] = self.present
        return named


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much a model knows."""

    items: int
    interactions: int


def judge(data: Dataset, contest: Contest) -> Verdict:
    """Let each recipe learn from the earlier facts; the later ones say who was right.

    Too few of them are no reason to refuse, but are said.
    """
    too_little = shortage(data.interactions())
    if too_little:
        return Verdict(reason=too_little)
    before, after = data.split()
    judges = len(set(after.people))
    if judges < LEAST_JUDGED:
        reason = f"not measured: {judges} people in the hold-out"
        return Verdict(winner=contest.candidates[0], reason=reason)
    train_part, test_part = before.interactions(), after.interactions()
    metrics, failures = _measured(train_part, test_part, contest)
    return _with_reason(decide(metrics, contest), failures)


def decide(metrics: Mapping[str, Figures], contest: Contest) -> Verdict:
    """Choose the best candidate, or refuse it; pure.

    The first of equals wins. Whatever is compared in `metrics` must not have the
    better NDCG, and the winner must show at least half as many different lessons as
    the present model.
    """
    known = dict(metrics)
    fit = [each for each in contest.candidates if _is_sound(known.get(each.algorithm))]
    if not fit:
        return Verdict(metrics=known, reason="no model could be made of the facts")
    winner = max(fit, key=lambda each: known[each.algorithm][NDCG])
    reached = known[winner.algorithm]
    for name, figures in known.items():
        if figures[NDCG] > reached[NDCG]:
            reason = f"{_said(name)} has the better {NDCG} on the hold-out"
            return Verdict(metrics=known, reason=reason)
    if _has_collapsed(reached, known.get(_present_name(contest))):
        reason = f"{winner.algorithm} shows too few different lessons"
        return Verdict(metrics=known, reason=reason)
    return Verdict(winner=winner, metrics=known)


def shrinkage(new: Size, present: Size | None) -> str | None:
    """Return why a model that knows so much less than the present one is suspicious."""
    if present is None:
        return None
    for what, have, had in (
        ("lessons", new.items, present.items),
        ("facts", new.interactions, present.interactions),
    ):
        if have < COLLAPSE * had:
            return f"it would know {have} {what}; the present model knows {had}"
    return None


def _measured(
    train_part: Interactions, test_part: Interactions, contest: Contest
) -> tuple[dict[str, Figures], list[str]]:
    """Return the figures of those that could learn, and why the others could not."""
    metrics: dict[str, Figures] = {}
    failures: list[str] = []
    for name, recipe in contest.entrants.items():
        try:
            model = recipe.fit(train_part, contest.items)
            quality = evaluate(model, train_part, test_part, at=JUDGED_AT)
        except RecommenderError as error:
            failures.append(f"{_said(name)}: {error}")
        else:
            metrics[name] = quality.as_dict()
    return metrics, failures


def _with_reason(verdict: Verdict, failures: Sequence[str]) -> Verdict:
    reasons = [*([verdict.reason] if verdict.reason else []), *failures]
    return Verdict(
        winner=verdict.winner,
        metrics=verdict.metrics,
        reason="; ".join(reasons) or None,
    )


def _is_sound(figures: Figures | None) -> bool:
    return figures is not None and all(map(math.isfinite, figures.values()))


def _has_collapsed(reached: Figures, present: Figures | None) -> bool:
    return present is not None and reached[COVERAGE] < COLLAPSE * present[COVERAGE]


def _present_name(contest: Contest) -> str:
    """Return under which name the present model's recipe was measured, if any."""
    if contest.present is None:
        return ""
    return PRESENT if PRESENT in contest.entrants else contest.present.algorithm


def _said(name: str) -> str:
    return "the present model's recipe" if name == PRESENT else name
