"""What can go wrong with an object store, in our words; vendor errors stop here."""

from collections.abc import Iterator
from contextlib import contextmanager

from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from youke.kernel.errors import (
    ConflictError,
    NotFoundError,
    UnavailableError,
    YoukeError,
)


class StorageUnavailableError(UnavailableError):
    """The object store is not answering; please try again in a moment.

    `data["reason"]` says what it answered instead, for operators.
    """

    code = "storage_unavailable"


class ObjectMissingError(NotFoundError):
    """There is no object {key}."""

    code = "object_missing"


class UploadMissingError(NotFoundError):
    """This upload was completed, aborted or never begun."""

    code = "upload_missing"


class UploadRefusedError(ConflictError):
    """The object store refused the upload ({reason})."""

    code = "upload_refused"


#: S3 error codes that blame the parts which the client named or sent.
_PARTS_AT_FAULT = frozenset(
    {
        "BadDigest",
        "EntityTooLarge",
        "EntityTooSmall",
        "InvalidPart",
        "InvalidPartOrder",
        "MalformedXML",
    }
)


@contextmanager
def translated(key: str = "") -> Iterator[None]:
    """Turn the S3 client's errors about this key into ours."""
    try:
        yield
    except S3Error as error:
        raise _meaning(error, key) from error
    except (MinioException, HTTPError) as error:
        raise StorageUnavailableError(reason=str(error)) from error


def _meaning(error: S3Error, key: str) -> YoukeError:
    code = error.code or ""
    if code == "NoSuchKey":
        return ObjectMissingError(key=key)
    if code == "NoSuchUpload":
        return UploadMissingError()
    if code in _PARTS_AT_FAULT:
        return UploadRefusedError(reason=code)
    return StorageUnavailableError(reason=f"{code}: {error.message}")
