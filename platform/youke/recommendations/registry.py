"""The ranking models there are and were; at most one is current."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from youke.kernel.db import Database
from youke.recommendations.models import RankingModel
from youke.recommendations.states import ModelState
from youke.storage import ObjectStore

#: Trainings remembered, so that one can look back and go back.
KEPT = 20
#: Any number: it only has to be ours.
PUBLISHING = 24_039_004


def latest(session: Session) -> RankingModel | None:
    """Return the last training, whatever became of it."""
    newest_first = select(RankingModel).order_by(RankingModel.id.desc())
    return session.scalar(newest_first.limit(1))


def record(session: Session, row: RankingModel) -> None:
    """Write a training down; a candidate becomes the current model.

    Both happen in the session's transaction, one publisher at a time, so that
    everybody sees either the old model or the new one.
    """
    session.add(row)
    if row.state != ModelState.CANDIDATE.value:
        return
    session.execute(select(func.pg_advisory_xact_lock(PUBLISHING)))
    session.execute(
        update(RankingModel)
        .where(RankingModel.state == ModelState.CURRENT.value)
        .values(state=ModelState.CURRENT.to(ModelState.RETIRED).value)
    )
    row.move(ModelState.CURRENT)


def prune(database: Database, store: ObjectStore) -> None:
    """Forget trainings beyond the last `KEPT`, never the current one.

    The artefact goes first: a row without it is tried again, an artefact without a
    row would stay for ever.
    """
    with database.transaction() as session:
        doomed = session.scalars(
            select(RankingModel)
            .where(RankingModel.state != ModelState.CURRENT.value)
            .order_by(RankingModel.id.desc())
            .offset(KEPT)
        ).all()
    for row in doomed:
        if row.key is not None:
            store.delete(row.key)
        with database.transaction() as session:
            session.execute(delete(RankingModel).where(RankingModel.id == row.id))
