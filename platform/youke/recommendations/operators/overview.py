"""The administrators' page in values: versions, curves, what holds, what is tried."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from youke.kernel.clock import local
from youke.recommendations import registry, trials
from youke.recommendations.comparing import Result
from youke.recommendations.judging import COVERAGE, NDCG
from youke.recommendations.models import Hold, ModelTrial, RankingModel
from youke.recommendations.operators import exposure
from youke.recommendations.operators.charts import Chart, Series, line_chart
from youke.recommendations.operators.exposure import Clicks, Fairness
from youke.recommendations.operators.wording import reason_in
from youke.recommendations.trials import Variant

#: Versions in the curves, and in the list below them.
IN_CURVES, IN_LIST = 30, 12
OURS, POPULARITY, NEIGHBOURS = "ours", "popularity", "neighbours"

Say = Callable[..., str]


@dataclass(frozen=True, kw_only=True)
class Version:
    """A training as it is listed."""

    id: UUID
    created_at: datetime
    state: str
    algorithm: str
    reason: str | None
    ndcg: float | None
    coverage: float | None
    items: int
    people: int
    interactions: int
    seconds: float | None
    #: Whether somebody may let it serve, or compare it with the present one.
    is_usable: bool


@dataclass(frozen=True, kw_only=True)
class TrialView:
    """A trial with what it tells, and how many classes each model has."""

    trial: ModelTrial
    control: Version
    challenger: Version
    result: Result
    classes: dict[Variant, int]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Everything on the page."""

    current: Version | None
    versions: Sequence[Version]
    quality: Chart
    coverage: Chart
    hold: Hold | None
    trial: TrialView | None
    sources: Sequence[Clicks]
    places: Sequence[Clicks]
    days: Chart
    fairness: Fairness

    @property
    def measured(self) -> bool:
        """Whether any version was measured, so that there is a curve."""
        return bool(self.quality.labels)


def overview(session: Session, say: Say) -> Overview:
    """Return the page's values, in the reader's words."""
    rows = registry.trainings(session, IN_CURVES)
    versions = [version_of(row, say) for row in rows]
    measured = [row for row in reversed(rows) if row.algorithm in row.metrics]
    current = registry.current(session)
    return Overview(
        current=version_of(current, say) if current else None,
        versions=versions[:IN_LIST],
        quality=curves(measured, NDCG),
        coverage=curves(measured, COVERAGE),
        hold=registry.open_hold(session),
        trial=_trial(session, say),
        sources=exposure.by_source(session),
        places=exposure.by_place(session),
        days=_days(session),
        fairness=exposure.fairness(session),
    )


def curves(measured: Sequence[RankingModel], figure: str) -> Chart:
    """Return a figure of our models and of what they are compared with.

    :param measured: oldest first.
    """
    labels = [f"{local(row.created_at):%m-%d %H:%M}" for row in measured]
    return line_chart(
        labels,
        [
            Series(
                name=OURS, values=[_figure(r, r.algorithm, figure) for r in measured]
            ),
            *(
                Series(name=name, values=[_figure(r, name, figure) for r in measured])
                for name in (POPULARITY, NEIGHBOURS)
            ),
        ],
    )


def version_of(row: RankingModel, say: Say) -> Version:
    """Return a training as it is listed."""
    return Version(
        id=row.id,
        created_at=row.created_at,
        state=row.state,
        algorithm=row.algorithm,
        reason=reason_in(row.reason, say),
        ndcg=_figure(row, row.algorithm, NDCG),
        coverage=_figure(row, row.algorithm, COVERAGE),
        items=row.items,
        people=row.people,
        interactions=row.interactions,
        seconds=row.seconds,
        is_usable=row.is_usable,
    )


def _figure(row: RankingModel, name: str, figure: str) -> float | None:
    figures: dict[str, Any] = row.metrics.get(name, {})
    return figures.get(figure)


def _trial(session: Session, say: Say) -> TrialView | None:
    trial = trials.running(session)
    if trial is None:
        return None
    return TrialView(
        trial=trial,
        control=version_of(registry.find(session, trial.control_id), say),
        challenger=version_of(registry.find(session, trial.challenger_id), say),
        result=trials.result_of(session, trial),
        classes=trials.classes_of(session, trial),
    )


def _days(session: Session) -> Chart:
    days = exposure.by_day(session)
    rates = [each.rate for each in days]
    return line_chart([each.name for each in days], [Series(name="rate", values=rates)])
