"""Ranking models as trainings leave them, and what was shown of their choices."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from youke.kernel import clock
from youke.kernel.ids import new_id
from youke.lessons.service import Lesson
from youke.recommendations.models import Exposure, LessonExposure, RankingModel
from youke.recommendations.states import ModelState

#: Versions, oldest first: what became of each, and NDCG@10 of ours.
VERSIONS = (
    (ModelState.REFUSED, None),
    (ModelState.RETIRED, 0.112),
    (ModelState.RETIRED, 0.121),
    (ModelState.REFUSED, 0.083),
    (ModelState.RETIRED, 0.130),
    (ModelState.CURRENT, 0.138),
    (ModelState.READY, 0.141),
)


def add_versions(session: Session) -> list[UUID]:
    """Write a history of trainings, some good and some not; return their ids."""
    began = clock.now() - timedelta(days=len(VERSIONS))
    rows = [
        version(state, ndcg, created_at=began + timedelta(days=n))
        for n, (state, ndcg) in enumerate(VERSIONS)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def version(state: ModelState, ndcg: float | None, **more: Any) -> RankingModel:
    """Return a training that reached this NDCG, None for one that was not measured."""
    is_bad = state is ModelState.REFUSED
    worse = "popularity has the better ndcg@10 on the hold-out"
    few = "too little data: 9 people, at least 12 are needed"
    model_id = new_id()
    return RankingModel(
        id=model_id,
        state=state.value,
        reason=(few if ndcg is None else worse) if is_bad else None,
        algorithm="blend",
        params={},
        metrics={} if ndcg is None else measured(ndcg),
        items=2_403,
        people=180_000,
        interactions=890_000,
        fingerprint=str(model_id),
        versions={},
        seconds=312.5,
        key=None if is_bad else f"models/{model_id}.npz",
        sha256=None if is_bad else "0" * 64,
        published_at=None if is_bad else clock.now(),
        **more,
    )


def measured(ndcg: float) -> dict[str, Any]:
    return {
        name: {"ndcg@10": reached, "coverage@10": coverage, "recall@10": reached}
        for name, reached, coverage in (
            ("blend", ndcg, 2 * ndcg),
            ("popularity", 0.084, 0.012),
            ("neighbours", 0.105, 0.31),
        )
    }


def show(session: Session, lesson: Lesson, *, shown: int, opened: int) -> None:
    """Count a lesson as shown and opened today, in places and by sources."""
    today: date = clock.local(clock.now()).date()
    session.add(
        LessonExposure(day=today, lesson_id=lesson.id, shown=shown, opened=opened)
    )


def show_places(session: Session, *, days: int = 5, places: int = 6) -> None:
    """Count cards of the home page: the first ones are opened most."""
    today: date = clock.local(clock.now()).date()
    for day in range(days):
        for place in range(places):
            for source, share in (("als", 9), ("popular", 14), ("explore", 25)):
                session.add(
                    Exposure(
                        day=today - timedelta(days=day),
                        surface="home",
                        model="",
                        variant="",
                        source=source,
                        place=place,
                        shown=9_000 // share + 10 * day,
                        opened=2_400 // (share * (place + 2)),
                    )
                )
