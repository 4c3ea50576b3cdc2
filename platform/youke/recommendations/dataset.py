"""What a model learns from: all facts as columns, and their split by time."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from youke.engagement.service import Interaction
from youke_recommender import Interactions

#: The latest facts, held out to judge a model by what people did afterwards.
HELD_OUT = 0.2
#: Fewer people to judge by would make the figures a matter of luck.
LEAST_JUDGED = 20
#: Below these there is nothing to be learned of who likes what.
LEAST_PEOPLE, LEAST_LESSONS, LEAST_FACTS = 12, 12, 100
#: A lesson that fewer people have dealt with stays new: what teachers said of it speaks
#: for it, and no model is made of what one or two children did.
LEAST_PEOPLE_PER_LESSON = 3


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Facts with a confidence above zero, as columns in the order of their ids."""

    people: Sequence[str]
    lessons: Sequence[str]
    confidences: Sequence[float]
    #: When, in seconds since 1970.
    times: Sequence[float]

    @classmethod
    def of(cls, interactions: Iterable[Interaction]) -> "Dataset":
        """Take what people did, in any order, with lessons that enough of them know."""
        rows = sorted(
            (
                str(each.person_id),
                str(each.fact.lesson_id),
                round(each.fact.confidence, 6),
                each.fact.at.timestamp(),
            )
            for each in interactions
            if each.fact.confidence > 0
        )
        people_of = Counter(lesson for _, lesson, *_ in rows)
        return cls._from_rows(
            [row for row in rows if people_of[row[1]] >= LEAST_PEOPLE_PER_LESSON]
        )

    @classmethod
    def _from_rows(cls, rows: Sequence[tuple[str, str, float, float]]) -> "Dataset":
        people, lessons, confidences, times = (
            zip(*rows, strict=True) if rows else ((), (), (), ())
        )
        return cls(people=people, lessons=lessons, confidences=confidences, times=times)

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self.people)

    @property
    def lesson_count(self) -> int:
        """The number of different lessons."""
        return len(set(self.lessons))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of who dealt with what and how much; the same facts, the same."""
        digest = hashlib.sha256()
        for row in zip(self.people, self.lessons, self.confidences, strict=True):
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def shortage(self) -> str | None:
        """Return why there is too little to learn from, None when there is enough."""
        for what, have, least in (
            ("people", len(set(self.people)), LEAST_PEOPLE),
            ("lessons", self.lesson_count, LEAST_LESSONS),
            ("facts", len(self), LEAST_FACTS),
        ):
            if have < least:
                return f"too little data: {have} {what}, at least {least} are needed"
        return None

    def interactions(self) -> Interactions:
        """Return the facts as the engine wants them."""
        return Interactions.from_triples(self.people, self.lessons, self.confidences)

    def split(self) -> tuple["Dataset", "Dataset"]:
        """Return what came before and what came after, by time.

        The later part keeps only people and lessons of the earlier one: nobody can
        be judged on a taste or a lesson that was not there to be learned.
        """
        rows = list(
            zip(self.people, self.lessons, self.confidences, self.times, strict=True)
        )
        in_order = sorted(self.times)
        cut = in_order[int(len(in_order) * (1 - HELD_OUT))] if in_order else 0.0
        before = [row for row in rows if row[3] < cut]
        people = {row[0] for row in before}
        lessons = {row[1] for row in before}
        after = [
            row
            for row in rows
            if row[3] >= cut and row[0] in people and row[1] in lessons
        ]
        return self._from_rows(before), self._from_rows(after)
