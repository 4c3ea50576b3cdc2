"""The object store: put, get, presign, multipart, delete; any S3 will do."""

from youke.storage.errors import (
    ObjectMissingError,
    StorageUnavailableError,
    UploadMissingError,
    UploadRefusedError,
)
from youke.storage.store import ObjectInfo, ObjectStore, StoredPart

__all__ = [
    "ObjectInfo",
    "ObjectMissingError",
    "ObjectStore",
    "StorageUnavailableError",
    "StoredPart",
    "UploadMissingError",
    "UploadRefusedError",
]
