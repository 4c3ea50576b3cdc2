"""Two models side by side: who gets which, decided by class and not by person.

Students of one class sit together and talk; half a class with other recommendations
would disturb the other half. So a class as a whole falls into one of `BUCKETS`
buckets by a hash of the trial and the class, and a bucket belongs to one model. What
is counted is counted per bucket: no class and no person is written down.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from youke.accounts.service import Person
from youke.recommendations.models import ModelTrial, RankingModel, TrialCount
from youke.recommendations.serving import Published

#: Enough for a mean and its error; few enough that a bucket is many classes of a city.
BUCKETS = 200


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


def bucket_of(trial_id: UUID, person: Person) -> int:
    """Return the bucket of the person's class, 0 to `BUCKETS` - 1.

    Somebody in no class or school is a class of one. Another trial deals anew.
    """
    unit = person.organisation_id or person.id
    digest = hashlib.sha256(trial_id.bytes + unit.bytes).digest()
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
