"""An adapter on the `minio` client, which speaks to every S3."""

import hashlib
import io
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.datatypes import Part
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from youke.kernel import clock
from youke.kernel.config import Settings
from youke.storage.errors import (
    StorageUnavailableError,
    UploadRefusedError,
    translated,
)

CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 30
RETRIES = 2
#: Named, so that the client signs without asking the server where the bucket is.
REGION = "us-east-1"
#: A file is sent in parts of this size; up to three of them are in memory.
PART_BYTES = 16 * 2**20
PARALLEL_PARTS = 2
CHUNK_BYTES = 2**20
#: The longest that Signature Version 4 allows, in seconds.
LONGEST_EXPIRY_S = 7 * 24 * 3600
#: Browsers name the host, so their number is not ours to decide.
SIGNERS_KEPT = 64
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_ALREADY_THERE = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})


@dataclass(frozen=True)
class ObjectInfo:
    """What the store knows of an object: its size in bytes and its ETag."""

    size: int
    etag: str


@dataclass(frozen=True)
class StoredPart:
    """A part of a multipart upload that has arrived; numbers begin at 1."""

    number: int
    etag: str
    size: int


class ObjectStore:
    """One bucket of an S3.

    Every method but the presigning ones raises StorageUnavailableError when the
    store does not answer. Safe to share between threads, not between processes.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        public_endpoint: str | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.public_endpoint = public_endpoint
        self.bucket = bucket
        self._http = _pool()
        self._client = _client(endpoint, (access_key, secret_key), self._http)
        # Signing needs no connection, but the host is part of what is signed. A
        # client that is dropped clears its pool, so signers do not share ours.
        self._signer = lru_cache(SIGNERS_KEPT)(
            lambda address: _client(address, (access_key, secret_key), _pool())
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> "ObjectStore":
        """Return the store that the settings name."""
        return cls(
            endpoint=settings.s3_endpoint,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            bucket=settings.s3_bucket,
            public_endpoint=settings.s3_public_endpoint,
        )

    def close(self) -> None:
        """Close the connections; the store may still be used and opens new ones."""
        self._http.clear()

    def ensure_bucket(self) -> None:
        """Create the bucket unless it is there."""
        with translated():
            if not self._client.bucket_exists(self.bucket):
                self._make_bucket()

    def _make_bucket(self) -> None:
        try:
            self._client.make_bucket(self.bucket)
        except S3Error as error:  # another process was faster
            if error.code not in _ALREADY_THERE:
                raise

    def put_bytes(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store these bytes under the key, replacing what was there."""
        with translated(key):
            self._client.put_object(
                self.bucket, key, io.BytesIO(data), len(data), content_type=content_type
            )

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a file under the key, in parts when it is large."""
        with translated(key):
            self._client.fput_object(
                self.bucket,
                key,
                str(path),
                content_type=content_type,
                part_size=PART_BYTES,
                num_parallel_uploads=PARALLEL_PARTS,
            )

    def download(
        self, key: str, path: Path, *, on_bytes: Callable[[int], None] | None = None
    ) -> str:
        """Write the object to a file and return its SHA-256 in hexadecimal.

        :param on_bytes: is told how many bytes have arrived so far.
        :raises ObjectMissingError:
        """
        digest, arrived = hashlib.sha256(), 0
        with path.open("wb") as file:
            for chunk in self._chunks(key):
                file.write(chunk)
                digest.update(chunk)
                arrived += len(chunk)
                if on_bytes:
                    on_bytes(arrived)
        return digest.hexdigest()

    def read(self, key: str) -> bytes:
        """Return the whole object, which should be small.

        :raises ObjectMissingError:
        """
        return b"".join(self._chunks(key))

    def _chunks(self, key: str) -> Iterator[bytes]:
        with translated(key):
            response = self._client.get_object(self.bucket, key)
            try:
                yield from response.stream(CHUNK_BYTES)
            finally:
                response.close()

    def stat(self, key: str) -> ObjectInfo:
        """Return the size and ETag of an object.

        :raises ObjectMissingError:
        """
        with translated(key):
            found = self._client.stat_object(self.bucket, key)
        return ObjectInfo(size=found.size or 0, etag=found.etag or "")

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that begin with the prefix, in order."""
        with translated(prefix):
            for item in self._client.list_objects(self.bucket, prefix, recursive=True):
                yield str(item.object_name)

    def delete(self, key: str) -> None:
        """Delete an object; one that is not there is no error."""
        with translated(key):
            self._client.remove_object(self.bucket, key)

    def delete_prefix(self, prefix: str) -> None:
        """Delete all objects whose keys begin with the prefix."""
        doomed = [DeleteObject(key) for key in self.keys(prefix)]
        with translated(prefix):
            left = list(self._client.remove_objects(self.bucket, doomed))
        if left:
            raise StorageUnavailableError(reason=f"{left[0].code}: {left[0].message}")

    # The client keeps the steps of a multipart upload to itself because it uploads
    # in one go; a browser that uploads by presigned URLs needs them one by one.

    def create_multipart(self, key: str, *, content_type: str) -> str:
        """Begin an upload in parts and return its id."""
        with translated(key):
            return self._client._create_multipart_upload(  # noqa: SLF001  see above
                self.bucket, key, {"Content-Type": content_type}
            )

    def list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """Return the parts that have arrived, by number.

        :raises UploadMissingError:
        """
        parts: list[Part] = []
        marker: str | None = ""
        while marker is not None:
            found, marker = self._page_of_parts(key, upload_id, marker)
            parts += found
        return newest_parts(parts)

    def _page_of_parts(
        self, key: str, upload_id: str, marker: str
    ) -> tuple[list[Part], str | None]:
        """Return some parts and, unless they were the last, the number to go on at."""
        with translated(key):
            page = self._client._list_parts(  # noqa: SLF001  see above
                self.bucket, key, upload_id, part_number_marker=marker or None
            )
        return page.parts, page.next_part_number_marker if page.is_truncated else None

    def complete_multipart(
        self, key: str, upload_id: str, parts: Iterable[StoredPart]
    ) -> None:
        """Make one object of the parts.

        :raises UploadRefusedError: when a part is missing or not as it was named.
        :raises UploadMissingError:
        """
        named = [Part(part.number, part.etag) for part in parts]
        with translated(key):
            result = self._client._complete_multipart_upload(  # noqa: SLF001  see above
                self.bucket, key, upload_id, named
            )
        # S3 may begin to answer 200 before it knows that the work will fail.
        if not result.etag:
            raise UploadRefusedError(reason="incomplete answer")

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Forget an upload and its parts.

        :raises UploadMissingError:
        """
        with translated(key):
            self._client._abort_multipart_upload(  # noqa: SLF001  see above
                self.bucket, key, upload_id
            )

    def presign_part(
        self, key: str, upload_id: str, number: int, *, endpoint: str, expires_s: int
    ) -> str:
        """Return a URL that accepts a PUT of one part for some seconds."""
        return self._signer(endpoint).get_presigned_url(
            "PUT",
            self.bucket,
            key,
            expires=timedelta(seconds=min(expires_s, LONGEST_EXPIRY_S)),
            request_date=clock.now(),
            extra_query_params={"partNumber": str(number), "uploadId": upload_id},
        )

    def presign_get(
        self, key: str, *, endpoint: str, expires_s: int, window_s: int
    ) -> str:
        """Return a URL that serves the object for at least `expires_s` seconds.

        Within a window of `window_s` seconds the URL is the same for everybody, so
        that browsers and proxies can cache what it serves.
        """
        lifetime = min(expires_s + window_s, LONGEST_EXPIRY_S)
        return self._signer(endpoint).get_presigned_url(
            "GET",
            self.bucket,
            key,
            expires=timedelta(seconds=lifetime),
            request_date=window_start(clock.now(), window_s),
        )

    def check(self) -> None:
        """Put, get and delete a small object.

        :raises StorageUnavailableError: also when it returns something else.
        """
        key, content = f"health/{secrets.token_hex(8)}", secrets.token_bytes(32)
        self.put_bytes(key, content, content_type="application/octet-stream")
        returned = self.read(key)
        self.delete(key)
        if returned != content:
            raise StorageUnavailableError(reason="it did not return what was put")


def newest_parts(parts: Iterable[Part]) -> list[StoredPart]:
    """Return the parts by number, of several with the same number the newest.

    S3 forgets a part that is sent again and SeaweedFS lists them all. Of two from the
    same second either will do: both arrived whole, or they would not be there.
    """
    by_age = sorted(parts, key=lambda part: part.last_modified or _LONG_AGO)
    newest = {part.part_number: part for part in by_age}
    return [
        StoredPart(number, newest[number].etag, newest[number].size or 0)
        for number in sorted(newest)
    ]


def window_start(moment: datetime, window_s: int) -> datetime:
    """Return the beginning of the window of so many seconds that the moment is in."""
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % window_s, UTC)


def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
        maxsize=16,
        retries=urllib3.Retry(
            total=RETRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]
        ),
    )


def _client(
    endpoint: str, credentials: tuple[str, str], http: urllib3.PoolManager
) -> Minio:
    address = urlsplit(endpoint)
    return Minio(
        address.netloc,
        access_key=credentials[0],
        secret_key=credentials[1],
        secure=address.scheme == "https",
        region=REGION,
        http_client=http,
    )
