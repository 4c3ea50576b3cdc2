from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from youke.kernel import clock
from youke.storage import ObjectStore
from youke.storage.store import LONGEST_EXPIRY_S, window_start

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def store() -> ObjectStore:
    return ObjectStore(
        endpoint="http://127.0.0.1:1", access_key="a", secret_key="b" * 8, bucket="none"
    )


def url_at(moment: datetime, store: ObjectStore, expires_s: int = 600) -> str:
    clock.set_clock(lambda: moment)
    try:
        return store.presign_get(
            "a", endpoint=store.endpoint, expires_s=expires_s, window_s=3600
        )
    finally:
        clock.set_clock(None)


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (NOON, NOON),
        (NOON + timedelta(minutes=59, seconds=59.9), NOON),
        (NOON + timedelta(hours=1), NOON + timedelta(hours=1)),
    ],
)
def test_a_window_begins_at_a_multiple_of_its_length(
    moment: datetime, start: datetime
) -> None:
    assert window_start(moment, 3600) == start


def test_all_viewers_of_a_window_get_the_same_url(store: ObjectStore) -> None:
    late = NOON + timedelta(minutes=59)

    assert url_at(NOON, store) == url_at(late, store)


def test_the_next_window_has_another_url(store: ObjectStore) -> None:
    assert url_at(NOON, store) != url_at(NOON + timedelta(hours=1), store)


def test_a_url_of_the_windows_last_second_lives_as_long_as_promised(
    store: ObjectStore,
) -> None:
    url = url_at(NOON + timedelta(minutes=59, seconds=59), store, expires_s=600)

    [lifetime] = parse_qs(urlsplit(url).query)["X-Amz-Expires"]
    assert int(lifetime) >= 3599 + 600


def test_no_url_lives_longer_than_s3_allows(store: ObjectStore) -> None:
    url = url_at(NOON, store, expires_s=30 * 24 * 3600)

    [lifetime] = parse_qs(urlsplit(url).query)["X-Amz-Expires"]
    assert int(lifetime) == LONGEST_EXPIRY_S
