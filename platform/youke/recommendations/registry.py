"""The ranking models there are and were; at most one is current.

Whoever changes which one it is holds one lock for the length of a transaction, so that
everybody sees either the old model or the new one.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from youke.kernel.clock import now
from youke.kernel.db import Database
from youke.recommendations.errors import (
    AlreadyCurrentError,
    ModelNotFoundError,
    NoEarlierModelError,
    NothingToPublishError,
    NotUsableError,
    TrialRunningError,
)
from youke.recommendations.models import Hold, ModelTrial, RankingModel
from youke.recommendations.states import ModelState
from youke.storage import ObjectStore

#: Trainings remembered, for the curves …
KEPT = 200
#: … and of those that could serve, the latest whose artefacts are kept to go back to.
KEPT_ARTEFACTS = 10
#: An artefact that no row names so long after it was written belongs to nobody.
ORPHANED = timedelta(days=1)
FOLDER = "models/"
#: Any number: it only has to be ours.
PUBLISHING = 24_039_004


def latest(session: Session) -> RankingModel | None:
    """Return the last training, whatever became of it."""
    return session.scalar(newest_first().limit(1))


def current(session: Session) -> RankingModel | None:
    """Return the model that serves, None before the first."""
    is_current = RankingModel.state == ModelState.CURRENT.value
    return session.scalar(select(RankingModel).where(is_current))


def trainings(session: Session, limit: int = KEPT) -> Sequence[RankingModel]:
    """Return the last trainings, newest first."""
    return session.scalars(newest_first().limit(limit)).all()


def find(session: Session, model_id: UUID) -> RankingModel:
    """Return a training.

    :raises ModelNotFoundError:
    """
    row = session.get(RankingModel, model_id)
    if row is None:
        raise ModelNotFoundError
    return row


def newest_first() -> Select[RankingModel]:
    """Select all trainings, the last one first."""
    return select(RankingModel).order_by(RankingModel.id.desc())


def open_hold(session: Session) -> Hold | None:
    """Return what keeps models from being published by themselves, if anything."""
    return session.scalar(select(Hold).where(Hold.released_at.is_(None)))


def is_trial_running(session: Session) -> bool:
    """Say whether two models are being compared."""
    return bool(session.scalar(select(exists().where(ModelTrial.ended_at.is_(None)))))


def record(session: Session, row: RankingModel) -> None:
    """Write a training down; a candidate becomes the current model, or waits.

    It waits as long as somebody holds publication back, or a trial runs, in which a
    changing model would spoil the comparison. Of those that wait the newest is kept.
    """
    session.add(row)
    if row.state != ModelState.CANDIDATE.value:
        return
    lock(session)
    if open_hold(session) is None and not is_trial_running(session):
        _make_current(session, row)
        return
    for waiting in session.scalars(_waiting()):
        waiting.move(ModelState.RETIRED)
    row.move(ModelState.READY)


def publish(session: Session, model_id: UUID | None = None) -> RankingModel:
    """Let a model serve that could: a waiting one, or one that has served before.

    Whoever decides this by hand has seen the models, so a hold ends here.

    :param model_id: None means the one that waits.
    :raises NothingToPublishError:
    :raises ModelNotFoundError:
    :raises AlreadyCurrentError:
    :raises NotUsableError:
    :raises TrialRunningError:
    """
    lock(session)
    _refuse_during_trial(session)
    row = _next(session) if model_id is None else find(session, model_id)
    check_usable(row)
    _make_current(session, row)
    release(session)
    return row


def roll_back(session: Session, model_id: UUID | None = None) -> RankingModel:
    """Take the current model back and let an earlier one serve.

    From then on nothing is published by itself: the next training would learn nearly
    the same from nearly the same facts. `publish` or `release` end that.

    :param model_id: None means the one that served before.
    :raises NoEarlierModelError:
    :raises ModelNotFoundError:
    :raises AlreadyCurrentError:
    :raises NotUsableError:
    :raises TrialRunningError:
    """
    lock(session)
    _refuse_during_trial(session)
    bad = current(session)
    row = _before(session, bad) if model_id is None else find(session, model_id)
    check_usable(row)
    _make_current(session, row, leave=ModelState.WITHDRAWN)
    if open_hold(session) is None:
        session.add(Hold(model_id=bad.id if bad else None))
    session.flush()
    return row


def release(session: Session) -> bool:
    """Let models be published by themselves again; say whether that was held."""
    hold = open_hold(session)
    if hold is not None:
        hold.released_at = now()
        session.flush()
    return hold is not None


def lock(session: Session) -> None:
    """Wait until nobody else changes which model serves, and keep others waiting."""
    session.execute(select(func.pg_advisory_xact_lock(PUBLISHING)))


def _refuse_during_trial(session: Session) -> None:
    if is_trial_running(session):
        raise TrialRunningError


def check_usable(row: RankingModel) -> None:
    """Make sure that a model could serve and does not yet.

    :raises AlreadyCurrentError:
    :raises NotUsableError:
    """
    if row.state == ModelState.CURRENT.value:
        raise AlreadyCurrentError
    if not row.is_usable:
        raise NotUsableError


def _make_current(
    session: Session, row: RankingModel, leave: ModelState = ModelState.RETIRED
) -> None:
    session.execute(
        update(RankingModel)
        .where(RankingModel.state == ModelState.CURRENT.value)
        .values(state=ModelState.CURRENT.to(leave).value, retired_at=now())
        .execution_options(synchronize_session="fetch")
    )
    row.move(ModelState.CURRENT)
    row.published_at, row.retired_at = now(), None
    session.flush()


def _next(session: Session) -> RankingModel:
    row = session.scalar(_waiting().limit(1))
    if row is None:
        raise NothingToPublishError
    return row


def _waiting() -> Select[RankingModel]:
    return newest_first().where(RankingModel.state == ModelState.READY.value)


def _before(session: Session, bad: RankingModel | None) -> RankingModel:
    """Return the model that served last before this one and was not taken back."""
    earlier = (
        select(RankingModel)
        .where(RankingModel.state == ModelState.RETIRED.value)
        .where(RankingModel.key.is_not(None), RankingModel.published_at.is_not(None))
        .order_by(RankingModel.published_at.desc())
    )
    if bad is not None:
        earlier = earlier.where(RankingModel.published_at < bad.published_at)
    row = session.scalar(earlier.limit(1))
    if row is None:
        raise NoEarlierModelError
    return row


def prune(database: Database, store: ObjectStore) -> None:
    """Forget old artefacts and old trainings, and artefacts that nobody knows of.

    Never the current model's or a running trial's. An artefact goes before its row
    says so: a row without it is tried again, an artefact without a row would stay for
    ever. What a killed trainer left behind goes after `ORPHANED`.
    """
    with database.transaction() as session:
        stale = session.execute(_stale_artefacts()).all()
    for model_id, key in stale:
        store.delete(str(key))
        with database.transaction() as session:
            forgotten = update(RankingModel).where(RankingModel.id == model_id)
            session.execute(forgotten.values(key=None, sha256=None))
    for key in list(_orphans(database, store)):
        store.delete(key)
    with database.transaction() as session:
        old = newest_first().where(_is_dispensable()).offset(KEPT)
        ids = old.with_only_columns(RankingModel.id).scalar_subquery()
        without = RankingModel.key.is_(None) & ~exists(_trials_of_row())
        session.execute(delete(RankingModel).where(RankingModel.id.in_(ids), without))


def _stale_artefacts() -> Select[UUID, str | None]:
    kept = newest_first().where(_is_dispensable(), RankingModel.key.is_not(None))
    return kept.with_only_columns(RankingModel.id, RankingModel.key).offset(
        KEPT_ARTEFACTS
    )


def _is_dispensable() -> ColumnElement[bool]:
    running = _trials_of_row().where(ModelTrial.ended_at.is_(None))
    return (RankingModel.state != ModelState.CURRENT.value) & ~exists(running)


def _trials_of_row() -> Select[UUID]:
    its = or_(
        ModelTrial.control_id == RankingModel.id,
        ModelTrial.challenger_id == RankingModel.id,
    )
    return select(ModelTrial.id).where(its).correlate(RankingModel)


def _orphans(database: Database, store: ObjectStore) -> Iterator[str]:
    keys = {key: _written_s(key) for key in store.keys(FOLDER)}
    with database.transaction() as session:
        known = set(session.scalars(select(RankingModel.key)))
    oldest = (now() - ORPHANED).timestamp()
    return (key for key, at in keys.items() if key not in known and at < oldest)


def _written_s(key: str) -> float:
    """Return when a model's identifier was drawn; for foreign keys, just now."""
    try:
        return (UUID(key.removeprefix(FOLDER).removesuffix(".npz")).int >> 80) / 1000
    except ValueError:
        return now().timestamp()
