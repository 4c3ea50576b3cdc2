from datetime import UTC, datetime, timedelta

from minio.datatypes import Part

from youke.storage import StoredPart
from youke.storage.store import newest_parts

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_parts_come_by_number() -> None:
    parts = [Part(2, "b", NOON, 6), Part(1, "a", NOON, 5)]

    assert newest_parts(parts) == [StoredPart(1, "a", 5), StoredPart(2, "b", 6)]


def test_of_a_part_that_was_sent_again_the_newest_counts() -> None:
    again = Part(1, "new", NOON + timedelta(seconds=1), 5)

    for parts in ([Part(1, "old", NOON, 6), again], [again, Part(1, "old", NOON, 6)]):
        assert newest_parts(parts) == [StoredPart(1, "new", 5)]
