"""What a model learns from: all facts as columns, and their split by time."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from youke.engagement.service import Interaction
from youke_recommender import Interactions

#: The latest facts, held out to judge a model by what people did afterwards.
HELD_OUT = 0.2
#: Fewer people to judge by would make the figures a matter of luck, …
LEAST_JUDGED = 20
#: … and more would make them slow without making them surer.
MOST_JUDGED = 5_000
#: Below these there is nothing to be learned of who likes what.
LEAST_PEOPLE, LEAST_LESSONS, LEAST_FACTS = 12, 12, 100
#: What fewer students did with a lesson, or with two, is not told by any model.
LEAST_STUDENTS = 5

Row = tuple[str, str, float, float]


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Facts with a confidence above zero, as columns in the order of their ids."""

    people: Sequence[str]
    lessons: Sequence[str]
    confidences: Sequence[float]
    #: When, in seconds since 1970.
    times: Sequence[float]
    #: Lessons that fewer people know, and pairs that fewer share, are not used.
    least_students: int

    @classmethod
    def of(
        cls,
        interactions: Iterable[Interaction],
        *,
        least_students: int = LEAST_STUDENTS,
    ) -> "Dataset":
        """Take what people did, in any order."""
        names: dict[UUID, str] = {}

        def name(each: UUID) -> str:
            # A million facts name each person and lesson many times: kept once.
            return names.get(each) or names.setdefault(each, str(each))

        rows = sorted(
            (
                name(each.person_id),
                name(each.fact.lesson_id),
                round(confidence, 6),
                each.fact.at.timestamp(),
            )
            for each in interactions
            if (confidence := each.fact.confidence) > 0
        )
        return cls._from_rows(rows, least_students)

    @classmethod
    def _from_rows(cls, rows: Sequence[Row], least_students: int) -> "Dataset":
        people, lessons, confidences, times = (
            zip(*rows, strict=True) if rows else ((), (), (), ())
        )
        return cls(
            people=people,
            lessons=lessons,
            confidences=confidences,
            times=times,
            least_students=least_students,
        )

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self.people)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of who dealt with what and how much; the same facts, the same."""
        digest = hashlib.sha256(str(self.least_students).encode())
        for row in zip(self.people, self.lessons, self.confidences, strict=True):
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def interactions(self) -> Interactions:
        """Return the facts as the engine wants them, under the floor."""
        everything = Interactions.from_triples(
            self.people, self.lessons, self.confidences
        )
        return everything.only_shared(self.least_students)

    def split(self) -> tuple["Dataset", "Dataset"]:
        """Return what came before and what came after, by time.

        The later part keeps only people and lessons of the earlier one: nobody can
        be judged on a taste or a lesson that was not there to be learned. Of many
        people it keeps those whose names' hashes are the smallest.
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
        judges = set(sorted({row[0] for row in after}, key=_lot)[:MOST_JUDGED])
        return (
            self._from_rows(before, self.least_students),
            self._from_rows([row for row in after if row[0] in judges], 1),
        )


def shortage(data: Interactions) -> str | None:
    """Return why there is too little to learn from, None when there is enough."""
    for what, have, least in (
        ("people", len(data.user_ids), LEAST_PEOPLE),
        ("lessons", len(data.item_ids), LEAST_LESSONS),
        ("facts", data.count, LEAST_FACTS),
    ):
        if have < least:
            return f"too little data: {have} {what}, at least {least} are needed"
    return None


def _lot(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
