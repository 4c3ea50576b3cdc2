"""What any S3 must do for us, tried on a real one."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from youke.kernel import clock
from youke.storage import (
    ObjectMissingError,
    ObjectStore,
    StorageUnavailableError,
    StoredPart,
    UploadMissingError,
    UploadRefusedError,
)

ORIGIN = "http://192.168.1.20:8000"
VIDEO = "video/mp4"
SMALLEST_PART = 5 * 2**20


@pytest.fixture
def key() -> str:
    return f"contract/{uuid4()}"


def put_part(
    store: ObjectStore, key: str, upload: str, number: int, data: bytes
) -> str:
    url = store.presign_part(key, upload, number, endpoint=store.endpoint, expires_s=60)
    answer = requests.put(url, data=data, headers={"Origin": ORIGIN}, timeout=30)
    assert answer.status_code == 200
    return answer.headers["ETag"].strip('"')


def test_what_was_put_can_be_read(store: ObjectStore, key: str) -> None:
    store.put_bytes(key, b"lesson", content_type="text/plain")

    assert store.read(key) == b"lesson"
    assert store.stat(key).size == 6


def test_a_file_of_several_parts_comes_back_with_its_hash(
    store: ObjectStore, key: str, tmp_path: Path
) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    source.write_bytes(os.urandom(33 * 2**20))
    seen: list[int] = []

    store.put_file(key, source, content_type=VIDEO)
    digest = store.download(key, copy, on_bytes=seen.append)

    assert digest == hashlib.sha256(source.read_bytes()).hexdigest()
    assert copy.read_bytes() == source.read_bytes()
    assert seen[-1] == source.stat().st_size
    assert seen == sorted(seen)


def test_an_empty_object_is_an_object(store: ObjectStore, key: str) -> None:
    store.put_bytes(key, b"", content_type=VIDEO)

    assert store.read(key) == b""
    assert store.stat(key).size == 0


@pytest.mark.parametrize("ask", ["read", "stat"])
def test_a_missing_object_is_named(store: ObjectStore, key: str, ask: str) -> None:
    with pytest.raises(ObjectMissingError, match=key):
        getattr(store, ask)(key)


def test_deleting_twice_is_no_error(store: ObjectStore, key: str) -> None:
    store.put_bytes(key, b"x", content_type=VIDEO)

    store.delete(key)
    store.delete(key)

    with pytest.raises(ObjectMissingError):
        store.stat(key)


def test_deleting_a_prefix_spares_its_neighbours(store: ObjectStore, key: str) -> None:
    inside, beside = [f"{key}/a", f"{key}/b/c"], f"{key}-other"
    for name in (*inside, beside):
        store.put_bytes(name, b"x", content_type=VIDEO)

    store.delete_prefix(f"{key}/")

    assert list(store.keys(key)) == [beside]


def test_parts_put_by_plain_http_become_an_object(store: ObjectStore, key: str) -> None:
    upload = store.create_multipart(key, content_type=VIDEO)
    put_part(store, key, upload, 1, b"1" * SMALLEST_PART)
    put_part(store, key, upload, 2, b"2")

    store.complete_multipart(key, upload, store.list_parts(key, upload))

    assert store.stat(key).size == SMALLEST_PART + 1
    assert store.read(key)[-2:] == b"12"


def test_an_upload_can_be_resumed_from_the_list_of_its_parts(
    store: ObjectStore, key: str
) -> None:
    upload = store.create_multipart(key, content_type=VIDEO)
    etag = put_part(store, key, upload, 2, b"second")

    stored = store.list_parts(key, upload)

    assert stored == [StoredPart(number=2, etag=etag, size=6)]


def test_a_part_put_again_is_listed_once(store: ObjectStore, key: str) -> None:
    upload = store.create_multipart(key, content_type=VIDEO)
    put_part(store, key, upload, 1, b"first")
    put_part(store, key, upload, 1, b"again")

    assert [part.number for part in store.list_parts(key, upload)] == [1]


def test_more_parts_than_fit_on_a_page_are_all_listed(
    store: ObjectStore, key: str
) -> None:
    upload = store.create_multipart(key, content_type=VIDEO)
    with requests.Session() as http:
        for number in range(1, 1004):
            url = store.presign_part(
                key, upload, number, endpoint=store.endpoint, expires_s=60
            )
            http.put(url, data=b"x", timeout=30).raise_for_status()

    numbers = [part.number for part in store.list_parts(key, upload)]

    assert numbers == list(range(1, 1004))
    store.abort_multipart(key, upload)


def test_completing_with_a_missing_part_is_refused(
    store: ObjectStore, key: str
) -> None:
    upload = store.create_multipart(key, content_type=VIDEO)
    etag = put_part(store, key, upload, 1, b"1" * SMALLEST_PART)
    named = [StoredPart(1, etag, SMALLEST_PART), StoredPart(2, "0" * 32, 1)]

    with pytest.raises(UploadRefusedError):
        store.complete_multipart(key, upload, named)

    assert [part.number for part in store.list_parts(key, upload)] == [1]
    with pytest.raises(ObjectMissingError):
        store.stat(key)


def test_an_aborted_upload_is_gone(store: ObjectStore, key: str) -> None:
    upload = store.create_multipart(key, content_type=VIDEO)
    put_part(store, key, upload, 1, b"x")

    store.abort_multipart(key, upload)

    with pytest.raises(UploadMissingError):
        store.list_parts(key, upload)


def test_a_byte_range_is_served_to_a_browser(store: ObjectStore, key: str) -> None:
    store.put_bytes(key, b"0123456789", content_type=VIDEO)
    url = store.presign_get(key, endpoint=store.endpoint, expires_s=60, window_s=60)

    answer = requests.get(
        url, headers={"Range": "bytes=2-4", "Origin": ORIGIN}, timeout=30
    )

    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}
    assert answer.headers["Content-Type"] == VIDEO


def test_a_browser_may_put_a_part_and_read_its_etag(
    store: ObjectStore, key: str
) -> None:
    upload = store.create_multipart(key, content_type=VIDEO)
    url = store.presign_part(key, upload, 1, endpoint=store.endpoint, expires_s=60)
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}

    preflight = requests.options(url, headers=asking, timeout=30)
    answer = requests.put(url, data=b"x", headers={"Origin": ORIGIN}, timeout=30)

    assert preflight.ok
    assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_without_a_signature_nothing_is_possible(
    store: ObjectStore, key: str, method: str
) -> None:
    store.put_bytes(key, b"private", content_type=VIDEO)

    answer = requests.request(
        method, f"{store.endpoint}/{store.bucket}/{key}", data=b"x", timeout=30
    )

    assert answer.status_code == 403
    assert store.read(key) == b"private"


def test_the_list_of_objects_is_not_public(store: ObjectStore) -> None:
    answer = requests.get(f"{store.endpoint}/{store.bucket}?list-type=2", timeout=30)

    assert answer.status_code == 403


def test_a_signature_is_for_one_object_only(store: ObjectStore, key: str) -> None:
    store.put_bytes(key, b"mine", content_type=VIDEO)
    store.put_bytes(f"{key}-yours", b"yours", content_type=VIDEO)
    url = store.presign_get(key, endpoint=store.endpoint, expires_s=60, window_s=60)

    answer = requests.get(url.replace(key, f"{key}-yours"), timeout=30)

    assert answer.status_code == 403


def test_an_expired_url_is_refused(store: ObjectStore, key: str) -> None:
    store.put_bytes(key, b"x", content_type=VIDEO)
    clock.set_clock(lambda: datetime.now(UTC) - timedelta(hours=2))
    try:
        url = store.presign_get(key, endpoint=store.endpoint, expires_s=60, window_s=60)
    finally:
        clock.set_clock(None)

    assert requests.get(url, timeout=30).status_code == 403


def test_a_url_carries_the_address_that_the_browser_uses(store: ObjectStore) -> None:
    url = store.presign_get(
        "a", endpoint="https://media.example.org", expires_s=60, window_s=60
    )

    assert urlsplit(url)[:2] == ("https", "media.example.org")


def test_signing_needs_no_server() -> None:
    nowhere = ObjectStore(
        endpoint="http://127.0.0.1:1", access_key="a", secret_key="b" * 8, bucket="none"
    )

    assert "X-Amz-Signature" in nowhere.presign_part(
        "a", "upload", 1, endpoint=nowhere.endpoint, expires_s=60
    )


def test_a_store_that_does_not_answer_is_unavailable() -> None:
    nowhere = ObjectStore(
        endpoint="http://127.0.0.1:1", access_key="a", secret_key="b" * 8, bucket="none"
    )

    with pytest.raises(StorageUnavailableError):
        nowhere.check()
    nowhere.close()


def test_a_wrong_secret_is_our_problem_and_not_the_readers(store: ObjectStore) -> None:
    stranger = ObjectStore(
        endpoint=store.endpoint, access_key="x", secret_key="y" * 8, bucket=store.bucket
    )

    with pytest.raises(StorageUnavailableError) as raised:
        stranger.read("anything")
    stranger.close()

    assert "InvalidAccessKeyId" in str(raised.value.data["reason"])


def test_the_check_leaves_nothing_behind(store: ObjectStore) -> None:
    store.check()

    assert not list(store.keys("health/"))
