"""Two models side by side: who gets which, decided by class and not by person.

Students of one class sit together and talk; half a class with other recommendations
would disturb the other half. So a class as a whole falls into one of `BUCKETS`
buckets by a hash of the trial and the class, and a bucket belongs to one model. What
is counted is counted per bucket: no class and no person is written down.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from youke.accounts.service import Organisation, OrganisationKind, Person
from youke.kernel.clock import now
from youke.kernel.ids import new_id
from youke.recommendations import registry
from youke.recommendations.comparing import Cluster, Result, compare
from youke.recommendations.errors import (
    NoModelError,
    NoTrialError,
    ShareError,
    TrialRunningError,
)
from youke.recommendations.models import ModelTrial, RankingModel, TrialCount
from youke.recommendations.serving import Published

#: Enough for a mean and its error; few enough that a bucket is many classes of a city.
BUCKETS = 200
#: Of the classes; a smaller part tells nothing.
LEAST_SHARE = 0.05


class Variant(StrEnum):
    """Which of a trial's models a class gets."""

    CONTROL = "control"
    CHALLENGER = "challenger"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A running trial: the models and how large the challenger's part is."""

    id: UUID
    control: Published
    challenger: Published
    #: Between 0 and 1.
    share: float

    def model_of(self, variant: Variant) -> Published:
        """Return the model that this part of the classes gets."""
        return self.challenger if variant is Variant.CHALLENGER else self.control


def current_trial(session: Session) -> Trial | None:
    """Return the running trial; None when there is none or a model of it is gone."""
    control, challenger = aliased(RankingModel), aliased(RankingModel)
    row = session.execute(
        select(ModelTrial.id, ModelTrial.share, control, challenger)
        .join(control, control.id == ModelTrial.control_id)
        .join(challenger, challenger.id == ModelTrial.challenger_id)
        .where(ModelTrial.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    models = [_published(row[2]), _published(row[3])]
    if models[0] is None or models[1] is None:
        return None
    return Trial(id=row[0], share=row[1], control=models[0], challenger=models[1])


def start(session: Session, challenger_id: UUID, share: float = 0.5) -> ModelTrial:
    """Let part of the classes get another model than the current one.

    :param share: of the classes that get the challenger.
    :raises ShareError:
    :raises TrialRunningError:
    :raises NoModelError: when there is no current model to compare with.
    :raises ModelNotFoundError:
    :raises AlreadyCurrentError:
    :raises NotUsableError:
    """
    if not LEAST_SHARE <= share <= 1 - LEAST_SHARE:
        raise ShareError
    registry.lock(session)
    if registry.is_trial_running(session):
        raise TrialRunningError
    control = registry.current(session)
    if control is None:
        raise NoModelError
    challenger = registry.find(session, challenger_id)
    registry.check_usable(challenger)
    trial = ModelTrial(
        id=new_id(), control_id=control.id, challenger_id=challenger.id, share=share
    )
    session.add(trial)
    session.flush()
    return trial


def stop(session: Session, *, publish_challenger: bool = False) -> ModelTrial:
    """End the trial: all classes get the current model, or from now on the challenger.

    :raises NoTrialError:
    :raises NotUsableError: when the challenger is no longer kept.
    """
    registry.lock(session)
    trial = running(session)
    if trial is None:
        raise NoTrialError
    trial.ended_at = now()
    session.flush()
    if publish_challenger:
        registry.publish(session, trial.challenger_id)
    return trial


def running(session: Session) -> ModelTrial | None:
    """Return the running trial's row."""
    return session.scalar(select(ModelTrial).where(ModelTrial.ended_at.is_(None)))


def past(session: Session, limit: int = 5) -> Sequence[ModelTrial]:
    """Return the last trials that are over, newest first."""
    ended = select(ModelTrial).where(ModelTrial.ended_at.is_not(None))
    return session.scalars(ended.order_by(ModelTrial.id.desc()).limit(limit)).all()


def result_of(session: Session, trial: ModelTrial) -> Result:
    """Return what can be told of a trial from what was counted until now."""
    rows = session.execute(
        select(TrialCount.bucket, TrialCount.shown, TrialCount.opened).where(
            TrialCount.trial_id == trial.id
        )
    )
    by_variant: dict[Variant, list[Cluster]] = {each: [] for each in Variant}
    for bucket, shown, opened in rows:
        variant = variant_of_bucket(bucket, trial.share)
        by_variant[variant].append(Cluster(shown=shown, opened=opened))
    return compare(by_variant[Variant.CONTROL], by_variant[Variant.CHALLENGER])


def classes_of(session: Session, trial: ModelTrial) -> dict[Variant, int]:
    """Return how many classes each model of a trial has."""
    is_class = Organisation.kind == OrganisationKind.CLASS.value
    counted = Counter(
        variant_of_bucket(bucket_of_unit(trial.id, each), trial.share)
        for each in session.scalars(select(Organisation.id).where(is_class))
    )
    return {each: counted[each] for each in Variant}


def bucket_of(trial_id: UUID, person: Person) -> int:
    """Return the bucket of the person's class, 0 to `BUCKETS` - 1.

    Somebody in no class or school is a class of one. Another trial deals anew.
    """
    return bucket_of_unit(trial_id, person.organisation_id or person.id)


def bucket_of_unit(trial_id: UUID, unit_id: UUID) -> int:
    """Return the bucket of a class."""
    digest = hashlib.sha256(trial_id.bytes + unit_id.bytes).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


def variant_of(trial: Trial, person: Person) -> Variant:
    """Return which model the person's class gets as long as the trial runs."""
    return variant_of_bucket(bucket_of(trial.id, person), trial.share)


def variant_of_bucket(bucket: int, share: float) -> Variant:
    """Return the model of a bucket; the challenger has the first `share` of them."""
    is_challengers = bucket < round(share * BUCKETS)
    return Variant.CHALLENGER if is_challengers else Variant.CONTROL


def count(
    session: Session, trial_id: UUID, buckets: Mapping[int, tuple[int, int]]
) -> None:
    """Add cards (shown, opened) to a trial's buckets; what is added is never lost."""
    if not buckets:
        return
    rows = [
        {"trial_id": trial_id, "bucket": bucket, "shown": shown, "opened": opened}
        # In one order, so that two processes that add never wait for each other.
        for bucket, (shown, opened) in sorted(buckets.items())
    ]
    new = insert(TrialCount).values(rows)
    added = {
        "shown": TrialCount.shown + new.excluded.shown,
        "opened": TrialCount.opened + new.excluded.opened,
    }
    keys = [TrialCount.trial_id, TrialCount.bucket]
    session.execute(new.on_conflict_do_update(index_elements=keys, set_=added))


def _published(row: RankingModel) -> Published | None:
    if row.key is None or row.sha256 is None:
        return None
    return Published(id=row.id, key=row.key, sha256=row.sha256)
