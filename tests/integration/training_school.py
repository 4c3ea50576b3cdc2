"""A grade whose students like either music or physics, and models learned of it."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from engagement_cast import Cast
from sqlalchemy import func, select

from youke.accounts.service import Person
from youke.engagement import service as engagement
from youke.engagement.service import PastFact, record_past
from youke.kernel import clock
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.lessons.service import Lesson
from youke.recommendations import service as recommendations
from youke.recommendations.models import RankingModel
from youke.recommendations.service import Recommended
from youke.recommendations.serving import Published, published_model
from youke.recommendations.training import Options, train
from youke.storage import ObjectStore

PEOPLE, LESSONS = 40, 12


@dataclass
class School:
    """A grade whose students like either music or physics, all of one kind."""

    database: Database
    store: ObjectStore
    lessons: dict[str, list[Lesson]]
    newcomer: Person

    def train(self, options: Options | None = None) -> RankingModel:
        return train(self.database, self.store, options)

    def like(self, lesson: Lesson) -> None:
        with self.database.transaction() as session:
            engagement.like(session, self.newcomer, lesson.id)

    def recommend(self, limit: int = 5) -> list[Recommended]:
        with self.database.transaction() as session:
            return recommendations.recommend(session, self.store, self.newcomer, limit)

    def current(self) -> Published | None:
        with self.database.transaction() as session:
            return published_model(session)


def open_school(database: Database, store: ObjectStore) -> School:
    with database.transaction() as session:
        cast = Cast(session)
        # Nothing that teachers said binds the lessons of one kind: only people do.
        subjects = ("chinese", "math", "english", "art", "pe", "it")
        lessons = {
            kind: [cast.lesson(title=f"{kind} {s}", subject=s) for s in subjects]
            for kind in ("music", "physics")
        }
        record_past(session, _habits(cast, list(lessons.values())))
        return School(database, store, lessons, cast.student())


def _habits(cast: Cast, kinds: list[list[Lesson]]) -> Iterator[PastFact]:
    draw = random.Random(7)  # noqa: S311  a fixed world, not a secret
    for number in range(PEOPLE):
        person = cast.student()
        for lesson in draw.sample(kinds[number % 2], 5):
            yield PastFact(
                person_id=person.id,
                lesson_id=lesson.id,
                seconds=90,
                duration_s=100,
                liked=draw.random() < 0.7,
                at=clock.now() - timedelta(days=draw.uniform(1, 40)),
            )


def rows(database: Database) -> Counter[str]:
    with database.transaction() as session:
        counted = select(RankingModel.state, func.count()).group_by(RankingModel.state)
        return Counter({row[0]: int(row[1]) for row in session.execute(counted)})


def environment_of(settings: Settings) -> dict[str, str]:
    """Return what a program on the same database and store is to be told."""
    return {
        "YOUKE_DATABASE_URL": settings.database_url,
        "YOUKE_S3_ENDPOINT": settings.s3_endpoint,
        "YOUKE_S3_ACCESS_KEY": settings.s3_access_key,
        "YOUKE_S3_SECRET_KEY": settings.s3_secret_key,
        "YOUKE_S3_BUCKET": settings.s3_bucket,
        "YOUKE_SECRET_KEY": settings.secret_key,
        "YOUKE_DATA_DIR": str(settings.data_dir),
    }
